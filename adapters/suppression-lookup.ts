import { suppressionItem } from '../contract/items.ts';
import { suppressionScope } from '../contract/table-keys.ts';
import { queryPartition, type Table } from './items.ts';
import type { Suppression } from './suppression-store.ts';

/** Returns every scope in which a recipient is suppressed at `now`; ended entries are left out. */
export async function readAllSuppressions(
  suppression: Table,
  recipientKey: string,
  now: number,
): Promise<readonly Suppression[]> {
  const found: Suppression[] = [];
  for await (const raw of queryPartition(suppression, recipientKey)) {
    const scope = String(raw['sk']);
    if (scope !== suppressionScope.global && !scope.startsWith(suppressionScope.tenant('')))
      continue;
    const { pk: _pk, sk: _sk, ttl: _ttl, ...entry } = suppressionItem.parse(raw);
    if (entry.expiresAt === undefined || entry.expiresAt > now)
      found.push({ recipientKey, scope, ...entry });
  }
  return found;
}
