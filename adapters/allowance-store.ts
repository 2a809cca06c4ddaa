import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type AllowanceItem, allowanceItem } from '../contract/items.ts';
import { pacingKeys } from '../contract/table-keys.ts';
import { unknownProvider } from '../domain/provider.ts';
import { type Clock, type EpochMs, epochMs, secondMs } from '../domain/time.ts';
import { leftOf, nextLeftOf, returnStep, spentUntil, takeStep } from './allowance-step.ts';
import { busy } from './failure.ts';
import { getItem, queryPartition, type Table, toItem, updateIf } from './items.ts';

/** What an allowance is about: mail through a pool to a mailbox provider. */
export type Pair = { readonly pool: string; readonly provider: string };

/** What was taken; without a period where the pair has no allowance, so that any number was granted. */
export type Taken = Pair & {
  readonly granted: number;
  /** When the period ends that it was taken from. */
  readonly resetsAt?: EpochMs;
  /** When the day ends that it was taken from, where the allowance has a cap for the day. */
  readonly dayResetsAt?: EpochMs;
  /** When more may be taken, where less was granted than asked for and that is later than the period's end. */
  readonly againAt?: EpochMs;
  /** Whose allowance it was, where the provider has none of its own. */
  readonly from?: typeof unknownProvider;
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
      const one = findItem(await list(), pair);
      return one && spentUntil(one, clock());
    },
    take: async (pair, count) => {
      const known = await list();
      const one = findItem(known, pair);
      if (!one) return { ...pair, granted: count };
      const { taken, now } = await takeAllowance(table, one, { count, clock });
      if (now) known.set(keyOf(one), now);
      else known.delete(keyOf(one));
      const isOwn = one.provider === pair.provider;
      return { ...pair, ...taken, ...(isOwn ? {} : { from: unknownProvider }) };
    },
    giveBack: (taken, count) => returnAllowance(table, taken, count),
  };
}

/** A provider without an allowance of its own shares the pool's for all others, where there is one. */
function findItem(
  known: ReadonlyMap<string, AllowanceItem>,
  pair: Pair,
): AllowanceItem | undefined {
  return known.get(keyOf(pair)) ?? known.get(keyOf({ ...pair, provider: unknownProvider }));
}

/**
 * Sets how many recipients a pool may send to a provider in each period of `periodMs` and, with `dayCap`,
 * in each day. What was sent in the running period and day stays counted against the new caps;
 * `firstResetsAt` and `firstDayResetsAt` end the first ones of a pair that had none. The provider `other`
 * stands for all that have no allowance of their own. Idempotency key: the pair; the same words again
 * change nothing. No condition.
 */
export async function writeAllowance(
  table: Table,
  allowance: Pair & {
    readonly cap: number;
    readonly periodMs: number;
    readonly firstResetsAt: EpochMs;
    readonly dayCap?: number;
    /** @default firstResetsAt */
    readonly firstDayResetsAt?: EpochMs;
  },
): Promise<void> {
  const { pool, provider, cap, periodMs, firstResetsAt, dayCap } = allowance;
  const { firstDayResetsAt = firstResetsAt } = allowance;
  const hasDay = dayCap !== undefined;
  const period = `SET #pool = :pool, provider = :provider, cap = :cap, periodMs = :periodMs,
    #left = :cap - if_not_exists(sent, :none), sent = if_not_exists(sent, :none),
    resetsAt = if_not_exists(resetsAt, :firstResetsAt)`;
  const ofDay = `, dayCap = :dayCap, dayLeft = :dayCap - if_not_exists(daySent, :none),
    daySent = if_not_exists(daySent, :none), dayResetsAt = if_not_exists(dayResetsAt, :firstDay)`;
  await table.dynamo.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.allowance(pool, provider)),
      UpdateExpression: period + (hasDay ? ofDay : ' REMOVE dayCap, dayLeft, daySent, dayResetsAt'),
      ExpressionAttributeNames: { '#pool': 'pool', '#left': 'left' },
      ExpressionAttributeValues: toItem({
        ':pool': pool,
        ':provider': provider,
        ':cap': cap,
        ':periodMs': periodMs,
        ':firstResetsAt': firstResetsAt,
        ':none': 0,
        ...(hasDay ? { ':dayCap': dayCap, ':firstDay': firstDayResetsAt } : {}),
      }),
    }),
  );
}

