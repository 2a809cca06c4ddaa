import { randomUUID } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { AuditItem } from '../contract/items.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import { type Table, toItem } from './items.ts';

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
