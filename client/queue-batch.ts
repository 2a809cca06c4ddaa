import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { RejectReason } from '../domain/reasons.ts';
import type { CheckedRequest } from './check-request.ts';
import type { Places } from './places.ts';

export type QueueSettings = {
  readonly offloadAboveBytes: number;
  readonly attempts: number;
  readonly concurrency: number;
  readonly lingerMs: number;
};

/** Why the queue or the bucket did not take a request, beside the pipeline's own reasons. */
export type RefusalReason = RejectReason | 'aws-refused' | 'aws-unavailable';

export type Refusal = {
  readonly reason: RefusalReason;
  readonly detail: string;
  /** Whether sending it again, unchanged, may help. */
  readonly retryable: boolean;
};

export type BatchAnswer =
  | { readonly taken: true; readonly queueMessageId: string }
  | { readonly taken: false; readonly refusal: Refusal };

/** Dice and time of the back-off, given so that tests own them. */
export type Backoff = {
  readonly draw: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
};

/** SQS takes at most ten messages and 1 MiB in one call. */
export const batchLimits = { messages: 10, bytes: 1_048_576 } as const;

/** Below SQS's limit, which counts message attributes too, and with room for the group id. */
export const offloadAboveBytesDefault = 1_000_000;

const backoffBaseMs = 100;
const backoffMaxMs = 5_000;

/** Returns how long to wait before another attempt, milliseconds: full jitter under a doubling bound. */
export function backoffMs(attempt: number, draw: () => number): number {
  return draw() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** attempt);
}

/**
 * Enqueues up to ten requests of one stream and returns an answer for each, by position. Those that SQS
 * did not take for its own reasons are tried again; a repeated send after a lost answer is harmless,
 * because the ledger refuses a second mail under the same id.
 */
export async function queueBatch(
  places: Places,
  requests: readonly CheckedRequest[],
  retry: Backoff & { readonly attempts: number },
): Promise<readonly BatchAnswer[]> {
  const answers = new Map<number, BatchAnswer>();
  for (let attempt = 1; attempt <= retry.attempts; attempt += 1) {
    const left = requests.flatMap((request, position) => {
      const answer = answers.get(position);
      return !answer || (!answer.taken && answer.refusal.retryable) ? [{ request, position }] : [];
    });
    if (left.length === 0) break;
    if (attempt > 1) await retry.sleep(backoffMs(attempt, retry.draw));
    for (const [position, answer] of await tryOnce(places, left)) answers.set(position, answer);
  }
  return requests.map((_, position) => answers.get(position) ?? unanswered);
}

type Placed = { readonly request: CheckedRequest; readonly position: number };

const unanswered: BatchAnswer = {
  taken: false,
  refusal: {
    reason: 'aws-unavailable',
    detail: 'SQS did not answer for this request',
    retryable: true,
  },
};

async function tryOnce(
  places: Places,
  left: readonly Placed[],
): Promise<readonly (readonly [number, BatchAnswer])[]> {
  try {
    const [{ request: { stream = '' } = {} } = {}] = left;
    const { Successful = [], Failed = [] } = await places.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: await places.queueUrl(stream),
        Entries: left.map(({ request, position }) => ({
          Id: String(position),
          MessageBody: request.body,
          MessageGroupId: request.tenant,
        })),
      }),
    );
    return [
      ...Successful.map(
        ({ Id, MessageId = '' }) =>
          [Number(Id), { taken: true, queueMessageId: MessageId }] as const,
      ),
      ...Failed.map(
        ({ Id, Code = 'unknown', Message, SenderFault }) =>
          [
            Number(Id),
            { taken: false, refusal: ofEntry(Code, Message, SenderFault === true) },
          ] as const,
      ),
    ];
  } catch (error) {
    const refusal = refusalOf(error, left[0]?.request.stream ?? '');
    return left.map(({ position }) => [position, { taken: false, refusal }] as const);
  }
}

function ofEntry(code: string, message: string | undefined, senderFault: boolean): Refusal {
  const detail = message ? `SQS: ${code}: ${message}` : `SQS: ${code}`;
  return senderFault
    ? { reason: 'aws-refused', detail, retryable: false }
    : { reason: 'aws-unavailable', detail, retryable: true };
}

/** Returns what a failed call means for the requests in it. */
export function refusalOf(error: unknown, stream: string): Refusal {
  if (!(error instanceof Error))
    return { reason: 'aws-unavailable', detail: String(error), retryable: true };
  if (/QueueDoesNotExist|NonExistentQueue/.test(error.name))
    return {
      reason: 'stream-unknown',
      detail: `stream: no intake queue for ${JSON.stringify(stream)} in this deployment, account and region`,
      retryable: false,
    };
  const detail = `${error.name}: ${error.message || 'no answer'}`;
  return isClientFault(error)
    ? { reason: 'aws-refused', detail, retryable: false }
    : { reason: 'aws-unavailable', detail, retryable: true };
}

/** Names of errors that a repetition cannot mend although no answer with a status came. */
const ownFaults = /^(CredentialsProviderError|TokenProviderError|InvalidSignatureException)$/;

function isClientFault(error: Error): boolean {
  if (ownFaults.test(error.name) || /region is missing/i.test(error.message)) return true;
  if (/Thrott|TooManyRequests|RequestLimit|SlowDown|RequestTimeout/i.test(error.name)) return false;
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown =
    typeof metadata === 'object' && metadata ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 && status !== 429;
}
