import {
  messageIdsFor,
  outcomesOf,
  type RequestOutcome,
  readAttemptItems,
  sortPartition,
} from '../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../contract/table-keys.ts';
import { getItems, queryPartition, type Table } from './items.ts';

/** Returns what became of a message of ours, undefined when the ledger does not know it. */
export async function readOutcome(
  ledger: Table,
  messageId: string,
): Promise<RequestOutcome | undefined> {
  const items: Record<string, unknown>[] = [];
  for await (const item of queryPartition(ledger, messageId)) items.push(item);
  const { request, events } = sortPartition(items);
  if (!request) return undefined;
  const keys = request.attemptIds.map((id) => ledgerKeys.attempt(id));
  return outcomesOf(request, readAttemptItems(await getItems(ledger, keys)), events);
}

/**
 * Returns what became of a request by the app's id, our message id or SQS's message id, in this order;
 * undefined when the ledger knows none of them.
 */
export async function findOutcome(
  ledger: Table,
  asked: { readonly id: string; readonly tenant: string },
): Promise<RequestOutcome | undefined> {
  for (const messageId of messageIdsFor(asked.id, asked.tenant)) {
    const found = await readOutcome(ledger, messageId);
    if (found) return found;
  }
  return undefined;
}
