import { countQueue } from '../../adapters/intake.ts';
import { type ParkedMessage, receiveParked, returnToView } from '../../adapters/parked-mail.ts';
import type { Backend } from './backend.ts';

export type WalkSetting = {
  /** Messages of one queue that may be hidden at once; there the walk ends. */
  readonly lookedAtMax: number;
  /** Messages a second that are taken at most, where that is limited. */
  readonly ratePerSecond?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (lookedAt: number) => void;
};

/** SQS lets about 120,000 messages of a queue be under way. */
export const lookedAtMax = 100_000;

/** SQS gives ten messages a call, so several calls are under way at once. */
const lanes = 4;

/**
 * How long a message that is looked at is hidden: the walk makes what it leaves visible again at its end, so
 * this is what a walk that dies costs. It is twice what a walk takes at its rate, or at 200 messages a second.
 */
const hiddenSecondsMin = 30;
const hiddenSecondsMax = 600;
const walkedPerSecond = 200;

/** What is done with messages: returns those that stay in the queue. */
export type Visit = (messages: readonly ParkedMessage[]) => Promise<readonly ParkedMessage[]>;

/**
 * Looks at each message of a queue once and makes those that `visit` leaves visible again at the end, until
 * `isEnough`. Returns how many it looked at and left in the queue.
 */
export async function walkQueue(
  { sqs }: Backend,
  queueUrl: string,
  {
    lookedAtMax: most,
    ratePerSecond = walkedPerSecond,
    signal,
    visit,
    isEnough = () => false,
  }: WalkSetting & { readonly visit: Visit; readonly isEnough?: () => boolean },
): Promise<number> {
  const hiddenSeconds = hiddenSecondsOf(await countQueue(sqs, queueUrl), ratePerSecond);
  const seen = new Set<string>();
  const kept = new Map<string, string>();
  const lane = async () => {
    while (!signal?.aborted && !isEnough() && kept.size < most) {
      const messages = await receiveParked(sqs, queueUrl, hiddenSeconds);
      if (messages.length === 0) return;
      // Its time-out ran out and it came again: only the latest handle can release it.
      for (const { queueMessageId, receiptHandle } of messages)
        if (seen.has(queueMessageId)) kept.set(queueMessageId, receiptHandle);
      const fresh = messages.filter(({ queueMessageId }) => !seen.has(queueMessageId));
      for (const { queueMessageId } of fresh) seen.add(queueMessageId);
      for (const { queueMessageId, receiptHandle } of await visit(fresh))
        kept.set(queueMessageId, receiptHandle);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await returnToView(sqs, queueUrl, [...kept.values()]);
  }
  return kept.size;
}

function hiddenSecondsOf(about: number, ratePerSecond: number): number {
  const walkSeconds = about / Math.min(walkedPerSecond, ratePerSecond);
  return Math.min(hiddenSecondsMax, Math.max(hiddenSecondsMin, Math.ceil(2 * walkSeconds)));
}
