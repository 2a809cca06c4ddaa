import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { endsBefore, visitLog } from './bucket-log.ts';
import { bringsSignal, matureShare } from './maturity.ts';
import type { Bucket, Region } from './model.ts';
import {
  getOrAdd,
  holdsPair,
  isShared,
  isWithin,
  type Level,
  type OriginIndex,
  type PairRecord,
  singleFailures,
} from './origin-index.ts';
import { bucketStart } from './roll-up.ts';
import {
  countForAll,
  type GroupedFailures,
  groupOf,
  joinGroups,
  noGroups,
} from './shared-count.ts';

export type SeriesQuery = {
  readonly region: Region;
  readonly signal: Signal;
  readonly since: EpochMs;
  /** Not in it. */
  readonly until: EpochMs;
  readonly bucketMs: number;
  readonly rolledTo: EpochMs;
};

/** By where the bucket begins. */
type Sums = Map<number, number>;
type Groups = Map<number, GroupedFailures[]>;

/**
 * Returns the buckets of a region and signal, oldest first. Of a region that tenants share, failures count
 * with caps; of an address, whose mail nobody knows, all mail of its pool and provider stands below them.
 */
export function seriesOf(index: OriginIndex, query: SeriesQuery): readonly Bucket[] {
  const { signal, region } = query;
  const shared = isShared(region);
  const sent = shared ? sentByPairs(index, query) : sentByOrigins(index, query);
  const failed =
    region.ip === undefined && !shared
      ? failedByOrigins(index, query)
      : countGroups(signal, region.ip === undefined ? byPairs(index, query) : byIp(index, query));
  const starts = [...new Set([...sent.keys(), ...failed.keys()])].sort((a, b) => a - b);
  return starts
    .map((start) => ({
      start: epochMs(start),
      sent: Math.max(0, sent.get(start) ?? 0),
      failed: failed.get(start) ?? 0,
      mature: matureShare(signal, query.until - start, region.provider),
    }))
    .filter((bucket) => bucket.sent > 0 || bucket.failed > 0);
}

/** The level of the buckets that are asked for, where these are whole; else the finest. */
function levelFor({ finest, levels }: PairRecord, query: SeriesQuery): Level {
  const { bucketMs, since, until, signal } = query;
  const isWhole =
    since % bucketMs === 0 &&
    endsBefore(finest.sent, until) &&
    endsBefore(finest.failed.get(signal), until);
  return (isWhole ? levels.find((level) => level.bucketMs === bucketMs) : undefined) ?? finest;
}

function sentByPairs(index: OriginIndex, query: SeriesQuery): Sums {
  const sums: Sums = new Map();
  for (const pair of index.pairs())
    if (holdsPair(query.region, pair) && bringsSignal(pair.provider, query.signal))
      visitLog(levelFor(pair, query).sent, query, (start, value) =>
        addTo(sums, query, { start, value }),
      );
  return sums;
}

function sentByOrigins(index: OriginIndex, query: SeriesQuery): Sums {
  const sums: Sums = new Map();
  for (const record of relevant(index, query))
    visitLog(record.sent, query, (start, value) => addTo(sums, query, { start, value }));
  return sums;
}

function failedByOrigins(index: OriginIndex, query: SeriesQuery): Sums {
  const sums: Sums = new Map();
  for (const { failed } of relevant(index, query)) {
    const log = failed.get(query.signal);
    if (log !== undefined)
      visitLog(log, query, (start, value) => addTo(sums, query, { start, value }));
  }
  return sums;
}

function byPairs(index: OriginIndex, query: SeriesQuery): Groups {
  const groups: Groups = new Map();
  for (const pair of index.pairs()) {
    if (!holdsPair(query.region, pair) || !bringsSignal(pair.provider, query.signal)) continue;
    const log = levelFor(pair, query).failed.get(query.signal);
    if (log !== undefined)
      visitLog(log, query, (start, value) =>
        getOrAdd(groups, bucketStart(start, query.bucketMs), () => []).push(value),
      );
  }
  return groups;
}

function byIp(index: OriginIndex, query: SeriesQuery): Groups {
  const groups: Groups = new Map();
  for (const record of relevant(index, query))
    for (const failure of singleFailures(record, [query.signal], query))
      if (failure.ip === query.region.ip)
        getOrAdd(groups, bucketStart(failure.sentAt, query.bucketMs), () => []).push(
          groupOf(failure),
        );
  return groups;
}

function* relevant(index: OriginIndex, { region, signal }: SeriesQuery) {
  for (const record of index.near(region))
    if (isWithin(record, region) && bringsSignal(record.origin.provider, signal)) yield record;
}

function countGroups(signal: Signal, groups: Groups): Sums {
  const sums: Sums = new Map();
  for (const [start, [first = noGroups(), ...others]] of groups) {
    // Joining writes into its first argument, so what the book keeps must not be that.
    const all = others.length === 0 ? first : [first, ...others].reduce(joinGroups, noGroups());
    sums.set(start, countForAll(signal, all));
  }
  return sums;
}

function addTo(
  sums: Sums,
  { bucketMs }: SeriesQuery,
  { start, value }: { readonly start: number; readonly value: number },
): void {
  const at = bucketStart(start, bucketMs);
  sums.set(at, (sums.get(at) ?? 0) + value);
}
