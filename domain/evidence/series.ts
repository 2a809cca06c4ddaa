import type { Signal } from '../classification/reasons.ts';
import { epochMs } from '../time.ts';
import { type CountsQuery, countsOf, joinColumns, sentOf } from './counts.ts';
import { getOrAdd } from './get-or-add.ts';
import { bringsSignal, matureShare } from './maturity.ts';
import type { Bucket, Column, Counts, Region } from './model.ts';
import { type OriginIndex, singleFailures } from './origin-index.ts';
import { bucketStart } from './roll-up.ts';
import {
  countForAll,
  type GroupedFailures,
  groupOf,
  joinGroups,
  noGroups,
} from './shared-count.ts';
import { isWithin } from './within.ts';

export type SeriesQuery = CountsQuery & { readonly region: Region };

/** Returns the buckets of a region and signal, oldest first, each with how much of its news has come. */
export function seriesOf(index: OriginIndex, query: SeriesQuery): readonly Bucket[] {
  const { signal, region, until } = query;
  const { starts, sent, failed } = countsIn(index, query);
  return starts.map((start, at) => ({
    start: epochMs(start),
    sent: sent[at] ?? 0,
    failed: failed[at] ?? 0,
    mature: matureShare(signal, until - start, region.provider),
  }));
}

/**
 * Returns the counts of a region and signal, oldest first. Of a region that tenants share, failures count
 * with caps; of an address, whose mail nobody knows, all mail of its pool and provider stands below them.
 */
export function countsIn(index: OriginIndex, query: SeriesQuery): Counts {
  const { ip, ...region } = query.region;
  if (ip === undefined) return countsOf(index.ledgerOf(query.region), query);
  return joinColumns(sentOf(index.ledgerOf(region), query), failedAt(index, query));
}

/** Returns how much a region sent by bucket, of an address all mail of its pool and provider. */
export function sentIn(index: OriginIndex, query: SeriesQuery): Column {
  const { ip, ...region } = query.region;
  return sentOf(index.ledgerOf(ip === undefined ? query.region : region), query);
}

function failedAt(index: OriginIndex, query: SeriesQuery): Column {
  const { region, signal, bucketMs } = query;
  const groups = new Map<number, GroupedFailures>();
  for (const record of index.near(region))
    if (isWithin(record, region) && bringsSignal(record.origin.provider, signal))
      for (const failure of singleFailures(record, [signal], query))
        if (failure.ip === region.ip)
          joinGroups(
            getOrAdd(groups, bucketStart(failure.sentAt, bucketMs), noGroups),
            groupOf(failure),
          );
  return columnOf(signal, groups);
}

function columnOf(signal: Signal, groups: ReadonlyMap<number, GroupedFailures>): Column {
  const sorted = [...groups].sort(([one], [other]) => one - other);
  return {
    starts: sorted.map(([start]) => start),
    values: sorted.map(([, all]) => countForAll(signal, all)),
  };
}
