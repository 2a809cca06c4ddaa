import type { Region } from '../evidence/model.ts';
import { unknown } from '../evidence/owners.ts';
import type { Addresses, Row } from './mail.ts';
import { covers, intersect } from './regions.ts';

/** What a region counts. */
export type Counts = {
  readonly sent: number;
  readonly known: number;
  readonly baseline: number;
  readonly expected: number;
  readonly failed: number;
  readonly vouched: number;
  /** Of the failures, those that quote no address: they may have left through any of the pool's. */
  readonly unquoted: number;
  readonly unquotedVouched: number;
  /** Mail with failures that a known provider vouches for, and with any. */
  readonly witnesses: readonly Row[];
  readonly hearsay: readonly Row[];
};

/** A part of one origin's mail. */
type Taken = {
  readonly failed: number;
  readonly unquoted: number;
  /** Share of the mail, 0..1. */
  readonly share: number;
};

/** A count that mail is added to. */
export type Tally = { readonly add: (row: Row) => void; readonly counts: () => Counts };

/**
 * Returns what a region counts, without the mail of another where one is given. The mail of one address
 * is an equal share of its pool's; its failures are those that quote it and those that quote none.
 */
export function countRegion(
  rows: Iterable<Row>,
  region: Region,
  about: { readonly addresses: Addresses; readonly without?: Region },
): Counts {
  const tally = createTally(region, about);
  for (const row of rows) if (covers(region, row.origin)) tally.add(row);
  return tally.counts();
}

/** Returns an empty tally of a region; only rows that it covers may be added. */
export function createTally(
  region: Region,
  { addresses, without }: { readonly addresses: Addresses; readonly without?: Region },
): Tally {
  const both = without && intersect(region, without);
  const sums = { sent: 0, known: 0, baseline: 0, expected: 0, failed: 0, vouched: 0 };
  const unquoted = { all: 0, vouched: 0 };
  const witnesses: Row[] = [];
  const hearsay: Row[] = [];
  const add = (row: Row) => {
    const whole = takeFrom(row, region, addresses);
    const taken =
      both && covers(both, row.origin) ? less(whole, takeFrom(row, both, addresses)) : whole;
    sums.sent += row.sent * taken.share;
    sums.known += row.known * taken.share;
    sums.baseline += row.baseline * taken.share;
    sums.expected += row.expected * taken.share;
    if (taken.failed <= 0) return;
    sums.failed += taken.failed;
    sums.vouched += (taken.failed * row.vouched) / row.failed;
    unquoted.all += taken.unquoted;
    unquoted.vouched += (taken.unquoted * row.vouched) / row.failed;
    hearsay.push(row);
    if (row.vouched > 0) witnesses.push(row);
  };
  return {
    add,
    counts: () => ({
      ...sums,
      unquoted: unquoted.all,
      unquotedVouched: unquoted.vouched,
      witnesses,
      hearsay,
    }),
  };
}

/** Returns the names that rows have in a dimension. Who is not known bears no witness: it may be the same as another. */
export function namesOf(
  rows: readonly Row[],
  dimension: 'tenant' | 'identity' | 'pool' | 'provider',
): ReadonlySet<string> {
  const names = new Set(rows.map(({ origin }) => origin[dimension]));
  names.delete(unknown);
  return names;
}

/** Returns the recipient domains at which rows failed. */
export function recipientDomainsOf(rows: readonly Row[]): ReadonlySet<string> {
  return new Set(rows.flatMap(({ recipientDomains }) => [...recipientDomains]));
}

/** Returns what is left of mail when a region's is taken out of it; an address takes its share alone. */
export function rowsWithout(
  rows: readonly Row[],
  region: Region,
  addresses: Addresses,
): readonly Row[] {
  return rows.flatMap((row): readonly Row[] => {
    if (!covers(region, row.origin)) return [row];
    const taken = takeFrom(row, region, addresses);
    const share = 1 - taken.share;
    if (share <= 0) return [];
    const failed = Math.max(0, row.failed - taken.failed);
    return [
      {
        ...row,
        sent: row.sent * share,
        known: row.known * share,
        baseline: row.baseline * share,
        expected: row.expected * share,
        failed,
        vouched: row.failed > 0 ? (row.vouched * failed) / row.failed : 0,
        quoted: new Map([...row.quoted].filter(([ip]) => ip !== region.ip)),
      },
    ];
  });
}

function takeFrom(row: Row, region: Region, addresses: Addresses): Taken {
  const quoted = row.failed === 0 ? 0 : [...row.quoted.values()].reduce((a, b) => a + b, 0);
  const unquoted = Math.max(0, row.failed - quoted);
  if (region.ip === undefined) return { failed: row.failed, unquoted, share: 1 };
  const ofIt = Math.min(row.failed, row.quoted.get(region.ip) ?? 0);
  const many = addresses.get(row.origin.pool)?.length ?? 1;
  return { failed: Math.min(row.failed, ofIt + unquoted), unquoted, share: 1 / many };
}

function less(whole: Taken, part: Taken): Taken {
  return {
    failed: whole.failed - part.failed,
    unquoted: whole.unquoted - part.unquoted,
    share: whole.share - part.share,
  };
}
