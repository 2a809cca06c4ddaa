/** Where the book keeps what it knows: by origin, and summed by pool and provider. */
import type { Signal } from '../classification/reasons.ts';
import { type BucketLog, createLog, type LogWindow } from './bucket-log.ts';
import type { Dimension, Failure, Origin, Region } from './model.ts';
import { finestMs, keptSinglyMs, widthsMs } from './roll-up.ts';
import type { GroupedFailures } from './shared-count.ts';

/** All of one origin. Failures stand here twice: counted by bucket, and one by one while they are young. */
export type OriginRecord = {
  readonly origin: Origin;
  readonly pair: PairRecord;
  readonly sent: BucketLog<number>;
  readonly failed: Map<Signal, BucketLog<number>>;
  readonly vouched: Map<Signal, BucketLog<number>>;
  readonly failures: Map<Signal, Failure[]>;
};

/** The same mail in buckets of one width, so that nothing need be added up when it is read. */
export type Level = {
  readonly bucketMs: number;
  readonly sent: BucketLog<number>;
  readonly failed: Map<Signal, BucketLog<GroupedFailures>>;
};

/** All mail through one pool to one provider: what is judged after every failure. */
export type PairRecord = {
  readonly pool: string;
  readonly provider: string;
  readonly finest: Level;
  /** The finest and all wider ones. */
  readonly levels: readonly Level[];
  readonly origins: Set<OriginRecord>;
};

export type OriginIndex = {
  /** Returns the record of an origin, a new one for a new origin. */
  readonly recordOf: (origin: Origin) => OriginRecord;
  /** Every origin that may have mail of a region; the caller asks `isWithin`. */
  readonly near: (region: Region) => Iterable<OriginRecord>;
  readonly pairs: () => Iterable<PairRecord>;
  readonly forget: (record: OriginRecord) => void;
};

/** Dimensions that have few origins each, so that a look at all of them is cheap; narrowest first. */
const narrow = ['campaign', 'tenant', 'identity'] as const satisfies readonly Dimension[];

/** Returns an empty index. */
export function createOriginIndex(): OriginIndex {
  const byKey = new Map<string, OriginRecord>();
  const byObject = new WeakMap<Origin, OriginRecord>();
  const byName = new Map<string, Set<OriginRecord>>();
  const pairs = new Map<string, PairRecord>();
  const pairOf = (pool: string, provider: string) =>
    getOrAdd(pairs, `${pool}\n${provider}`, () => createPair(pool, provider));
  const add = (origin: Origin): OriginRecord => {
    const record: OriginRecord = {
      origin: { ...origin },
      pair: pairOf(origin.pool, origin.provider),
      sent: createLog<number>(),
      failed: new Map(),
      vouched: new Map(),
      failures: new Map(),
    };
    record.pair.origins.add(record);
    for (const name of narrow)
      getOrAdd(byName, `${name}\n${origin[name]}`, () => new Set<OriginRecord>()).add(record);
    return record;
  };
  return {
    recordOf: (origin) => {
      const seen = byObject.get(origin);
      // A forgotten record must not be written to.
      if (seen?.pair.origins.has(seen)) return seen;
      const record = getOrAdd(byKey, keyOf(origin), () => add(origin));
      byObject.set(origin, record);
      return record;
    },
    near: (region) => {
      const by = narrow.find((name) => region[name] !== undefined);
      if (by !== undefined) return byName.get(`${by}\n${region[by]}`) ?? [];
      return originsOf([...pairs.values()].filter((pair) => holdsPair(region, pair)));
    },
    pairs: () => pairs.values(),
    forget: (record) => {
      byKey.delete(keyOf(record.origin));
      record.pair.origins.delete(record);
      for (const name of narrow) byName.get(`${name}\n${record.origin[name]}`)?.delete(record);
    },
  };
}

/** Returns whether all mail of an origin lies in a region; its address plays no part. */
export function isWithin({ origin }: OriginRecord, region: Region): boolean {
  return (
    (region.tenant === undefined || region.tenant === origin.tenant) &&
    (region.identity === undefined || region.identity === origin.identity) &&
    (region.campaign === undefined || region.campaign === origin.campaign) &&
    holdsPair(region, origin)
  );
}

/** Returns whether a region holds the mail of a pool at a provider, as far as these two decide. */
export function holdsPair(
  region: Region,
  { pool, provider }: { readonly pool: string; readonly provider: string },
): boolean {
  return (
    (region.pool === undefined || region.pool === pool) &&
    (region.provider === undefined || region.provider === provider)
  );
}

/** Returns whether a region is shared by tenants: its failures count with caps. */
export function isShared({ tenant, identity, campaign }: Region): boolean {
  return tenant === undefined && identity === undefined && campaign === undefined;
}

/** Returns the failures of an origin in a window (`until` not in it) that are still kept one by one. */
export function* singleFailures(
  { failures }: OriginRecord,
  signals: readonly Signal[],
  { since, until, rolledTo }: LogWindow,
): Iterable<Failure> {
  for (const signal of signals)
    for (const failure of failures.get(signal) ?? [])
      if (failure.sentAt >= since && failure.sentAt < until && isKeptSingly(failure, rolledTo))
        yield failure;
}

/** Returns whether a failure is young enough, by when it was heard, to be kept by itself. */
export function isKeptSingly({ heardAt }: Failure, rolledTo: number): boolean {
  return heardAt > rolledTo - keptSinglyMs;
}

/** Returns the value of a key, after adding it where there is none. */
export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function createPair(pool: string, provider: string): PairRecord {
  const finest = createLevel(finestMs);
  const wider = widthsMs.filter((bucketMs) => bucketMs > finestMs).map(createLevel);
  return { pool, provider, finest, levels: [finest, ...wider], origins: new Set() };
}

function createLevel(bucketMs: number): Level {
  return { bucketMs, sent: createLog(bucketMs), failed: new Map() };
}

function* originsOf(pairs: readonly PairRecord[]): Iterable<OriginRecord> {
  for (const pair of pairs) yield* pair.origins;
}

function keyOf({ tenant, identity, stream, pool, provider, campaign }: Origin): string {
  return `${tenant}\n${identity}\n${stream}\n${pool}\n${provider}\n${campaign}`;
}
