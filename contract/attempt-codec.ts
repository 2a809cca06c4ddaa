/**
 * How an attempt stands in the ledger: packed, because its size is what it costs. Write units are
 * ceil(bytes / 1024): once for the put before the SES calls, once for the update with the results, which
 * counts the larger of before and after. Columns of bytes stand for lists of objects.
 *
 * | attempt (ids of SES's form, stream `transactional`, pool `shared`) | put | completed | write units |
 * |---|---|---|---|
 * | 1 message | 127 B | 164 B | 1 + 1 |
 * | 10 messages to five providers | 478 B | 677 B | 1 + 1 |
 * | 50 recipients of one batch at one provider | 934 B | 1,853 B | 1 + 2 |
 * | 50 recipients of one batch at five providers | 1,013 B | 1,932 B | 1 + 2 |
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

/** The item as it is stored. A run is consecutive recipients of one message. */
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

/** One byte holds a position, an index or a length. */
const byteMax = 255;

const idCharacters = 22;

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
  return {
    ...{ pk, sk, s: stream, t: at, ttl },
    m: packIds(runs.map(({ m }) => m)),
    n: Uint8Array.from(runs.flatMap(({ first, length }) => [first, length])),
    k: packIds(entries.map(({ k }) => k)),
    p: pools.names,
    ...(pools.index ? { q: pools.index } : {}),
    ...(providers.names.join('') === '' ? {} : { v: providers.names }),
    ...(providers.index ? { w: providers.index } : {}),
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
      m,
      r: (stored.n[2 * run] ?? 0) + step,
    })),
  );
  const keys = unpackIds(stored.k, addressed.length);
  return addressed.map(({ m, r }, position) => {
    const v = stored.v?.[stored.w?.[position] ?? 0] ?? '';
    return {
      ...{ m, r },
      k: keys[position] ?? '',
      p: stored.p[stored.q?.[position] ?? 0] ?? '',
      ...(v === '' ? {} : { v }),
    };
  });
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

function runsOf(entries: readonly AttemptEntry[]) {
  const runs: { readonly m: string; readonly first: number; length: number }[] = [];
  for (const { m, r } of entries) {
    const last = runs.at(-1);
    if (last?.m === m && last.first + last.length === r) last.length += 1;
    else runs.push({ m, first: r, length: 1 });
  }
  return runs;
}

/** The distinct names, and where there are several which one each entry has. */
function column(values: readonly string[]): { names: string[]; index?: Uint8Array } {
  const names = [...new Set(values)];
  if (names.length < 2) return { names };
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, index: Uint8Array.from(values.map((value) => places.get(value) ?? 0)) };
}

/** Our ids are base64url already: joined they are read as bytes, 16.5 for 22 characters. */
function packIds(ids: readonly string[]): Uint8Array {
  const foreign = ids.find((id) => !/^[A-Za-z0-9_-]{22}$/.test(id));
  if (foreign !== undefined)
    throw new RangeError(`an id of ours has ${idCharacters} base64url characters, got ${foreign}`);
  const text = ids.join('');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, 'A'), 'base64url');
}

function unpackIds(packed: Uint8Array, count: number): string[] {
  const text = Buffer.from(packed).toString('base64url');
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * idCharacters, (index + 1) * idCharacters),
  );
}

const sesIdForm = /^([0-9a-f]{16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{6})$/;
const sesIdBytes = 27;

/**
 * SES's `<16 hex>-<uuid>-<6 digits>` in 27 bytes, undefined for any other text. What ids of one second
 * share stands first: the digits (3 bytes), then region and milliseconds (8), then the random part (16).
 */
function packSesId(id: string): Uint8Array | undefined {
  const parts = sesIdForm.exec(id);
  if (!parts) return undefined;
  const [, time = '', uuid = '', digits = ''] = parts;
  const number = Number(digits).toString(16).padStart(6, '0');
  return Buffer.from(number + time + uuid.replaceAll('-', ''), 'hex');
}

function unpackSesId(packed: Uint8Array): string {
  const hex = Buffer.from(packed).toString('hex');
  const digits = String(Number.parseInt(hex.slice(0, 6), 16)).padStart(6, '0');
  const uuid = hex.slice(22).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `${hex.slice(6, 22)}-${uuid}-${digits}`;
}

/** One byte that tells how long the common beginning is, that beginning, then the rest of each id. */
function sharePrefix(ids: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = ids;
  // Something is left of every id, so that their number can be told.
  const shared = Math.min(sesIdBytes - 1, ...ids.map((id) => sharedBytes(first, id)));
  const rests = ids.map((id) => id.subarray(shared));
  return Buffer.concat([Uint8Array.of(shared), first.subarray(0, shared), ...rests]);
}

function splitPrefix(packed: Uint8Array): Uint8Array[] {
  const [shared = 0] = packed;
  const prefix = packed.subarray(1, 1 + shared);
  const each = sesIdBytes - shared;
  return Array.from({ length: (packed.length - 1 - shared) / each }, (_, index) => {
    const from = 1 + shared + index * each;
    return Buffer.concat([prefix, packed.subarray(from, from + each)]);
  });
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, index) => byte !== b[index]);
  return differs < 0 ? a.length : differs;
}
