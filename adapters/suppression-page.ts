import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { suppressionItem } from '../contract/items.ts';
import type { Key } from '../contract/table-keys.ts';
import { suppressionScope } from '../contract/table-keys.ts';
import { fromItem, type Table, toItem } from './items.ts';
import { readableItem } from './readable-item.ts';
import type { Suppression } from './suppression-store.ts';

/** Entries of a list, and where the next part of it begins. */
export type SuppressionPage = {
  readonly entries: readonly Suppression[];
  /** Absent at the end of the list. */
  readonly next?: Key;
};

/** Items that one look reads at most, whatever it finds: 20,000 cost about 0.001 USD. */
const readMax = 20_000;
const callMax = 1_000;

/**
 * Returns the next entries of the list that have not ended, in no order that means anything: the table is
 * kept by recipient key. Reads the table itself, not an index, so a rare scope takes several looks.
 */
export async function listSuppressions(
  table: Table,
  asked: {
    readonly countMax: number;
    readonly now: number;
    readonly scope?: string;
    readonly reason?: string;
    readonly after?: Key;
  },
): Promise<SuppressionPage> {
  const entries: Suppression[] = [];
  let start = asked.after && toItem(asked.after);
  for (let read = 0; read < readMax; ) {
    const page = await table.dynamo.send(
      new ScanCommand({
        TableName: table.name,
        Limit: callMax,
        ...filterOf(asked),
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    read += page.ScannedCount ?? callMax;
    for (const raw of page.Items ?? []) {
      const entry = entryOf(raw, asked.now);
      if (entry) entries.push(entry);
      if (entries.length === asked.countMax)
        return {
          entries,
          next: { pk: entries.at(-1)?.recipientKey ?? '', sk: entry?.scope ?? '' },
        };
    }
    start = page.LastEvaluatedKey;
    if (start === undefined) return { entries };
  }
  return start === undefined ? { entries } : { entries, next: keyOf(start) };
}

/** Entries alone: requests to SES, notes of blocks and the cursor stand in the same table. */
function filterOf({ scope, reason }: { readonly scope?: string; readonly reason?: string }) {
  const byScope =
    scope === undefined ? '(sk = :global OR begins_with(sk, :tenant))' : 'sk = :scope';
  return {
    FilterExpression: `${byScope}${reason === undefined ? '' : ' AND reason = :reason'}`,
    ExpressionAttributeValues: toItem({
      ...(scope === undefined
        ? { ':global': suppressionScope.global, ':tenant': suppressionScope.tenant('') }
        : { ':scope': scope }),
      ...(reason === undefined ? {} : { ':reason': reason }),
    }),
  };
}

function entryOf(raw: Record<string, AttributeValue>, now: number): Suppression | undefined {
  const item = readableItem(suppressionItem, fromItem(raw));
  if (item === undefined || (item.expiresAt !== undefined && item.expiresAt <= now))
    return undefined;
  const { pk, sk, ttl: _ttl, ...rest } = item;
  return { recipientKey: pk, scope: sk, ...rest };
}

function keyOf(start: Record<string, AttributeValue>): Key {
  const { pk, sk } = fromItem(start);
  return { pk: String(pk), sk: String(sk) };
}
