/** Values by send bucket, oldest first: what one origin or one region sent or failed. */
import { bucketStart, finestMs, keptSince, rolledStart } from './roll-up.ts';

/** Two arrays side by side, because there are tens of thousands of logs with hundreds of buckets each. */
export type BucketLog<V> = {
  /** Width of its narrowest buckets. */
  readonly bucketMs: number;
  starts: number[];
  values: V[];
  /** How many buckets it may have until it is rolled up in place. */
  roomFor: number;
};

/** Instants; `until` is not in it. `rolledTo`: up to when the reader wants buckets rolled up. */
export type LogWindow = {
  readonly since: number;
  readonly until: number;
  readonly rolledTo: number;
};

/** Adds numbers of a bucket. */
export const plus = (a: number, b: number): number => a + b;

/** Buckets that a log may always have before it is rolled up in place. */
const roomMin = 32;

/** Returns a log without buckets. */
export function createLog<V>(bucketMs = finestMs): BucketLog<V> {
  return { bucketMs, starts: [], values: [], roomFor: roomMin };
}

/** Adds a value to the bucket of an instant; `join` may change and return its first argument. */
export function addToLog<V>(
  log: BucketLog<V>,
  { at, value, rolledTo }: { readonly at: number; readonly value: V; readonly rolledTo: number },
  join: (into: V, from: V) => V,
): void {
  const start = bucketStart(at, log.bucketMs);
  const last = log.starts.length - 1;
  const index = last >= 0 && (log.starts[last] ?? 0) <= start ? last : lastUpTo(log.starts, start);
  const known = log.starts[index] === start ? log.values[index] : undefined;
  if (known !== undefined) {
    log.values[index] = join(known, value);
    return;
  }
  if (index === last) {
    log.starts.push(start);
    log.values.push(value);
  } else {
    log.starts.splice(index + 1, 0, start);
    log.values.splice(index + 1, 0, value);
  }
  if (log.starts.length > log.roomFor) rollLog(log, rolledTo, join);
}

/** Returns whether a log has nothing at or after an instant. */
export function endsBefore(log: BucketLog<unknown> | undefined, until: number): boolean {
  return (log?.starts.at(-1) ?? Number.NEGATIVE_INFINITY) < until;
}

/** Rolls a log up in place and forgets what is too old; readers see no difference. */
export function rollLog<V>(
  log: BucketLog<V>,
  rolledTo: number,
  join: (into: V, from: V) => V,
): void {
  const starts: number[] = [];
  const values: V[] = [];
  const since = keptSince(rolledTo);
  for (let index = 0; index < log.starts.length; index += 1) {
    const start = rolledStart(log.starts[index] ?? 0, rolledTo);
    const value = log.values[index];
    if (value === undefined || start < since) continue;
    const last = starts.length - 1;
    const before = values[last];
    if (before !== undefined && starts[last] === start) values[last] = join(before, value);
    else {
      starts.push(start);
      values.push(value);
    }
  }
  log.starts = starts;
  log.values = values;
  log.roomFor = 2 * starts.length + roomMin;
}

/** Visits the values of a window, oldest first, each with where its rolled-up bucket begins. */
export function visitLog<V>(
  log: BucketLog<V>,
  { since, until, rolledTo }: LogWindow,
  visit: (start: number, value: V) => void,
): void {
  const from = firstOf(since, rolledTo);
  for (let index = lastUpTo(log.starts, from - 1) + 1; index < log.starts.length; index += 1) {
    const start = rolledStart(log.starts[index] ?? 0, rolledTo);
    const value = log.values[index];
    if (start >= until) return;
    if (start >= from && value !== undefined) visit(start, value);
  }
}

/** Returns the sums of a window in buckets of a width, oldest first. */
export function sumLog(
  { starts, values }: BucketLog<number>,
  {
    since,
    until,
    rolledTo,
    bucketMs,
  }: LogWindow & {
    readonly bucketMs: number;
  },
): { readonly starts: readonly number[]; readonly values: readonly number[] } {
  const from = firstOf(since, rolledTo);
  const at: number[] = [];
  const sums: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (let index = lastUpTo(starts, from - 1) + 1; index < starts.length; index += 1) {
    const start = rolledStart(starts[index] ?? 0, rolledTo);
    if (start >= until) break;
    if (start < from) continue;
    const value = values[index] ?? 0;
    if (start < end) sums[sums.length - 1] = (sums[sums.length - 1] ?? 0) + value;
    else {
      const bucket = bucketStart(start, bucketMs);
      end = bucket + bucketMs;
      at.push(bucket);
      sums.push(value);
    }
  }
  return { starts: at, values: sums };
}

/** Returns the sum of a window. */
export function totalOf(
  { starts, values }: BucketLog<number>,
  { since, until, rolledTo }: LogWindow,
): number {
  const from = firstOf(since, rolledTo);
  let sum = 0;
  for (let index = lastUpTo(starts, from - 1) + 1; index < starts.length; index += 1) {
    const start = rolledStart(starts[index] ?? 0, rolledTo);
    if (start >= until) break;
    if (start >= from) sum += values[index] ?? 0;
  }
  return sum;
}

/** Buckets that begin earlier are not in a window. */
function firstOf(since: number, rolledTo: number): number {
  return Math.max(bucketStart(since, finestMs), keptSince(rolledTo));
}

/** Returns the index of the last start that is not later, -1 where there is none. */
function lastUpTo(starts: readonly number[], start: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
