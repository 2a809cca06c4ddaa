/**
 * How an attempt stands in the ledger: packed, because its size is what it costs. Write units are
 * ceil(bytes / 1024): once for the put before the SES calls, once for the update with the results, which
 * counts the larger of before and after. Columns of bytes stand for lists of objects.
 *
 * | attempt (ids of SES's form, stream `transactional`, pool `shared`) | put | completed | write units |
 * |---|---|---|---|
 * | 1 message | 168 B | 205 B | 1 + 1 |
 * | 10 messages to five providers | 519 B | 718 B | 1 + 1 |
 * | 10 messages of ten tenants, each with its own domain, to five providers | 776 B | 975 B | 1 + 1 |
 * | 50 recipients of one batch at one provider | 989 B | 1,908 B | 1 + 2 |
 * | 50 recipients of one batch at five providers | 1,068 B | 1,987 B | 2 + 2 |
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
import * as z from 'zod';
import {
  type AttemptEntry,
  type AttemptItem,
  type AttemptResult,
  attemptOutcomes,
} from './items.ts';
import {
  packIds,
  packSesId,
  sharePrefix,
  splitPrefix,
  unpackIds,
  unpackSesId,
} from './packed-ids.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** What no SES message id of the usual form can say; equal ones stand once, with their positions. */
const storedOther = z.union([
  z.object({ n: bytes, s: z.string() }),
  z.object({
    n: bytes,
    o: z.enum(attemptOutcomes),
    w: z.string(),
    d: z.exactOptional(z.string()),
  }),
]);
type StoredOther = z.output<typeof storedOther>;

/** The results as they are stored: SES message ids together, everything else in a list. */
export type StoredResults = {
  readonly i: Uint8Array;
  readonly x?: StoredOther[];
};

/** The item as it is stored. A run is consecutive recipients of one message, of one origin and kind. */
const storedAttempt = z.object({
  pk: z.string(),
  sk: z.string(),
  /** Stream. */
  s: z.string(),
  /** When it was written, milliseconds. */
  t: z.number(),
  /** Message id of each run. */
  m: bytes,
  /** First recipient index and length of each run. */
  n: bytes,
  /** Recipient key of each entry. */
  k: bytes,
  /** Pools, and which of them each entry goes through; the latter only where there are several. */
  p: z.array(z.string()),
  q: z.exactOptional(bytes),
  /** Providers, likewise; the empty name stands for none. */
  v: z.exactOptional(z.array(z.string())),
  w: z.exactOptional(bytes),
  /** Tenants, identities, campaigns and kinds, and which of them each run has; the empty name likewise. */
  a: z.exactOptional(z.array(z.string())),
  b: z.exactOptional(bytes),
  d: z.exactOptional(z.array(z.string())),
  e: z.exactOptional(bytes),
  f: z.exactOptional(z.array(z.string())),
  g: z.exactOptional(bytes),
  j: z.exactOptional(z.array(z.string())),
  l: z.exactOptional(bytes),
  /** SES message ids in the order of the entries, of those that have one of the usual form. */
  i: z.exactOptional(bytes),
  x: z.exactOptional(z.array(storedOther)),
  /** When the results were written, milliseconds. */
  c: z.exactOptional(z.number()),
  /** Seconds for which what it handed over is stored. */
  h: z.exactOptional(z.number()),
  ttl: z.number(),
});
type StoredAttempt = z.output<typeof storedAttempt>;

const unusualKinds = ['canary', 'rescue', 'probe'] as const;

/** One byte holds a position, an index or a length. */
const byteMax = 255;

/** Returns the item as it is stored, with its results where it has them. @throws where an id or a number does not fit */
export function packAttempt(item: AttemptItem): StoredAttempt {
  const { pk, sk, stream, at, entries, results, completedAt, storedSeconds, ttl } = item;
  if (entries.length > byteMax || entries.some(({ r }) => r > byteMax))
    throw new RangeError(
      `an attempt has at most ${byteMax} recipients, got ${entries.length}; send it in parts`,
    );
  const runs = runsOf(entries);
  const pools = column(entries.map(({ p }) => p));
  const providers = column(entries.map(({ v = '' }) => v));
  const tenants = column(runs.map(({ t = '' }) => t));
  const identities = column(runs.map(({ d = '' }) => d));
  const campaigns = column(runs.map(({ c = '' }) => c));
  const kinds = column(runs.map(({ e = '' }) => e));
  return {
    ...{ pk, sk, s: stream, t: at, ttl },
    m: packIds(runs.map(({ m }) => m)),
    n: Uint8Array.from(runs.flatMap(({ first, length }) => [first, length])),
    k: packIds(entries.map(({ k }) => k)),
    p: pools.names,
    ...(pools.index ? { q: pools.index } : {}),
    ...named(providers, (v, w) => ({ v, ...(w ? { w } : {}) })),
    ...named(tenants, (a, b) => ({ a, ...(b ? { b } : {}) })),
    ...named(identities, (d, e) => ({ d, ...(e ? { e } : {}) })),
    ...named(campaigns, (f, g) => ({ f, ...(g ? { g } : {}) })),
    ...named(kinds, (j, l) => ({ j, ...(l ? { l } : {}) })),
    ...(storedSeconds === undefined ? {} : { h: storedSeconds }),
    ...(results ? packResults(results) : {}),
    ...(completedAt === undefined ? {} : { c: completedAt }),
  };
}

