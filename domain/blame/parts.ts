import type { Signal } from '../classification/reasons.ts';
import type { Region } from '../evidence/model.ts';
import { unknownProvider } from '../provider.ts';
import { type Counts, createTally, recipientDomainsOf, type Tally } from './counts.ts';
import { type Place, plainKinds, regionOf, senderSignals, traitsOfKind } from './kinds.ts';
import type { Mail, Row } from './mail.ts';
import type { CauseKind } from './model.ts';
import { covers, regionKey } from './regions.ts';
import { addressGain, likelihoodGain, lnDecided, lnShare } from './score.ts';

/** A region that may explain failures. */
export type Part = {
  readonly kind: CauseKind;
  readonly region: Region;
  readonly key: string;
  readonly counts: Counts;
  /** Failures that may speak for it. */
  readonly voices: number;
  readonly scores: Readonly<Record<Basis, number>>;
};

/** Which failures are counted: those that may speak for the cause, those vouched for, or all. */
export const bases = ['voices', 'vouched', 'all'] as const;
export type Basis = (typeof bases)[number];

/** Mail that is scanned, and what for. */
export type Scan = { readonly mail: Mail; readonly rows: readonly Row[]; readonly signal: Signal };

/** Returns every region that has failures, with its score, best first. */
export function findParts(scan: Scan): readonly Part[] {
  const { rows, mail, signal } = scan;
  const kinds = new Set<CauseKind>(plainKinds.filter((kind) => tellsApart(kind, mail, signal)));
  const found = new Map<string, Found>();
  for (const row of rows) {
    if (row.failed <= 0) continue;
    for (const place of row.places) if (kinds.has(place.kind)) note(found, place, { row, scan });
    if ((mail.addresses.get(row.origin.pool)?.length ?? 0) < 2) continue;
    for (const ip of row.quoted.keys())
      for (const kind of addressKinds) {
        const region = regionOf(kind, row.origin, ip);
        if (region) note(found, { kind, region, key: regionKey(region) }, { row, scan });
      }
  }
  fill(rows, found);
  return [...found.values()]
    .map(({ kind, region, key, tally }) => partOf({ kind, region, key }, tally.counts(), scan))
    .sort((one, other) => other.scores.all - one.scores.all || compare(one.key, other.key));
}

/**
 * Returns the score of counts as mail of a kind: the likelihood gained, less what the region costs. Mail whose
 * failures do not count says nothing at all: taken for clean, it would acquit.
 */
export function scoreOf(
  part: Pick<Part, 'kind' | 'region'>,
  counts: Counts,
  { mail, signal, basis }: Pick<Scan, 'mail' | 'signal'> & { readonly basis: Basis },
): number {
  const { kind, region } = part;
  const failed = failuresBy[basis](part, counts, signal);
  const addresses =
    region.ip === undefined ? 1 : (mail.addresses.get(region.pool ?? '')?.length ?? 1);
  const all = counts.sent * addresses;
  const sent = Math.max(failed, all - (counts.failed - failed));
  const baseline = all > 0 ? (counts.baseline * addresses * sent) / all : 0;
  const unquoted = basis === 'all' ? counts.unquoted : counts.unquotedVouched;
  const gain =
    addresses === 1
      ? likelihoodGain({ sent, failed, baseline })
      : addressGain({ sent, baseline, quoted: failed - unquoted, unquoted, addresses });
  const unlikely = senderSignals.has(signal) && traitsOfKind(kind).side === 'address';
  return round(gain + lnShare(counts.sent, mail.sent) - (unlikely ? lnDecided : 0));
}

/**
 * Returns how many failures may speak for a cause of a kind. What nobody vouches for anybody could have
 * written: it speaks against no address and no account. Against a sender it speaks in full where the cause
 * reaches no further than the provider whose servers wrote it, else each recipient domain once. Time-outs
 * bring no words that could be vouched for, so of an outage of a provider by name they all speak.
 */
export function voicesOf(
  { kind, region }: Pick<Part, 'kind' | 'region'>,
  counts: Counts,
  signal: Signal,
): number {
  const { failed, vouched, hearsay } = counts;
  const isNamed = region.provider !== undefined && region.provider !== unknownProvider;
  if (kind === 'provider' && signal === 'outage' && isNamed) return failed;
  if (traitsOfKind(kind).side !== 'sender') return vouched;
  if (isNamed) return failed;
  return vouched + Math.min(Math.max(0, failed - vouched), recipientDomainsOf(hearsay).size);
}

const failuresBy: Readonly<Record<Basis, typeof voicesOf>> = {
  voices: voicesOf,
  vouched: (_part, { vouched }) => vouched,
  all: (_part, { failed }) => failed,
};

const addressKinds = ['ip×provider', 'ip'] as const satisfies readonly CauseKind[];

type Found = {
  readonly kind: CauseKind;
  readonly region: Region;
  readonly key: string;
  readonly tally: Tally;
};

/**
 * A tenant or an identity that has all the mail there is cannot be told from the account, so where the
 * reasons do not blame the sender by themselves it is no suspect. Nothing is concluded from all pools
 * where there is one: but an outage stays its pool's rival.
 */
function tellsApart(kind: CauseKind, mail: Mail, signal: Signal): boolean {
  if (kind === 'account' && signal !== 'outage') return mail.hasManyPools(undefined);
  const { dimensions, side } = traitsOfKind(kind);
  if (side !== 'sender' || senderSignals.has(signal)) return true;
  const sender = dimensions.includes('campaign') ? 'campaign' : dimensions[0];
  return (sender !== 'tenant' && sender !== 'identity') || mail.varies(sender);
}

function note(
  found: Map<string, Found>,
  { kind, region, key }: Place,
  { row, scan: { mail, signal } }: { readonly row: Row; readonly scan: Scan },
): void {
  const { provider } = row.origin;
  if (kind === 'provider' && signal !== 'outage' && !mail.hasManyPools(provider)) return;
  if (!found.has(key)) found.set(key, { kind, region, key, tally: createTally(region, mail) });
}

/** Adds every row to the regions that it lies in. */
function fill(rows: readonly Row[], found: ReadonlyMap<string, Found>): void {
  const quoted = [...found.values()].filter(({ region }) => region.ip !== undefined);
  for (const row of rows) {
    for (const { key } of row.places) found.get(key)?.tally.add(row);
    for (const { region, tally } of quoted) if (covers(region, row.origin)) tally.add(row);
  }
}

function partOf(
  found: Pick<Part, 'kind' | 'region' | 'key'>,
  counts: Counts,
  { mail, signal }: Scan,
): Part {
  const about = { mail, signal };
  return {
    ...found,
    counts,
    voices: voicesOf(found, counts, signal),
    scores: {
      voices: scoreOf(found, counts, { ...about, basis: 'voices' }),
      vouched: scoreOf(found, counts, { ...about, basis: 'vouched' }),
      all: scoreOf(found, counts, { ...about, basis: 'all' }),
    },
  };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Sums of fractions differ in their last digits with their order; what is decided must not. */
function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