/** Takes a pair's allowance away: it may send any number then. Idempotent. */
export async function deleteAllowance(table: Table, { pool, provider }: Pair): Promise<void> {
  await table.dynamo.send(
    new DeleteItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.allowance(pool, provider)),
    }),
  );
}

/** Returns every allowance as it stands, with what was sent in its running period and day. */
export async function listAllowances(table: Table): Promise<readonly AllowanceItem[]> {
  return [...(await readAllowances(table)).values()];
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
 * Takes `count` or what is left of period and day, in one write. Condition: see `takeStep`. Not idempotent:
 * what is taken twice is sent to nobody.
 */
async function takeAllowance(
  table: Table,
  last: AllowanceItem,
  { count, clock }: { readonly count: number; readonly clock: Clock },
): Promise<{ readonly taken: Omit<Taken, keyof Pair>; readonly now: AllowanceItem | undefined }> {
  let seen: AllowanceItem | undefined = last;
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const now = clock();
    // What this environment remembers may be old: at first the item decides whether all can be granted.
    const left = steps === 0 ? nextLeftOf(seen, now) : leftOf(seen, now);
    const granted = Math.max(0, Math.min(count, left));
    const spent = steps === 0 ? undefined : spentUntil(seen, now);
    if (granted === 0 && spent !== undefined)
      return { taken: { granted, ...spansOf(seen, spent) }, now: seen };
    const { done, item } = await updateIf(table, {
      Key: toItem(pacingKeys.allowance(last.pool, last.provider)),
      ...takeStep(seen, granted, now),
    });
    seen = item ? allowanceItem.parse(item) : await readAllowance(table, last);
    if (!seen) return { taken: { granted: count }, now: undefined };
    if (!done) continue;
    const until = granted < count ? spentUntil(seen, now) : undefined;
    return { taken: { granted, ...spansOf(seen, until) }, now: seen };
  }
  throw busy(
    `the allowance of pool ${last.pool} at ${last.provider} changed ${stepsMax} times; the mail waits`,
  );
}

/** The ends of the spans that were taken from, and when more may be taken where that is later. */
function spansOf(
  { resetsAt, dayResetsAt }: AllowanceItem,
  until: EpochMs | undefined,
): Pick<Taken, 'resetsAt' | 'dayResetsAt' | 'againAt'> {
  return {
    resetsAt: epochMs(resetsAt),
    ...(dayResetsAt === undefined ? {} : { dayResetsAt: epochMs(dayResetsAt) }),
    ...(until !== undefined && until > resetsAt ? { againAt: until } : {}),
  };
}

/**
 * Gives back within the spans it was taken from. Condition: nobody changed the allowance since it was
 * read, so that a write which the SDK repeats is not made twice; who loses gives nothing back.
 */
async function returnAllowance(table: Table, taken: Taken, count: number): Promise<void> {
  const pair = { ...taken, provider: taken.from ?? taken.provider };
  const seen = count === 0 ? undefined : await readAllowance(table, pair);
  const step = seen && returnStep(seen, taken, count);
  if (!step) return;
  await updateIf(table, { Key: toItem(pacingKeys.allowance(pair.pool, pair.provider)), ...step });
}

function readAllowance(table: Table, { pool, provider }: Pair): Promise<AllowanceItem | undefined> {
  return getItem(table, pacingKeys.allowance(pool, provider), allowanceItem, { consistent: true });
}

function keyOf({ pool, provider }: Pair): string {
  return pacingKeys.allowance(pool, provider).sk;
}