/** Returns the results as the update writes them, one a position. */
export function packResults(results: readonly AttemptResult[]): StoredResults {
  const ids: Uint8Array[] = [];
  const others = new Map<string, { positions: number[]; other: AttemptResult }>();
  for (const [position, result] of results.entries()) {
    const id = 'ses' in result ? packSesId(result.ses) : undefined;
    if (id) ids.push(id);
    else {
      const same = JSON.stringify(result);
      const known = others.get(same) ?? { positions: [], other: result };
      known.positions.push(position);
      others.set(same, known);
    }
  }
  const x = [...others.values()].map(({ positions, other }) =>
    packOther(Uint8Array.from(positions), other),
  );
  return { i: sharePrefix(ids), ...(x.length > 0 ? { x } : {}) };
}

/** Returns the attempt that a stored item stands for. @throws where it is none */
export function unpackAttempt(given: unknown): AttemptItem {
  const stored = storedAttempt.parse(given);
  const { pk, sk, s: stream, t: at, c: completedAt, h: storedSeconds, i, x = [], ttl } = stored;
  const entries = unpackEntries(stored);
  return {
    ...{ pk, sk, stream, at, entries, ttl },
    ...(i ? { results: unpackResults(i, x, entries.length) } : {}),
    ...(completedAt === undefined ? {} : { completedAt }),
    ...(storedSeconds === undefined ? {} : { storedSeconds }),
  };
}

function unpackEntries(stored: StoredAttempt): AttemptEntry[] {
  const messages = unpackIds(stored.m, stored.n.length / 2);
  const addressed = messages.flatMap((m, run) =>
    Array.from({ length: stored.n[2 * run + 1] ?? 0 }, (_, step) => ({
      ...{ m, run },
      r: (stored.n[2 * run] ?? 0) + step,
    })),
  );
  const keys = unpackIds(stored.k, addressed.length);
  return addressed.map(({ m, r, run }, position) => {
    const v = nameAt(stored.v, stored.w, position);
    const t = nameAt(stored.a, stored.b, run);
    const d = nameAt(stored.d, stored.e, run);
    const c = nameAt(stored.f, stored.g, run);
    const e = unusualKinds.find((kind) => kind === nameAt(stored.j, stored.l, run));
    return {
      ...{ m, r },
      k: keys[position] ?? '',
      p: nameAt(stored.p, stored.q, position),
      ...(v === '' ? {} : { v }),
      ...(t === '' ? {} : { t }),
      ...(d === '' ? {} : { d }),
      ...(c === '' ? {} : { c }),
      ...(e === undefined ? {} : { e }),
    };
  });
}

function nameAt(
  names: readonly string[] | undefined,
  index: Uint8Array | undefined,
  position: number,
): string {
  return names?.[index?.[position] ?? 0] ?? '';
}

function unpackResults(
  ids: Uint8Array,
  others: readonly StoredOther[],
  length: number,
): AttemptResult[] {
  const other = new Map(others.flatMap((one) => [...one.n].map((position) => [position, one])));
  const usual = splitPrefix(ids).map(unpackSesId).values();
  return Array.from({ length }, (_, position): AttemptResult => {
    const one = other.get(position);
    if (!one) return { ses: usual.next().value ?? '' };
    return 's' in one
      ? { ses: one.s }
      : { outcome: one.o, reason: one.w, ...(one.d === undefined ? {} : { detail: one.d }) };
  });
}

function packOther(n: Uint8Array, result: AttemptResult): StoredOther {
  if ('ses' in result) return { n, s: result.ses };
  const { outcome, reason, detail } = result;
  return { n, o: outcome, w: reason, ...(detail === undefined ? {} : { d: detail }) };
}

type Run = Pick<AttemptEntry, 'm' | 't' | 'd' | 'c' | 'e'> & {
  readonly first: number;
  length: number;
};

function runsOf(entries: readonly AttemptEntry[]): readonly Run[] {
  const runs: Run[] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last && last.first + last.length === entry.r && isAlike(last, entry)) last.length += 1;
    else runs.push({ ...entry, first: entry.r, length: 1 });
  }
  return runs;
}

function isAlike(run: Run, { m, t, d, c, e }: AttemptEntry): boolean {
  return run.m === m && run.t === t && run.d === d && run.c === c && run.e === e;
}

/** The distinct names, and where there are several which one each entry has. */
function column(values: readonly string[]): { names: string[]; index?: Uint8Array } {
  const names = [...new Set(values)];
  if (names.length < 2) return { names };
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, index: Uint8Array.from(values.map((value) => places.get(value) ?? 0)) };
}

/** Returns the columns of names, nothing where all of them are empty. */
function named<T extends object>(
  { names, index }: ReturnType<typeof column>,
  toColumns: (names: string[], index: Uint8Array | undefined) => T,
): T | Record<never, never> {
  return names.join('') === '' ? {} : toColumns(names, index);
}
