import { ledgerKeys } from '../contract/table-keys.ts';
import { getItems, type Table } from './items.ts';

/**
 * Returns the apps' ids of messages of ours, by message id; one whose request is not in the ledger, or
 * whose body could not be read, is left out. Half a read unit each.
 */
export async function readRequestIds(
  ledger: Table,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Set(messageIds)].map((messageId) => ledgerKeys.request(messageId));
  const items = await getItems(ledger, keys);
  return new Map(
    items.flatMap(({ pk, id }) =>
      typeof pk === 'string' && typeof id === 'string' ? [[pk, id] as const] : [],
    ),
  );
}
