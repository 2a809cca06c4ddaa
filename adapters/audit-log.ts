import { randomUUID } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type AuditItem, auditItem } from '../contract/items.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import { dayMs, type EpochMs } from '../domain/time.ts';
import { queryPartition, type Table, toItem } from './items.ts';
import { readableItem } from './readable-item.ts';

/** What a person did: holds no address, a recipient is named by its key. */
export type AuditEntry = Omit<AuditItem, 'pk' | 'sk' | 'ttl'>;

/**
 * Writes who did what and why, before it is done, so that nothing is done unrecorded. Every call is a
 * record of its own; kept for ever.
 */
export async function writeAudit(evidence: Table, entry: AuditEntry): Promise<void> {
  const at = new Date(entry.at).toISOString();
  const item: AuditItem = {
    ...evidenceKeys.audit(at.slice(0, 10), at, randomUUID()),
    ...entry,
  };
  await evidence.dynamo.send(new PutItemCommand({ TableName: evidence.name, Item: toItem(item) }));
}

/**
 * Returns what people did between two instants, the latest first, at most `countMax`. One query a day that
 * is looked at; it ends with the day in which enough was found.
 */
export async function readAudit(
  evidence: Table,
  { since, now }: { readonly since: EpochMs; readonly now: EpochMs },
  countMax: number,
): Promise<readonly AuditEntry[]> {
  const found: AuditEntry[] = [];
  const today = Math.floor(now / dayMs) * dayMs;
  for (let day = today; day + dayMs > since && found.length < countMax; day -= dayMs) {
    const { pk } = evidenceKeys.audit(new Date(day).toISOString().slice(0, 10), '', '');
    for await (const raw of queryPartition(evidence, pk, { descending: true })) {
      const item = readableItem(auditItem, raw);
      if (!item || item.at < since) continue;
      const { pk: _pk, sk: _sk, ttl: _ttl, ...entry } = item;
      found.push(entry);
      if (found.length === countMax) break;
    }
  }
  return found;
}
