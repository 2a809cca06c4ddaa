import { getItems, queryPartition, type Table } from '../../adapters/items.ts';
import {
  outcomesOf,
  type RequestOutcome,
  readAttemptItems,
  sortPartition,
} from '../../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { OutcomeName } from '../../domain/reasons.ts';
import type { QueuedRequest } from './enqueue.ts';

/** How many look-ups are under way at once. */
const concurrency = 32;

export type Collected = {
  readonly requests: number;
  readonly recipients: number;
  readonly outcomes: Readonly<Record<OutcomeName, number>>;
  /** Reason → recipients, for what was not sent or not delivered. */
  readonly reasons: Readonly<Record<string, number>>;
  /** What SQS said → requests that it did not take. */
  readonly queueRefusals: Readonly<Record<string, number>>;
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
  const queueRefusals: Record<string, number> = {};
  let lost = 0;
  let waiting = 0;
  const asked = requests.filter(({ repeated }) => !repeated);
  for (const { request, found } of await findAll(asked, ledger)) {
    const { refused } = request;
    if (refused !== undefined) queueRefusals[refused] = (queueRefusals[refused] ?? 0) + 1;
    const told = refused ? { outcome: 'rejected' as const, reason: 'queue-refused' } : undefined;
    for (let index = 0; index < request.recipients; index += 1) {
      const { outcome, reason } = told ??
        found?.recipients[index] ?? { outcome: 'pending' as const, reason: undefined };
      if (outcome === 'pending') lost += 1;
      else counted[outcome] += 1;
      if (reason) reasons[reason] = (reasons[reason] ?? 0) + 1;
      if (reason === 'send-at' && (request.sendAt ?? 0) < Date.now() + secondsLeft * 1000)
        waiting += 1;
    }
  }
  return {
    requests: requests.length,
    recipients: asked.reduce((sum, { recipients }) => sum + recipients, 0),
    outcomes: counted,
    reasons,
    queueRefusals,
    duplicates: requests.length - asked.length,
    lost,
    waiting,
  };
}

function countsOfZero(): Record<OutcomeName, number> {
  const zero = { delivered: 0, accepted: 0, bounced: 0, complained: 0, suppressed: 0 };
  return { ...zero, rejected: 0, expired: 0, held: 0, parked: 0 };
}

type Found = { readonly request: QueuedRequest; readonly found: RequestOutcome | undefined };
type Partition = ReturnType<typeof sortPartition>;

/** Reads every request's partition, then the attempts they name, each once. */
async function findAll(asked: readonly QueuedRequest[], ledger: Table): Promise<readonly Found[]> {
  const partitions = new Map<QueuedRequest, Partition>();
  await inLanes(asked, async (request) => {
    partitions.set(request, await findPartition(request, ledger));
  });
  const ids = [...partitions.values()].flatMap(({ request }) => request?.attemptIds ?? []);
  const keys = [...new Set(ids)].map((id) => ledgerKeys.attempt(id));
  const attempts = new Map(
    readAttemptItems(await getItems(ledger, keys)).map((item) => [item.sk, item]),
  );
  return [...partitions].map(([request, { request: item, events }]) => ({
    request,
    found: item
      ? outcomesOf(
          item,
          item.attemptIds.flatMap((id) => attempts.get(id) ?? []),
          events,
        )
      : undefined,
  }));
}

/**
 * A body that could not be used stands under its own id where that was free, else under SQS's message
 * id, as one does that reused the id of another request.
 */
async function findPartition(request: QueuedRequest, ledger: Table): Promise<Partition> {
  const { messageId, queueMessageId } = request;
  const byId = messageId === undefined ? nothing : await readPartition(ledger, messageId);
  if (queueMessageId === undefined || byId.request?.queueMessageId === queueMessageId) return byId;
  const byQueue = await readPartition(ledger, messageIdOfQueueMessage(queueMessageId));
  return byQueue.request ? byQueue : byId;
}

const nothing: Partition = { request: undefined, events: [] };

async function readPartition(ledger: Table, messageId: string): Promise<Partition> {
  const items: Record<string, unknown>[] = [];
  for await (const item of queryPartition(ledger, messageId)) items.push(item);
  return sortPartition(items);
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
