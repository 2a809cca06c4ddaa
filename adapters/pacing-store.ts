import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { pacingKeys } from '../contract/table-keys.ts';
import { type Lease, mailIntervalMs } from '../domain/pacing.ts';
import type { Clock } from '../domain/time.ts';
import { conditionally, fromItem, type Table, toItem } from './items.ts';

export type Pacer = {
  /** Leases the departure times of `count` recipients; never refuses, the lease may begin late. */
  readonly lease: (count: number) => Promise<Lease>;
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
    rate ??= await readRate(table);
    return rate;
  };
  const lease = async (count: number) => {
    const intervalMs = mailIntervalMs(await ratePerSecond(), headroom);
    const span = count * intervalMs;
    for (;;) {
      const now = clock();
      const queued = await advance(table, {
        condition: 'm >= :now',
        value: 'm + :span',
        now,
        span,
      });
      const moved =
        queued ??
        (await advance(table, {
          condition: 'attribute_not_exists(m) OR m < :now',
          value: ':now + :span',
          now,
          span,
        }));
      // Somebody advanced the cursor between the two: the queue is busy now, the first form fits.
      if (!moved) continue;
      rate = moved.rate ?? rate;
      return { startMs: moved.cursorMs - span, intervalMs };
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

async function readRate(table: Table): Promise<number> {
  const { Item } = await table.dynamo.send(
    new GetItemCommand({ TableName: table.name, Key: toItem(pacingKeys.account) }),
  );
  const rate = Item ? fromItem(Item)['rate'] : undefined;
  if (typeof rate !== 'number' || !(rate > 0))
    throw new Error('the pacing table holds no send rate; deploy again to seed it');
  return rate;
}

async function advance(
  table: Table,
  step: {
    readonly condition: string;
    readonly value: string;
    readonly now: number;
    readonly span: number;
  },
): Promise<{ cursorMs: number; rate: number | undefined } | undefined> {
  let answer: Record<string, unknown> | undefined;
  const done = await conditionally(async () => {
    const { Attributes } = await table.dynamo.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: toItem(pacingKeys.account),
        UpdateExpression: `SET m = ${step.value}`,
        ConditionExpression: step.condition,
        ExpressionAttributeValues: toItem({ ':now': step.now, ':span': step.span }),
        ReturnValues: 'ALL_NEW',
      }),
    );
    answer = Attributes ? fromItem(Attributes) : undefined;
  });
  if (!done || typeof answer?.['m'] !== 'number') return undefined;
  const { m: cursorMs, rate } = answer;
  return { cursorMs, rate: typeof rate === 'number' ? rate : undefined };
}
