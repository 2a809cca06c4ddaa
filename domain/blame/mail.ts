import type { Cell, Origin } from '../evidence/model.ts';
import { ownersOf, unknown } from '../evidence/owners.ts';
import { ordinaryRates } from './baseline.ts';
import { type Place, placesOf } from './kinds.ts';
import { originKey } from './regions.ts';
import { findVarieties, type Varieties } from './varieties.ts';

/** All that is known of the mail of one origin, or of all senders without a failure at one place. */
export type Row = {
  readonly origin: Origin;
  /** Found once for all looks of a scan. */
  readonly places: readonly Place[];
  /** Mails since the onset. */
  readonly sent: number;
  /** Mails since the onset and in the time before it. */
  readonly known: number;
  /** Failures at its ordinary rate, and at the tolerated one. */
  readonly baseline: number;
  readonly expected: number;
  readonly failed: number;
  readonly vouched: number;
  /** Failures that quote one of the pool's addresses; the rest quote none that can be used. */
  readonly quoted: ReadonlyMap<string, number>;
  readonly recipientDomains: ReadonlySet<string>;
};

/** Mail as the scan looks at it. */
export type Mail = Varieties & {
  readonly rows: readonly Row[];
  readonly sent: number;
  readonly addresses: Addresses;
};

/** Addresses of each pool; a pool whose addresses are not known has none. */
export type Addresses = ReadonlyMap<string, readonly string[]>;

/** Returns the rate that is tolerated of mail, 0..1. */
export type Tolerated = (origin: Origin) => number;

/**
 * Returns the mail of cells, whatever their order and however one origin's mail is divided among them.
 * Senders without a failure are no suspects: their mail is one row a pool and provider, so that five
 * thousand of them cost no more than one.
 */
export function gatherMail(
  given: readonly Cell[],
  about: {
    readonly before: readonly Cell[];
    readonly tolerated: Tolerated;
    readonly addresses: Addresses;
  },
): Mail {
  const { before, tolerated, addresses } = about;
  const cells = withOwners(given, before);
  const rateOf = ordinaryRates(before, tolerated);
  const sums = createSums(cells);
  let sent = 0;
  for (const cell of cells) {
    const sum = sums.of(cell.origin);
    sent += cell.sent;
    sum.sent += cell.sent;
    sum.known += cell.sent;
    sum.baseline += cell.sent * rateOf(cell.origin);
    sum.expected += cell.sent * tolerated(cell.origin);
    if (cell.failed > 0) addFailures(sum, cell);
  }
  for (const { origin, sent: mails } of before) sums.of(origin).known += mails;
  const rows = sums.all().map(
    (sum): Row => ({
      ...sum,
      places: placesOf(sum.origin),
      vouched: Math.min(sum.vouched, sum.failed),
      quoted: ownAddresses(sum.quoted, addresses.get(sum.origin.pool) ?? []),
    }),
  );
  return { rows, sent, addresses, ...findVarieties([cells, before]) };
}

/**
 * Failures without a tag are their identity's tenant's, where it has one: what was sent always says whose it is.
 * An identity that nobody sends as is no more than none: only the sender's name is written there.
 */
function withOwners(cells: readonly Cell[], before: readonly Cell[]): readonly Cell[] {
  if (!cells.some(({ origin }) => origin.tenant === unknown)) return cells;
  const ownerOf = ownersOf([...cells, ...before]);
  return cells.map((cell) => {
    const { tenant, identity } = cell.origin;
    if (tenant !== unknown) return cell;
    const owner = ownerOf(identity);
    const sender = owner === undefined ? { identity: unknown } : { tenant: owner };
    return { ...cell, origin: { ...cell.origin, ...sender } };
  });
}

type Sum = {
  readonly origin: Origin;
  sent: number;
  known: number;
  baseline: number;
  expected: number;
  failed: number;
  vouched: number;
  readonly quoted: Map<string, number>;
  readonly recipientDomains: Set<string>;
};

/** No sender's name has this character. */
const nobody = '\u0000';

function createSums(cells: readonly Cell[]) {
  const failing = cells.filter(({ failed }) => failed > 0);
  const tenants = new Set(failing.map(({ origin }) => origin.tenant));
  const identities = new Set(failing.map(({ origin }) => origin.identity));
  const suspects = new Map<string, Sum>();
  const places = new Map<string, Map<string, Sum>>();
  const placeOf = (pool: string, provider: string): Sum => {
    const ofPool = places.get(pool) ?? new Map<string, Sum>();
    places.set(pool, ofPool);
    const origin = { tenant: nobody, identity: nobody, stream: '', pool, provider, campaign: '' };
    return getOrAdd(ofPool, provider, origin);
  };
  return {
    of: (origin: Origin): Sum =>
      tenants.has(origin.tenant) || identities.has(origin.identity)
        ? getOrAdd(suspects, originKey(origin), origin)
        : placeOf(origin.pool, origin.provider),
    all: (): readonly Sum[] => [
      ...suspects.values(),
      ...[...places.values()].flatMap((ofPool) => [...ofPool.values()]),
    ],
  };
}

function getOrAdd(sums: Map<string, Sum>, key: string, origin: Origin): Sum {
  const known = sums.get(key);
  if (known) return known;
  const sum: Sum = {
    origin,
    sent: 0,
    known: 0,
    baseline: 0,
    expected: 0,
    failed: 0,
    vouched: 0,
    quoted: new Map(),
    recipientDomains: new Set(),
  };
  sums.set(key, sum);
  return sum;
}

function addFailures(sum: Sum, { failed, vouched, ips, recipientDomains }: Cell): void {
  sum.failed += failed;
  sum.vouched += vouched;
  for (const [ip, count] of ips) sum.quoted.set(ip, (sum.quoted.get(ip) ?? 0) + count);
  for (const domain of recipientDomains) sum.recipientDomains.add(domain);
}

/** An address that a reply quotes and that is not ours says nothing: anybody can write one. */
function ownAddresses(
  quoted: ReadonlyMap<string, number>,
  addresses: readonly string[],
): ReadonlyMap<string, number> {
  return new Map([...quoted].filter(([ip]) => addresses.includes(ip)));
}
