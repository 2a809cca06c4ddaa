import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type AllowanceItem, allowanceItem } from '../contract/items.ts';
import { pacingKeys } from '../contract/table-keys.ts';
import { type Clock, type EpochMs, epochMs, secondMs } from '../domain/time.ts';
import { busy } from './failure.ts';
import { getItem, queryPartition, type Table, toItem, updateIf } from './items.ts';

/** What an allowance is about: mail through a pool to a mailbox provider. */
export type Pair = { readonly pool: string; readonly provider: string };

/** What was taken; without a period where the pair has no allowance, so that any number was granted. */
export type Taken = Pair & {
  readonly granted: number;
  /** When the period ends that it was taken from, and when more may be taken. */
  readonly resetsAt?: EpochMs;
};

export type Allowances = {
  /** Returns until when a pair may send nothing, as far as this environment knows; no promise, no cost. */
  readonly spentUntil: (pair: Pair) => Promise<EpochMs | undefined>;
  /** Takes up to `count` recipients of a pair's allowance before they are sent to. */
  readonly take: (pair: Pair, count: number) => Promise<Taken>;
  /** Gives back what was taken and surely not sent. Best effort: what stays taken is sent to nobody. */
  readonly giveBack: (taken: Taken, count: number) => Promise<void>;
};

/** An environment learns within this time that a pair has an allowance, milliseconds. */
export const allowanceListMs = 30 * secondMs;

/** Other environments may change an allowance between two steps of ours this often. */
const stepsMax = 20;

/**
 * Returns the allowances of one environment. Which pairs have one is read at most every 30 seconds;
 * pairs without cost nothing. Every take is a conditional write before SES is called, so all
 * environments together never send more than a cap; what fails lets the mail wait.
 * @see docs/decisions/0004-pacing.md
 */
export function createAllowances(table: Table, clock: Clock): Allowances {
  let listed: Promise<Map<string, AllowanceItem>> | undefined;
  let listedUntil = 0;
  const list = () => {
    if (listed && clock() < listedUntil) return listed;
    listedUntil = clock() + allowanceListMs;
    const reading = readAllowances(table);
    listed = reading;
    // What failed is read again by whoever asks next.
    reading.catch(() => {
      if (listed === reading) listed = undefined;
    });
    return reading;
  };
  return {
    spentUntil: async (pair) => {
      const one = (await list()).get(keyOf(pair));
      return one && one.left <= 0 && one.resetsAt > clock() ? epochMs(one.resetsAt) : undefined;
    },
    take: async (pair, count) => {
      const known = await list();
      const one = known.get(keyOf(pair));
      if (!one) return { ...pair, granted: count };
      const { taken, now } = await takeAllowance(table, one, { count, clock });
      if (now) known.set(keyOf(pair), now);
      else known.delete(keyOf(pair));
      return { ...pair, ...taken };
    },
    giveBack: (taken, count) => returnAllowance(table, taken, count),
  };
}

/**
 * Sets how many recipients a pool may send to a provider in each period of `periodMs`. What was sent in
 * the running period stays counted against the new cap; `firstResetsAt` ends the first period of a pair
 * that had no allowance. Idempotency key: the pair; the same words again change nothing. No condition.
 */
export async function writeAllowance(
  table: Table,
  allowance: Pair & {
    readonly cap: number;
    readonly periodMs: number;
    readonly firstResetsAt: EpochMs;
  },
): Promise<void> {
  const { pool, provider, cap, periodMs, firstResetsAt } = allowance;
  await table.dynamo.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.allowance(pool, provider)),
      UpdateExpression: `SET #pool = :pool, provider = :provider, cap = :cap, periodMs = :periodMs,
        #left = :cap - if_not_exists(sent, :none), sent = if_not_exists(sent, :none),
        resetsAt = if_not_exists(resetsAt, :firstResetsAt)`,
      ExpressionAttributeNames: { '#pool': 'pool', '#left': 'left' },
      ExpressionAttributeValues: toItem({
        ':pool': pool,
        ':provider': provider,
        ':cap': cap,
        ':periodMs': periodMs,
        ':firstResetsAt': firstResetsAt,
        ':none': 0,
      }),
    }),
  );
}

