/** Where the book keeps what it knows: by origin, and in ledgers of pairs and of regions that were asked for. */
import type { Signal } from '../classification/reasons.ts';
import { type BucketLog, createLog, type LogWindow } from './bucket-log.ts';
import { fillLedger } from './fill-ledger.ts';
import { getOrAdd } from './get-or-add.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createLedgers } from './ledgers.ts';
import type { Dimension, Failure, Origin, Region } from './model.ts';
import { isKeptSingly } from './roll-up.ts';
import { holdsPair, isWithin } from './within.ts';

/** All of one origin. Failures stand here twice: counted by bucket, and one by one while they are young. */
export type OriginRecord = {
  readonly origin: Origin;
  readonly pair: PairRecord;
  readonly sent: BucketLog<number>;
  readonly failed: Map<Signal, BucketLog<number>>;
  readonly vouched: Map<Signal, BucketLog<number>>;
  /** By when their mail was sent. */
  readonly failures: Map<Signal, Failure[]>;
  /** Its mail stands in these as well; that of its pair is the first. */
  readonly ledgers: Ledger[];
};

/** All mail through one pool to one provider: what is judged after every failure. */
export type PairRecord = {
  readonly pool: string;
  readonly provider: string;
  readonly ledger: Ledger;
  readonly origins: Set<OriginRecord>;
};

export type OriginIndex = {
  /** Returns the record of an origin, a new one for a new origin. */
  readonly recordOf: (origin: Origin) => OriginRecord;
  /** Every origin that may have mail of a region; the caller asks `isWithin`. */
  readonly near: (region: Region) => Iterable<OriginRecord>;
  readonly pairs: () => Iterable<PairRecord>;
  /** Returns the ledger of a region without an address, for now: other questions may close it. */
  readonly ledgerOf: (region: Region) => Ledger;
  /** Every ledger that is kept. */
  readonly ledgers: () => Iterable<Ledger>;
  readonly forget: (record: OriginRecord) => void;
};

/** Dimensions that have few origins each, so that a look at all of them is cheap. */
const narrow = ['campaign', 'tenant', 'identity'] as const satisfies readonly Dimension[];

/** Returns an empty index; it keeps `ledgersMax` ledgers beside those of the pairs. */
export function createOriginIndex(ledgersMax: number): OriginIndex {
  const byKey = new Map<string, OriginRecord>();
  const byObject = new WeakMap<Origin, OriginRecord>();
  const byName = new Map<string, Set<OriginRecord>>();
  const pairs = new Map<string, PairRecord>();
  const asked = createLedgers(ledgersMax);
  const pairOf = ({ pool, provider }: Origin) =>
    getOrAdd(pairs, `${pool}\n${provider}`, () => createPair(pool, provider));
  const add = (origin: Origin): OriginRecord => {
    const record = createRecord(origin, pairOf(origin));
    record.ledgers.push(...asked.holding(origin));
    record.pair.origins.add(record);
    for (const name of narrow)
      getOrAdd(byName, `${name}\n${origin[name]}`, () => new Set<OriginRecord>()).add(record);
    return record;
  };
  const near = (region: Region): Iterable<OriginRecord> => {
    const sets = narrow.flatMap((name) =>
      region[name] === undefined ? [] : [byName.get(`${name}\n${region[name]}`) ?? nobody],
    );
    if (sets.length > 0) return sets.reduce((one, other) => (other.size < one.size ? other : one));
    return originsOf([...pairs.values()].filter((pair) => holdsPair(region, pair)));
  };
  const within = (region: Region) => [...near(region)].filter((record) => isWithin(record, region));
  const openLedger = (region: Region): Ledger => {
    const { opened, closed } = asked.open(region);
    if (closed !== undefined)
      for (const { ledgers } of within(closed.region)) ledgers.splice(ledgers.indexOf(closed), 1);
    const records = within(region);
    fillLedger(opened, { records, pairs: pairs.values() });
    for (const { ledgers } of records) ledgers.push(opened);
    return opened;
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
    near,
    pairs: () => pairs.values(),
    ledgerOf: (region) => {
      const pair = isPair(region) ? pairs.get(`${region.pool}\n${region.provider}`) : undefined;
      return pair?.ledger ?? asked.find(region) ?? openLedger(region);
    },
    ledgers: () => ledgersOf(pairs.values(), asked.all()),
    forget: (record) => {
      byKey.delete(keyOf(record.origin));
      record.pair.origins.delete(record);
      for (const name of narrow) byName.get(`${name}\n${record.origin[name]}`)?.delete(record);
    },
  };
}

/** Returns the failures of an origin in a window (`until` not in it) that are still kept one by one, newest first. */
export function* singleFailures(
  { failures }: Pick<OriginRecord, 'failures'>,
  signals: readonly Signal[],
  { since, until, rolledTo }: LogWindow,
): Iterable<Failure> {
  for (const signal of signals) {
    const list = failures.get(signal) ?? [];
    for (let at = list.length - 1; at >= 0; at -= 1) {
      const failure = list[at];
      if (failure === undefined || failure.sentAt < since) break;
      if (failure.sentAt < until && isKeptSingly(failure, rolledTo)) yield failure;
    }
  }
}

const nobody: ReadonlySet<OriginRecord> = new Set();

function createRecord(origin: Origin, pair: PairRecord): OriginRecord {
  return {
    origin: { ...origin },
    pair,
    sent: createLog<number>(),
    failed: new Map(),
    vouched: new Map(),
    failures: new Map(),
    ledgers: [pair.ledger],
  };
}

function createPair(pool: string, provider: string): PairRecord {
  return { pool, provider, ledger: createLedger({ pool, provider }), origins: new Set() };
}

/** Pairs have a ledger anyway. */
function isPair({ pool, provider, tenant, identity, campaign }: Region): boolean {
  const isOfAll = tenant === undefined && identity === undefined && campaign === undefined;
  return isOfAll && pool !== undefined && provider !== undefined;
}

function* originsOf(pairs: readonly PairRecord[]): Iterable<OriginRecord> {
  for (const pair of pairs) yield* pair.origins;
}

function* ledgersOf(pairs: Iterable<PairRecord>, asked: Iterable<Ledger>): Iterable<Ledger> {
  for (const { ledger } of pairs) yield ledger;
  yield* asked;
}

function keyOf({ tenant, identity, stream, pool, provider, campaign }: Origin): string {
  return `${tenant}\n${identity}\n${stream}\n${pool}\n${provider}\n${campaign}`;
}
