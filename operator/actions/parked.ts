import { countQueue, readQueueUrl } from '../../adapters/intake.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import type { Backend } from './backend.ts';
import { createGroups, type DeadQueue, type Grouping, type ParkedGroup } from './parked-groups.ts';
import { type WalkSetting, walkQueue } from './parked-walk.ts';

export type ParkedList = {
  readonly groups: readonly ParkedGroup[];
  /** Queues of which not all was looked at, with how much was and about how much they hold. */
  readonly cutShort: Readonly<
    Record<string, { readonly lookedAt: number; readonly about: number }>
  >;
};

/** Returns the deployment's queues of waiting messages; with a stream, its parked queue alone. */
export async function findDeadQueues(
  backend: Backend,
  stream: string | undefined,
): Promise<readonly DeadQueue[]> {
  const { names } = backend;
  const streams = stream ? [stream] : await listStreams(backend.tables.directory);
  const parked = streams.map((each) => ({
    label: each,
    kind: 'parked' as const,
    from: names.parkedQueue(each),
    to: names.intakeQueue(each),
  }));
  if (stream) return parked;
  return [
    ...parked,
    { label: 'feedback', kind: 'events', from: names.feedbackDeadQueue, to: names.feedbackQueue },
    { label: 'delivery', kind: 'events', from: names.deliveryDeadQueue, to: names.deliveryQueue },
  ];
}

/** Returns about how many messages wait in these queues together. */
export async function countParked(backend: Backend, queues: readonly DeadQueue[]): Promise<number> {
  const counts = await Promise.all(
    queues.map(async ({ from }) => countQueue(backend.sqs, await readQueueUrl(backend.sqs, from))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Returns what waits and why, by reason unless somebody asks otherwise. SQS cannot look without taking: every
 * message is received, ten a call, and hidden for the moment; its receive count grows, which nothing reads.
 */
export async function listParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  { by, ...setting }: WalkSetting & { readonly by?: Grouping },
): Promise<ParkedList> {
  const groups = createGroups(by);
  const cutShort: Record<string, ParkedList['cutShort'][string]> = {};
  const total = createTotal(setting);
  await Promise.all(
    queues.map(async (queue) => {
      const url = await readQueueUrl(backend.sqs, queue.from);
      const lookedAt = await walkQueue(backend, url, {
        ...setting,
        visit: async (messages) => {
          groups.add(queue, messages);
          total.add(messages.length);
          return messages;
        },
      });
      const about = await countQueue(backend.sqs, url);
      if (lookedAt >= setting.lookedAtMax && about > lookedAt)
        cutShort[queue.label] = { lookedAt, about };
    }),
  );
  return { groups: groups.list(), cutShort };
}

/** Returns a counter that tells how many messages were looked at so far. */
export function createTotal({ onProgress }: Pick<WalkSetting, 'onProgress'>) {
  let lookedAt = 0;
  return {
    add: (count: number) => {
      lookedAt += count;
      onProgress?.(lookedAt);
    },
  };
}
