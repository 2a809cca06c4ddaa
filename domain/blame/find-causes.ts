import type { Signal } from '../classification/reasons.ts';
import type { Cell, Origin, Region } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';
import { counterEvidenceOf } from './counter-evidence.ts';
import { countRegion, namesOf, recipientDomainsOf, rowsWithout } from './counts.ts';
import { rankOf, traitsOfKind } from './kinds.ts';
import { type Addresses, gatherMail } from './mail.ts';
import type { Cause, CauseKind, Findings, Undecided } from './model.ts';
import { findParts, type Part, type Scan } from './parts.ts';
import { intersect, isPartOf, regionKey } from './regions.ts';
import { findRivals, isApart, lnOddsAgainst, lnOddsOf, type Rival } from './rivals.ts';
import { lnDecided, lnMoreThanChance } from './score.ts';
import { type EarlierEvidence, whoEarned } from './who-earned.ts';

/** What is asked of the mail since an onset. */
export type About = {
  /** Failures of one class are scanned together; the cells count these alone. */
  readonly signal: Signal;
  readonly onset: EpochMs;
  /** Rate of failures that is tolerated, 0..1: of all mail, or of each origin's. */
  readonly tolerated: number | ((origin: Origin) => number);
  /** Mail of the ten minutes before the onset: who usually sends how much, and how much of it fails. */
  readonly before?: readonly Cell[];
  /** Addresses of each pool. One that stands here with two or more can be told from its pool. */
  readonly addresses?: Addresses;
  /** What may have earned a block: other signals' mail of the 72 hours before the onset. */
  readonly earlier?: readonly EarlierEvidence[];
};

/** Causes that one look names; with so many something else is wrong. */
const causesMax = 8;

/** One failure is nobody's fault. */
const failuresMin = 2;

/**
 * Returns what explains the failures best: the region with the highest score is a cause when the odds
 * against every explanation of another kind are twenty to one. Its mail, decided or not, is then set aside
 * and the rest is looked at again, so that nothing undecided hides what is clear. The order of the cells, and
 * how mail of one origin is divided among them, change nothing.
 * @see docs/decisions/0012-blame.md
 */
export function findCauses(cells: readonly Cell[], about: About): Findings {
  const { signal, tolerated, before = [], addresses = new Map() } = about;
  const mail = gatherMail(cells, {
    before,
    addresses,
    tolerated: typeof tolerated === 'number' ? () => tolerated : tolerated,
  });
  const causes: Cause[] = [];
  let undecided: Undecided | undefined;
  let scan: Scan = { mail, rows: mail.rows, signal };
  for (let look = 0; look < causesMax; look += 1) {
    const looked = lookAt(scan);
    if (!looked) break;
    const { suspect, rivals, isDecided } = looked;
    const close = rivals.filter(({ lnOdds }) => lnOdds < lnDecided);
    if (isDecided) causes.push(causeOf(looked, scan, about));
    else undecided ??= undecidedOf({ ...looked, rivals: close }, scan, about);
    scan = { ...scan, rows: rowsWithout(scan.rows, suspect.region, addresses) };
  }
  return { causes, ...(undecided && { undecided }) };
}

type Looked = {
  readonly suspect: Part;
  readonly rivals: readonly Rival[];
  readonly parts: readonly Part[];
  readonly isDecided: boolean;
};

/**
 * The best explanation that may be named at all; of equally good ones the first in the order of naming.
 * Where a rival that may be named has the odds against all others, that one.
 */
function lookAt(scan: Scan): Looked | undefined {
  const parts = findParts(scan);
  const [best] = parts
    .filter((part) => mayBeNamed(part, scan))
    .sort(
      (one, other) =>
        other.scores.voices - one.scores.voices || rankOf(one.kind) - rankOf(other.kind),
    );
  if (!best) return undefined;
  const look = (suspect: Part): Looked => {
    const rivals = findRivals(suspect, parts, scan);
    const isDecided = lnOddsOf(suspect, rivals) >= lnDecided && isConvictable(suspect, scan);
    return { suspect, rivals, parts, isDecided };
  };
  const first = look(best);
  if (first.isDecided) {
    const within = parts.filter((part) => isWorseWithin(part, best, scan)).map(look);
    return within.find(({ isDecided }) => isDecided) ?? first;
  }
  const others = first.rivals.filter(({ part }) => mayBeNamed(part, scan));
  return others.map(({ part }) => look(part)).find(({ isDecided }) => isDecided) ?? first;
}