async function readAllowances(table: Table): Promise<Map<string, AllowanceItem>> {
  const found = new Map<string, AllowanceItem>();
  for await (const raw of queryPartition(table, pacingKeys.allowances)) {
    const item = allowanceItem.parse(raw);
    found.set(keyOf(item), item);
  }
  return found;
}

/**
 * Takes `count` or what is left. Condition: that much is left of the running period; of a period that is
 * over, that nobody began the next one. Not idempotent: what is taken twice is sent to nobody.
 */
async function takeAllowance(
  table: Table,
  last: AllowanceItem,
  { count, clock }: { readonly count: number; readonly clock: Clock },
): Promise<{ readonly taken: Omit<Taken, keyof Pair>; readonly now: AllowanceItem | undefined }> {
  let seen: AllowanceItem | undefined = last;
  let want = count;
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const now = clock();
    const over: boolean = seen.resetsAt <= now;
    const step = over ? beginPeriod(seen, count, now) : takeFromPeriod(want, now);
    const { done, item } = await updateIf(table, {
      Key: toItem(pacingKeys.allowance(last.pool, last.provider)),
      ...step.update,
    });
    seen = item ? allowanceItem.parse(item) : await readAllowance(table, last);
    if (!seen) return { taken: { granted: count }, now: undefined };
    const resetsAt = epochMs(seen.resetsAt);
    if (done) return { taken: { granted: step.granted, resetsAt }, now: seen };
    if (resetsAt > now && seen.left <= 0) return { taken: { granted: 0, resetsAt }, now: seen };
    want = Math.min(count, Math.max(1, seen.left));
  }
  throw busy(
    `the allowance of pool ${last.pool} at ${last.provider} changed ${stepsMax} times; the mail waits`,
  );
}

function takeFromPeriod(granted: number, now: EpochMs) {
  return {
    granted,
    update: {
      UpdateExpression: 'SET #left = #left - :granted, sent = sent + :granted',
      ConditionExpression: '#left >= :granted AND resetsAt > :now',
      ExpressionAttributeNames: { '#left': 'left' },
      ExpressionAttributeValues: toItem({ ':granted': granted, ':now': now }),
    },
  };
}

/** Periods keep their grid, however long nothing was sent. */
function beginPeriod({ resetsAt, periodMs, cap }: AllowanceItem, count: number, now: EpochMs) {
  const granted = Math.max(0, Math.min(count, cap));
  const next = resetsAt + periodMs * (Math.floor((now - resetsAt) / periodMs) + 1);
  return {
    granted,
    update: {
      UpdateExpression: 'SET #left = cap - :granted, sent = :granted, resetsAt = :next',
      ConditionExpression: 'resetsAt = :resetsAt AND cap = :cap',
      ExpressionAttributeNames: { '#left': 'left' },
      ExpressionAttributeValues: toItem({
        ':granted': granted,
        ':next': next,
        ':resetsAt': resetsAt,
        ':cap': cap,
      }),
    },
  };
}

/**
 * Gives back within the period it was taken from. Condition: nobody changed the allowance since it was
 * read, so that a write which the SDK repeats is not made twice; who loses gives nothing back.
 */
async function returnAllowance(table: Table, taken: Taken, count: number): Promise<void> {
  const seen = await readAllowance(table, taken);
  if (!seen || seen.resetsAt !== taken.resetsAt || count === 0) return;
  await updateIf(table, {
    Key: toItem(pacingKeys.allowance(taken.pool, taken.provider)),
    UpdateExpression: 'SET #left = #left + :count, sent = sent - :count',
    ConditionExpression: 'sent = :sent AND #left = :left AND resetsAt = :resetsAt',
    ExpressionAttributeNames: { '#left': 'left' },
    ExpressionAttributeValues: toItem({
      ':count': count,
      ':sent': seen.sent,
      ':left': seen.left,
      ':resetsAt': seen.resetsAt,
    }),
  });
}

function readAllowance(table: Table, { pool, provider }: Pair): Promise<AllowanceItem | undefined> {
  return getItem(table, pacingKeys.allowance(pool, provider), allowanceItem, { consistent: true });
}

function keyOf({ pool, provider }: Pair): string {
  return pacingKeys.allowance(pool, provider).sk;
}
