/** Decisions page by page, the latest first: for people who look back, not for the loop. */
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { readDecision } from '../contract/decision-record.ts';
import { decisionItem } from '../contract/rotation-items.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import type { Decision } from '../domain/rotation/model.ts';
import type { EpochMs } from '../domain/time.ts';
import { fromItem, type Table, toItem } from './items.ts';
import { describeError, log } from './log.ts';

/** Decisions are kept for 400 days, which touch at most fifteen months. */
const monthsMax = 15;

/** Sorts behind every ISO 8601 instant. */
const afterEveryDate = ':';

/** Where a page ends: the sort key of its last decision. */
export type DecisionCursor = string;

/**
 * Returns up to `limit` decisions before a cursor (or before now), the latest first, without what cannot be
 * read, and the cursor of the next page where there may be one. Eventually consistent: half a read unit for
 * every 4 KB, and one query for each month that it passes.
 */
export async function readDecisionPage(
  evidence: Table,
  {
    now,
    before,
    limit,
  }: { readonly now: EpochMs; readonly before?: DecisionCursor; readonly limit: number },
): Promise<{ readonly decisions: readonly Decision[]; readonly next?: DecisionCursor }> {
  const decisions: Decision[] = [];
  let cursor = before ?? afterEveryDate;
  let left = limit;
  let month = before === undefined ? monthOf(now) : before.slice(0, 'yyyy-mm'.length);
  for (let passed = 0; passed < monthsMax; passed += 1) {
    for (;;) {
      const page = await queryBefore(evidence, month, { cursor, limit: left });
      for (const { sk, text } of page.items) {
        decisions.push(...decisionIn(text, sk));
        cursor = sk;
        left -= 1;
      }
      if (left <= 0) return { decisions, next: cursor };
      if (!page.isCut) break;
    }
    month = monthBefore(month);
    cursor = afterEveryDate;
  }
  return { decisions };
}

async function queryBefore(
  { dynamo, name }: Table,
  month: string,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
) {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: toItem({
        ':pk': evidenceKeys.decisionsOf(month),
        ':before': cursor,
      }),
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const items = Items.map((raw) => {
    const item = fromItem(raw);
    const read = decisionItem.safeParse(item);
    return { sk: String(item['sk']), text: read.success ? read.data.decision : '' };
  });
  return { items, isCut: LastEvaluatedKey !== undefined };
}

function decisionIn(text: string, sk: string): readonly Decision[] {
  try {
    return [readDecision(text)];
  } catch (error) {
    log('item.unreadable', { sk, ...describeError(error) });
    return [];
  }
}

function monthOf(at: EpochMs): string {
  return new Date(at).toISOString().slice(0, 'yyyy-mm'.length);
}

function monthBefore(month: string): string {
  const first = new Date(`${month}-01T00:00:00Z`);
  first.setUTCMonth(first.getUTCMonth() - 1);
  return first.toISOString().slice(0, 'yyyy-mm'.length);
}
