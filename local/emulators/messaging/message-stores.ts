import type { buildApp } from 'fauxqs';

/** Where fauxqs keeps queues, topics and objects; the box looks into the first two. */
export type MessageStores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/**
 * Returns empty stores of fauxqs. The package exports their types and not their classes, which are
 * therefore loaded from its files.
 * @throws when a version of the package keeps them elsewhere.
 */
export async function createMessageStores(): Promise<MessageStores> {
  const stores: unknown = {
    sqsStore: await construct('./sqs/sqsStore.js', 'SqsStore'),
    snsStore: await construct('./sns/snsStore.js', 'SnsStore'),
    s3Store: await construct('./s3/s3Store.js', 'S3Store'),
  };
  if (areStores(stores)) return stores;
  throw new Error('fauxqs keeps its queues, topics or objects elsewhere; look at its stores again');
}

async function construct(file: string, className: string): Promise<unknown> {
  const module: unknown = await import(new URL(file, import.meta.resolve('fauxqs')).href);
  const made: unknown =
    typeof module === 'object' && module !== null ? Reflect.get(module, className) : undefined;
  return typeof made === 'function' ? Reflect.construct(made, []) : undefined;
}

const expected = {
  sqsStore: ['allQueues', 'createQueue'],
  snsStore: ['getTopic', 'listSubscriptionsByTopic'],
  s3Store: ['createBucket'],
} as const;

function areStores(value: unknown): value is MessageStores {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(expected).every(([name, methods]) => {
    const store: unknown = Reflect.get(value, name);
    return (
      typeof store === 'object' &&
      store !== null &&
      methods.every((method) => typeof Reflect.get(store, method) === 'function')
    );
  });
}
