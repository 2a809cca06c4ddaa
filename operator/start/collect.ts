import type { Table } from '../../adapters/items.ts';
import { readOutcome } from '../../adapters/outcome-lookup.ts';
import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { OutcomeName } from '../../domain/reasons.ts';
import type { QueuedRequest } from './enqueue.ts';

/** How many look-ups are under way at once. */
const concurrency = 16;

export type Collected = {
  readonly requests: number;
  readonly recipients: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  /** Reason → recipients, for what was not sent or not delivered. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Requests that repeated an earlier one and were not sent again. */
  readonly duplicates: number;
  /** Recipients without an outcome. */
  readonly lost: number;
  /** Recipients whose outcome is not their last: their sendAt comes within the time asked about. */
  readonly waiting: number;
};

/**
 * Reads what became of every recipient from the ledger; a scheduled mail counts as waiting when its
 * sendAt comes within `secondsLeft`.
 */
export async function collectOutcomes(
  requests: readonly QueuedRequest[],
  ledger: Table,
  secondsLeft: number,
): Promise<Collected> {
  const counted = countsOfZero();
  const reasons: Record<string, number> = {};
  let lost = 0;
  let waiting = 0;
  const asked = requests.filter(({ repeated }) => !repeated);
  await inLanes(asked, async (request) => {
    const found = await find(request, ledger);
    const told = request.refused
      ? { outcome: 'rejected' as const, reason: 'queue-refused' }
      : undefined;
    for (let index = 0; index < request.recipients; index += 1) {
      const { outcome, reason } = told ??
        found?.recipients[index] ?? { outcome: 'pending' as const };
      if (outcome === 'pending') lost += 1;
      else counted[outcome] += 1;
      if (reason) reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (reason === 'send-at' && (request.sendAt ?? 0) < Date.now() + secondsLeft * 1000)
        waiting += 1;
    }
  });
  return {
    requests: requests.length,
    recipients: asked.reduce((sum, { recipients }) => sum + recipients, 0),
    outcomes: counted,
    reasons,
    duplicates: requests.length - asked.length,
    lost,
    waiting,
  };
}

function countsOfZero(): Record<OutcomeName, number> {
  const zero = { delivered: 0, accepted: 0, bounced: 0, complained: 0, suppressed: 0 };
  return { ...zero, rejected: 0, expired: 0, held: 0, parked: 0 };
}

/**
 * A body that could not be used stands under its own id or under SQS's; so does one that reused the id
 * of another request, and then the id leads to the other.
 */
async function find(request: QueuedRequest, ledger: Table): Promise<RequestOutcome | undefined> {
  const { messageId, queueMessageId } = request;
  const own =
    queueMessageId === undefined
      ? undefined
      : await readOutcome(ledger, messageIdOfQueueMessage(queueMessageId));
  if (own) return own;
  return messageId === undefined ? undefined : readOutcome(ledger, messageId);
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
