/** What was sent and what failed, as it stands in the evidence table. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod';
import {
  type DelayItem,
  delayItem,
  type FailureItem,
  failureItem,
  type SentItem,
  sentItem,
  type VoidItem,
  voidItem,
} from '../contract/rotation-items.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import type { Origin } from '../domain/evidence/model.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs, ttlEpochSeconds } from '../domain/time.ts';
import { getItem, queryPartition, type Table, toItem } from './items.ts';
import { readableItem } from './readable-item.ts';
import { packRows, rowsPerItem, type SentRow, unpackRows } from './sent-rows.ts';

/** How fine what was sent is kept, and for how long from the period's start. */
export const sentLevels = {
  '1m': { periodMs: minuteMs, keptDays: 1 },
  '10m': { periodMs: 10 * minuteMs, keptDays: 5 },
  '6h': { periodMs: 6 * hourMs, keptDays: 40 },
} as const;
export type SentLevel = keyof typeof sentLevels;

/** What was sent in one period, or in a part of it. */
export type SentPeriod = { readonly start: EpochMs; readonly rows: readonly SentRow[] };

/** Which periods are read, and which origins are known already. */
export type SentWindow = {
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly originOf?: (origin: Origin) => Origin;
};

/** News of mail that was sent in a time: failures, and mail that no provider saw. */
export type News = {
  readonly failures: readonly FailureItem[];
  readonly voids: readonly VoidItem[];
  /** Whether there was more than could be read. */
  readonly cut: boolean;
};

/**
 * Returns the news of mail that was sent between two instants, of the latest mail first, at most `countMax`
 * of each kind: in a storm the newest decide.
 */
export async function readNews(
  table: Table,
  window: { readonly since: EpochMs; readonly until: EpochMs },
  countMax: number,
): Promise<News> {
  const failures = await readFailures(table, window, countMax);
  const voids = await latest(table, evidenceKeys.voidsOf, window, { schema: voidItem, countMax });
  return { failures, voids, cut: failures.length === countMax || voids.length === countMax };
}

/** Returns the failures among the news alone, half of the reading. */
export function readFailures(
  table: Table,
  window: { readonly since: EpochMs; readonly until: EpochMs },
  countMax: number,
): Promise<readonly FailureItem[]> {
  return latest(table, evidenceKeys.failuresOf, window, { schema: failureItem, countMax });
}

/**
 * Returns mail that was sent between two instants and put off for a reason that counts for nobody's
 * reputation, the latest first, at most `countMax`.
 */
export function readDelays(
  table: Table,
  window: { readonly since: EpochMs; readonly until: EpochMs },
  countMax: number,
): Promise<readonly DelayItem[]> {
  return latest(table, evidenceKeys.delaysOf, window, { schema: delayItem, countMax });
}

async function latest<T>(
  table: Table,
  partitionOf: (hour: string) => string,
  { since, until }: { readonly since: EpochMs; readonly until: EpochMs },
  { schema, countMax }: { readonly schema: z.ZodType<T>; readonly countMax: number },
): Promise<readonly T[]> {
  const first = new Date(since).toISOString();
  const readHour = async (hour: string, most: number): Promise<readonly T[]> => {
    const found: T[] = [];
    const partition = queryPartition(table, partitionOf(hour), {
      descending: true,
      between: { first, last: afterEveryDate },
    });
    for await (const raw of partition) {
      const item = readableItem(schema, raw);
      if (item) found.push(item);
      if (found.length === most) break;
    }
    return found;
  };
  const found: T[] = [];
  let hours = hoursBetween(since, until);
  // The latest hour by itself tells how full they are: a storm is not read a day at once and thrown away.
  let atOnce = 1;
  while (hours.length > 0 && found.length < countMax) {
    const left = countMax - found.length;
    const parts = await Promise.all(hours.slice(0, atOnce).map((hour) => readHour(hour, left)));
    hours = hours.slice(atOnce);
    for (const part of parts) for (const one of part) found.push(one);
    const fullest = Math.max(1, ...parts.map((part) => part.length));
    atOnce = Math.min(queriesAtOnce, Math.max(1, Math.floor((countMax - found.length) / fullest)));
  }
  return found.slice(0, countMax);
}

/**
 * Yields what was sent in the periods of a level that begin between two instants (the second excluded),
 * oldest first, item by item: a month of a large sender would not fit into memory. A large period comes in
 * several parts. `originOf` as `unpackRows` has it.
 */
export async function* readSentPeriods(
  table: Table,
  level: SentLevel,
  { since, until, originOf }: SentWindow,
): AsyncGenerator<SentPeriod> {
  for (const day of daysBetween(since, until)) {
    const partition = queryPartition(table, evidenceKeys.sentOf(level, day), {
      consistent: true,
      between: { first: new Date(since).toISOString(), last: new Date(until).toISOString() },
    });
    for await (const raw of partition) {
      const { start, rows } = sentItem.parse(raw);
      if (start < until) yield { start, rows: unpackRows(rows, originOf) };
    }
  }
}

/**
 * Writes what was sent in a period, in as many items as it needs; nothing where nothing was sent.
 * Idempotency key: level, start and part; the same rows again change nothing. No condition.
 */
export async function putSentPeriod(
  table: Table,
  level: SentLevel,
  { start, rows }: SentPeriod,
): Promise<void> {
  const { periodMs, keptDays } = sentLevels[level];
  const at = new Date(start).toISOString();
  for (let from = 0, part = 0; from < rows.length; from += rowsPerItem, part += 1) {
    const item: SentItem = {
      ...evidenceKeys.sent(level, at.slice(0, 10), at, part),
      start,
      periodMs,
      rows: packRows(rows.slice(from, from + rowsPerItem)),
      ttl: ttlEpochSeconds(start, keptDays),
    };
    await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
  }
}

/** Returns a cursor of rotation's own, undefined where there is none yet; strongly consistent. */
export function readCursor<T>(
  table: Table,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  return getItem(table, evidenceKeys.cursor(name), schema, { consistent: true });
}

/** Writes a cursor. Idempotent. No condition: one function writes, one run at a time. */
export async function putCursor(table: Table, name: string, value: object): Promise<void> {
  const Item = toItem({ ...value, ...evidenceKeys.cursor(name) });
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item }));
}

/** Sorts behind every ISO 8601 instant. */
const afterEveryDate = ':';

/** Queries at once: what DynamoDB answers in a moment, without a flood of sockets. */
const queriesAtOnce = 24;

/** Returns every hour (ISO 8601 to the hour) with a part of the time between, the latest first. */
function hoursBetween(since: EpochMs, until: EpochMs): readonly string[] {
  const first = Math.floor(since / hourMs) * hourMs;
  const count = Math.floor((until - first) / hourMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    new Date(first + index * hourMs).toISOString().slice(0, 13),
  ).reverse();
}

/** Returns every UTC day with a part of the time between, the earliest first. */
function daysBetween(since: EpochMs, until: EpochMs): readonly string[] {
  const first = epochMs(Math.floor(since / dayMs) * dayMs);
  const count = Math.floor((until - first) / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    new Date(first + index * dayMs).toISOString().slice(0, 10),
  );
}
