import { setTimeout as sleep } from 'node:timers/promises';
import { type CheckedRequest, checkRequest } from './check-request.ts';
import { createOutbox } from './outbox.ts';
import type { Places } from './places.ts';
import type { Backoff, QueueSettings, Refusal, RefusalReason } from './queue-batch.ts';

export type AcceptedRequest = {
  readonly id: string;
  readonly tenant: string;
  /** Message id of ours. */
  readonly messageId: string;
  /** SQS's message id. */
  readonly queueMessageId: string;
};

export type RequestNotAccepted<T> = {
  /** As it was given. */
  readonly request: T;
  readonly reason: RefusalReason;
  readonly detail: string;
  /** Whether sending it again, unchanged, may help. */
  readonly retryable: boolean;
};

/** Every given request stands in one of the two lists; neither keeps the order. */
export type SendResult<T> = {
  readonly accepted: readonly AcceptedRequest[];
  readonly notAccepted: readonly RequestNotAccepted<T>[];
};

/** How many requests are settled so far. */
export type SendProgress = { readonly accepted: number; readonly notAccepted: number };

/** What is thrown when the given iterable throws: `cause` is its error, `result` what was settled. */
export type SourceFailure<T> = Error & { readonly result: SendResult<T> };

export type SendSetting = {
  readonly places: Places;
  readonly settings: QueueSettings;
  readonly onProgress?: (progress: SendProgress) => void;
  /** Default: the real dice and timer. */
  readonly backoff?: Backoff;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly clock?: () => number;
};

type Waiting<T> = CheckedRequest & { readonly given: T };

/**
 * Enqueues every request of a source and returns what became of each.
 * @throws a `SourceFailure` when the source throws, after what was taken from it is settled
 */
export async function sendAll<T>(
  source: Iterable<T> | AsyncIterable<T>,
  { places, settings, onProgress, backoff = realBackoff, clock = Date.now }: SendSetting,
): Promise<SendResult<T>> {
  const accepted: AcceptedRequest[] = [];
  const notAccepted: RequestNotAccepted<T>[] = [];
  // An exception of the caller's own callback must not unsettle what is under way.
  const tell = () =>
    queueMicrotask(() =>
      onProgress?.({ accepted: accepted.length, notAccepted: notAccepted.length }),
    );
  const refuse = (request: T, refusal: Refusal) => {
    notAccepted.push({ request, ...refusal });
    tell();
  };
  const outbox = createOutbox<Waiting<T>>({
    places,
    settings,
    backoff,
    settle: ({ given, id, tenant, messageId }, answer) => {
      if (!answer.taken) return refuse(given, answer.refusal);
      accepted.push({ id, tenant, messageId, queueMessageId: answer.queueMessageId });
      tell();
    },
  });
  const take = async (given: T) => {
    const checked = checkRequest(given, clock());
    if (checked.ok) await outbox.put({ ...checked, given });
    else refuse(given, { reason: checked.reason, detail: checked.detail, retryable: false });
  };

  try {
    await forEach(source, { take, whenSlow: outbox.flush, slowMs: settings.lingerMs });
  } catch (cause) {
    await outbox.finish();
    throw Object.assign(
      new Error('the source of requests failed; what it gave before is settled in `result`', {
        cause,
      }),
      { result: { accepted, notAccepted } } satisfies Pick<SourceFailure<T>, 'result'>,
    );
  }
  await outbox.finish();
  return { accepted, notAccepted };
}

const realBackoff: Backoff = { draw: Math.random, sleep: (milliseconds) => sleep(milliseconds) };

/** Takes each element; while an async source lets us wait, what has gathered is sent. */
async function forEach<T>(
  source: Iterable<T> | AsyncIterable<T>,
  act: {
    readonly take: (element: T) => Promise<void>;
    readonly whenSlow: () => Promise<void>;
    readonly slowMs: number;
  },
): Promise<void> {
  if (!(Symbol.asyncIterator in source)) {
    for (const element of source) await act.take(element);
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  for (;;) {
    const next = iterator.next();
    const timer = new AbortController();
    const slow = sleep(act.slowMs, 'slow' as const, { signal: timer.signal }).catch(
      () => 'slow' as const,
    );
    const first = await Promise.race([next, slow]).finally(() => timer.abort());
    if (first === 'slow') await act.whenSlow();
    const { done, value } = await next;
    if (done) return;
    await act.take(value);
  }
}
