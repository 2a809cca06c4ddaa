import { setTimeout as sleep } from 'node:timers/promises';
import { queryPartition } from '../../adapters/items.ts';
import { readOutcome } from '../../adapters/outcome-lookup.ts';
import { type RequestOutcome, sortPartition } from '../../contract/recipient-outcomes.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { Backend } from './backend.ts';

/** A request in the queue. */
export type QueuedMail = {
  readonly messageId: string;
  readonly queueMessageId: string;
  /** Tells it from another request under the same id; absent where that is not known. */
  readonly digest?: string;
};

export type WaitSetting = {
  /** How long to wait in all, milliseconds. */
  readonly waitMs: number;
  /** How long to wait for more once SES has accepted all: a stream may have no Delivery events. */
  readonly acceptedGraceMs?: number;
  /** Streams that are known to have none: there is nothing to wait for. */
  readonly withoutDeliveries?: readonly string[];
};

const pollMs = 500;
const acceptedGraceDefaultMs = 10_000;

/**
 * Waits until every recipient of a request has an outcome and returns them; what is known when time is
 * up, undefined if that is nothing. What became of another request under the same id is not told.
 */
export async function waitForOutcome(
  backend: Backend,
  mail: QueuedMail,
  { waitMs, acceptedGraceMs = acceptedGraceDefaultMs, withoutDeliveries = [] }: WaitSetting,
): Promise<RequestOutcome | undefined> {
  const until = Date.now() + waitMs;
  let acceptedSince: number | undefined;
  for (;;) {
    const found = await readOwn(backend, mail);
    const now = Date.now();
    const outcomes = new Set(found?.recipients.map(({ outcome }) => outcome));
    if (found && !outcomes.has('pending')) {
      if (!outcomes.has('accepted') || withoutDeliveries.includes(found.stream)) return found;
      acceptedSince ??= now;
      if (now - acceptedSince >= acceptedGraceMs) return found;
    }
    if (now + pollMs > until) return found;
    await sleep(pollMs);
  }
}

/**
 * A request whose id is taken by one with other content stands under SQS's message id; the same request
 * again is not recorded a second time, it shares the outcome of the first.
 */
async function readOwn(
  { tables: { ledger } }: Backend,
  { messageId, queueMessageId, digest }: QueuedMail,
): Promise<RequestOutcome | undefined> {
  const rejected = await readOutcome(ledger, messageIdOfQueueMessage(queueMessageId));
  if (rejected) return rejected;
  const items: Record<string, unknown>[] = [];
  for await (const item of queryPartition(ledger, messageId)) items.push(item);
  const { request } = sortPartition(items);
  const isOwn =
    request?.queueMessageId === queueMessageId ||
    (digest !== undefined && request?.digest === digest);
  return isOwn ? readOutcome(ledger, messageId) : undefined;
}
