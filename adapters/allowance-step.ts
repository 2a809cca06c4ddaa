/** One conditional write that takes from an allowance, of its period and of its day at once. */
import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { AllowanceItem } from '../contract/items.ts';
import { dayMs, type EpochMs, epochMs } from '../domain/time.ts';
import { toItem } from './items.ts';

/** A cap over one span of time: what is left of the running span, and what the next one begins with. */
type Cap = {
  readonly cap: number;
  readonly left: number;
  readonly resetsAt: EpochMs;
  readonly spanMs: number;
  /** Names of its attributes in the item. */
  readonly names: typeof periodNames | typeof dayNames;
};

const periodNames = { cap: 'cap', left: 'left', sent: 'sent', resetsAt: 'resetsAt' } as const;
const dayNames = {
  cap: 'dayCap',
  left: 'dayLeft',
  sent: 'daySent',
  resetsAt: 'dayResetsAt',
} as const;

/** The caps of an allowance: of its period, and of its day where it has one. */
function capsOf(item: AllowanceItem): readonly Cap[] {
  const { cap, left, resetsAt, periodMs, dayCap, dayLeft, dayResetsAt } = item;
  const period = { cap, left, resetsAt: epochMs(resetsAt), spanMs: periodMs, names: periodNames };
  if (dayCap === undefined || dayLeft === undefined || dayResetsAt === undefined) return [period];
  const resets = epochMs(dayResetsAt);
  return [period, { cap: dayCap, left: dayLeft, resetsAt: resets, spanMs: dayMs, names: dayNames }];
}

/** Returns how many may be taken: of each span what is left, of one that is over all that the next has. */
export function leftOf(item: AllowanceItem, now: EpochMs): number {
  return Math.min(...capsOf(item).map((cap) => (cap.resetsAt <= now ? cap.cap : cap.left)));
}

/** Returns how many may be taken at most as far as only spans tell that are over. */
export function nextLeftOf(item: AllowanceItem, now: EpochMs): number {
  return Math.min(...capsOf(item).map((cap) => (cap.resetsAt <= now ? cap.cap : Infinity)));
}

/** Returns when the last running span ends of which nothing is left, undefined where there is none. */
export function spentUntil(item: AllowanceItem, now: EpochMs): EpochMs | undefined {
  const ends = capsOf(item).flatMap(({ left, resetsAt }) =>
    left <= 0 && resetsAt > now ? [resetsAt] : [],
  );
  return ends.length === 0 ? undefined : epochMs(Math.max(...ends));
}

/**
 * Returns the update that takes `granted` of every cap. Condition: that much is left of each running span,
 * and nobody has begun the next one of a span that is over; a day that appears meanwhile is not passed by.
 */
export function takeStep(
  item: AllowanceItem,
  granted: number,
  now: EpochMs,
): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> {
  const caps = capsOf(item);
  const parts = caps.map((cap) => (cap.resetsAt <= now ? begin(cap, now) : takeFrom(cap)));
  // A day that appears meanwhile is not passed by.
  const noDay = caps.length === 1 ? ['attribute_not_exists(dayCap)'] : [];
  const isRunning = caps.some(({ resetsAt }) => resetsAt > now);
  const values = { ':granted': granted, ...(isRunning ? { ':now': now } : {}) };
  return merged(parts, values, noDay);
}

/** One update of all parts. */
function merged(
  parts: readonly Part[],
  values: Readonly<Record<string, number>>,
  conditions: readonly string[] = [],
): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> {
  const all = [Object.entries(values), ...parts.map((part) => Object.entries(part.values))];
  return {
    UpdateExpression: `SET ${parts.map(({ set }) => set).join(', ')}`,
    ConditionExpression: [...parts.map(({ condition }) => condition), ...conditions].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(
      parts.flatMap(({ names }) => Object.entries(names)),
    ),
    ExpressionAttributeValues: toItem(Object.fromEntries(all.flat())),
  };
}

type Part = {
  readonly set: string;
  readonly condition: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
};

function takeFrom({ names: { left, sent, resetsAt } }: Cap): Part {
  return {
    set: `#${left} = #${left} - :granted, ${sent} = ${sent} + :granted`,
    condition: `#${left} >= :granted AND ${resetsAt} > :now`,
    names: { [`#${left}`]: left },
    values: {},
  };
}

/** Spans keep their grid, however long nothing was sent. */
function begin({ cap, resetsAt, spanMs, names }: Cap, now: EpochMs): Part {
  const next = resetsAt + spanMs * (Math.floor((now - resetsAt) / spanMs) + 1);
  const [seenAt, seenCap] = [`:${names.resetsAt}`, `:${names.cap}`];
  return {
    set: `#${names.left} = ${names.cap} - :granted, ${names.sent} = :granted, ${names.resetsAt} = ${seenAt}Next`,
    condition: `${names.resetsAt} = ${seenAt} AND ${names.cap} = ${seenCap}`,
    names: { [`#${names.left}`]: names.left },
    values: { [seenAt]: resetsAt, [`${seenAt}Next`]: next, [seenCap]: cap },
  };
}

/**
 * Returns the update that gives `count` back to those spans that it was taken from and that still run,
 * undefined where none does. Condition: they stand as they were read.
 */
export function returnStep(
  item: AllowanceItem,
  taken: { readonly resetsAt?: EpochMs; readonly dayResetsAt?: EpochMs },
  count: number,
): Omit<UpdateItemCommandInput, 'TableName' | 'Key'> | undefined {
  const ends = { resetsAt: taken.resetsAt, dayResetsAt: taken.dayResetsAt };
  const same = capsOf(item).filter(({ names, resetsAt }) => ends[names.resetsAt] === resetsAt);
  if (same.length === 0) return undefined;
  const parts = same.map(
    ({ names: { left, sent, resetsAt } }): Part => ({
      set: `#${left} = #${left} + :count, ${sent} = ${sent} - :count`,
      condition: `#${left} = :${left} AND ${sent} = :${sent} AND ${resetsAt} = :${resetsAt}`,
      names: { [`#${left}`]: left },
      values: {
        [`:${left}`]: item[left] ?? 0,
        [`:${sent}`]: item[sent] ?? 0,
        [`:${resetsAt}`]: item[resetsAt] ?? 0,
      },
    }),
  );
  return merged(parts, { ':count': count });
}