/** Whether a sender is worse still than what it shares an address or a provider with: it is named first. */
function isWorseWithin(part: Part, wider: Part, scan: Scan): boolean {
  if (traitsOfKind(wider.kind).side === 'sender' || !mayBeNamed(part, scan)) return false;
  return part !== wider && isPartOf(part.region, wider.region) && isApart(part, wider, scan);
}

function mayBeNamed(part: Part, scan: Scan): boolean {
  return part.scores.voices >= lnMoreThanChance && isWorse(part) && isWitnessed(part, scan);
}

function isWorse({ voices, counts }: Part): boolean {
  return voices >= failuresMin && voices > counts.expected;
}

/**
 * Whether enough of those who could see it did: an address is not at fault for what one tenant alone
 * meets, nor a provider or an account for what one pool alone meets.
 */
function isWitnessed({ kind, counts }: Part, { mail, signal }: Scan): boolean {
  const { side } = traitsOfKind(kind);
  if (side === 'sender') return true;
  const isOutage = kind === 'provider' && signal === 'outage';
  const witnesses = isOutage ? counts.hearsay : counts.witnesses;
  if (mail.varies('tenant') && namesOf(witnesses, 'tenant').size < 2) return false;
  if (side === 'address') return true;
  if (mail.hasManyPools(undefined) && namesOf(witnesses, 'pool').size < 2) return false;
  const needsProviders = kind === 'account' && mail.varies('provider');
  return !needsProviders || namesOf(witnesses, 'provider').size >= 2;
}

/** With one pool nothing is concluded from all pools, not even an outage. */
function isConvictable({ kind, region }: Part, { mail }: Scan): boolean {
  return traitsOfKind(kind).side !== 'everybody' || mail.hasManyPools(region.provider);
}

function causeOf(
  { suspect, rivals, parts }: Omit<Looked, 'isDecided'>,
  scan: Scan,
  about: About,
): Cause {
  const { counts, region, scores, voices } = suspect;
  const isAddress = traitsOfKind(suspect.kind).side === 'address';
  const earnedBy = isAddress ? whoEarned(region, about.earlier ?? []) : undefined;
  return {
    kind: nameOf(suspect, about.signal),
    region,
    signal: about.signal,
    onset: about.onset,
    sent: counts.sent,
    failed: voices,
    expected: counts.expected,
    score: scores.voices,
    lnOdds: lnOddsOf(suspect, rivals),
    counterEvidence: counterEvidenceOf(suspect, parts, scan),
    vouchedBy: {
      providers: namesOf(counts.witnesses, 'provider').size,
      tenants: namesOf(counts.witnesses, 'tenant').size,
      recipientDomains: recipientDomainsOf(counts.witnesses).size,
    },
    ...(earnedBy && { earnedBy }),
  };
}

/**
 * What all pools meet at one provider is its outage only where the reasons say so and two identities
 * meet it; otherwise it is the account's, or its range's, at that provider.
 */
function nameOf({ kind, counts }: Part, signal: Signal): CauseKind {
  if (kind !== 'provider') return kind;
  return signal === 'outage' && namesOf(counts.hearsay, 'identity').size >= 2
    ? 'provider'
    : 'account';
}

function undecidedOf(looked: Omit<Looked, 'isDecided'>, scan: Scan, about: About): Undecided {
  const { suspect, rivals, parts } = looked;
  const all = [suspect, ...rivals.map(({ part }) => part)];
  const candidates = all.map((part) => {
    const others = all
      .filter((other) => other !== part)
      .map((other) => ({ part: other, lnOdds: lnOddsAgainst(part, other) }));
    return causeOf({ suspect: part, rivals: others, parts }, scan, about);
  });
  return { candidates, intersection: sharedRegion(all, scan) };
}

/** What the candidates share, best first; one that shares no failure with those before it is left out. */
function sharedRegion(parts: readonly Part[], { mail, rows }: Scan): Region {
  return parts.reduce((shared: Region, { region }) => {
    const next = intersect(shared, region);
    if (!next || regionKey(next) === regionKey(shared)) return shared;
    return countRegion(rows, next, mail).failed > 0 ? next : shared;
  }, {});
}
