import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { pacingKeys } from '../contract/table-keys.ts';
import { type Lease, mailIntervalMs } from '../domain/pacing.ts';
import type { Clock, EpochMs } from '../domain/time.ts';
import { conditionally, fromItem, type Table, toItem } from './items.ts';

/** A lease, or how far the cursor is ahead of what the caller can wait for. */
export type LeaseAnswer =
  | (Lease & { readonly kind: 'leased' })
  | { readonly kind: 'too-far'; readonly aheadMs: number };

export type Pacer = {
  /**
   * Leases the departure times of `count` recipients if the last of them is at `endBy` or before. What
   * does not fit takes no tokens: a lease that nobody uses would push everybody else further away.
   */
  readonly lease: (count: number, endBy: EpochMs) => Promise<LeaseAnswer>;
  /** SES's send rate as last seen, recipients per second. */
  readonly ratePerSecond: () => Promise<number>;
};

/**
 * Returns a pacer over one shared cursor (GCRA): under backlog a lease is one update, when idle two.
 * The rate is read from the item that SES's answers are written to; each lease brings the newest back.
 * @see docs/decisions/0004-pacing.md
 */
export function createPacer(table: Table, headroom: number, clock: Clock): Pacer {
  let rate: number | undefined;
  const ratePerSecond = async () => {
    rate ??= (await readCursor(table)).rate;
    return rate;
  };
  const lease = async (count: number, endBy: EpochMs): Promise<LeaseAnswer> => {
    const intervalMs = mailIntervalMs(await ratePerSecond(), headroom);
    const span = count * intervalMs;
    for (;;) {
      const now = clock();
      const latest = endBy - span;
      const step = { now, latest, span };
      const moved =
        latest < now
          ? undefined
          : ((await advance(table, step, 'behind others')) ??
            (await advance(table, step, 'at once')));
      if (moved) {
        rate = moved.rate ?? rate;
        return { kind: 'leased', startMs: moved.cursorMs - span, intervalMs };
      }
      const { m } = await readCursor(table);
      if (m > latest || now > latest) return { kind: 'too-far', aheadMs: Math.max(0, m - now) };
      // Somebody moved the cursor between the steps; what it says now fits.
    }
  };
  return { lease, ratePerSecond };
}

/** Writes SES's send rate (recipients per second) beside the cursor. Idempotent. */
export async function writeSendRate(table: Table, ratePerSecond: number): Promise<void> {
  await table.dynamo.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.account),
      UpdateExpression: 'SET #rate = :rate',
      ExpressionAttributeNames: { '#rate': 'rate' },
      ExpressionAttributeValues: toItem({ ':rate': ratePerSecond }),
    }),
  );
}

/** Cursor (epoch milliseconds, 0 before the first lease) and rate. */
async function readCursor(table: Table): Promise<{ readonly m: number; readonly rate: number }> {
  const { Item } = await table.dynamo.send(
    new GetItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.account),
      ConsistentRead: true,
    }),
  );
  const { m, rate } = Item ? fromItem(Item) : { m: undefined, rate: undefined };
  if (typeof rate !== 'number' || !(rate > 0))
    throw new Error('the pacing table holds no send rate; deploy again to seed it');
  return { m: typeof m === 'number' ? m : 0, rate };
}

/** The two ways to move the cursor; DynamoDB decides which one fits. */
const moves = {
  'behind others': { condition: 'm BETWEEN :now AND :latest', value: 'm + :span' },
  'at once': { condition: 'attribute_not_exists(m) OR m < :now', value: ':now + :span' },
} as const;

async function advance(
  table: Table,
  step: { readonly now: number; readonly latest: number; readonly span: number },
  how: keyof typeof moves,
): Promise<{ cursorMs: number; rate: number | undefined } | undefined> {
  const { condition, value } = moves[how];
  const { now, latest, span } = step;
  let answer: Record<string, unknown> | undefined;
  const done = await conditionally(async () => {
    const { Attributes } = await table.dynamo.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: toItem(pacingKeys.account),
        UpdateExpression: `SET m = ${value}`,
        ConditionExpression: condition,
        ExpressionAttributeValues: toItem({
          ':now': now,
          ':span': span,
          ...(how === 'behind others' ? { ':latest': latest } : {}),
        }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    answer = Attributes ? fromItem(Attributes) : undefined;
  });
  if (!done || typeof answer?.['m'] !== 'number') return undefined;
  const { m: cursorMs, rate } = answer;
  return { cursorMs, rate: typeof rate === 'number' ? rate : undefined };
}
