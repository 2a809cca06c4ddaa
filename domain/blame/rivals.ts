import { unknown } from '../evidence/owners.ts';
import { type Counts, countRegion } from './counts.ts';
import { traitsOfKind } from './kinds.ts';
import type { Row } from './mail.ts';
import type { CauseKind } from './model.ts';
import { type Basis, type Part, type Scan, scoreOf } from './parts.ts';
import { covers, intersect, regionKey } from './regions.ts';
import { likelihoodGain, lnDecided, lnShare } from './score.ts';

/** Another explanation of the same failures. */
export type Rival = {
  readonly part: Part;
  /** Natural logarithm of the suspect's odds against it. */
  readonly lnOdds: number;
  /** It stands for more tenants than its own, who together have the suspect's failures. */
  readonly joint?: true;
};

/**
 * Returns the explanations of another kind that a suspect's failures have, closest first and one a kind,
 * down to the first that is out of the question. Not among them are those that explain nothing of them,
 * that are the same mail under another name, and those without whose mail the suspect stands.
 */
export function findRivals(suspect: Part, parts: readonly Part[], scan: Scan): readonly Rival[] {
  const rows = scan.rows.filter(({ origin }) => covers(suspect.region, origin));
  const others = parts
    .filter(({ kind }) => kind !== suspect.kind)
    .map((part): Rival => ({ part, lnOdds: lnOddsAgainst(suspect, part) }))
    .concat(jointSenders(suspect, parts, { ...scan, rows }))
    .sort((one, other) => one.lnOdds - other.lnOdds);
  const rivals: Rival[] = [];
  const looks = new Map<CauseKind, number>();
  for (const rival of others) {
    if (rival.lnOdds >= suspect.scores.voices) break;
    if (rivals.length > 0 && rival.lnOdds >= lnDecided) break;
    const { kind } = rival.part;
    const look = (looks.get(kind) ?? 0) + 1;
    if (look > looksMax) continue;
    looks.set(kind, look);
    if (!isRival(suspect, rival, { ...scan, rows })) continue;
    if (!rival.joint && isApart(suspect, rival.part, scan)) continue;
    looks.set(kind, looksMax);
    rivals.push(rival);
  }
  return rivals;
}

/** Regions of one kind share no mail, so the closest few of a kind are all that can explain the same. */
const looksMax = 3;

/** Returns the natural logarithm of the odds of a suspect against its best rival, or against chance. */
export function lnOddsOf(suspect: Part, rivals: readonly Rival[]): number {
  return Math.min(suspect.scores.voices, ...rivals.map(({ lnOdds }) => lnOdds));
}

/**
 * Returns the natural logarithm of a suspect's odds against one other explanation. Where the suspect is a part
 * of the other's mail, all failures may tell the two apart, as long as those that may speak do not say the
 * opposite: undecided, it is what would be held anyway, so what strangers write reaches nobody else's mail.
 */
export function lnOddsAgainst(suspect: Part, rival: Part): number {
  const odds = Math.min(
    ...basesOf(suspect, rival).map(([own, others]) => suspect.scores[own] - rival.scores[others]),
  );
  if (odds < 0 || !isPartOf(suspect, rival)) return odds;
  return Math.max(odds, suspect.scores.all - rival.scores.all);
}

/** Whether an explanation lies within another, where neither is a sender's. */
function isPartOf(one: Part, other: Part): boolean {
  if (isSender(one) || isSender(other)) return false;
  const both = intersect(one.region, other.region);
  return both !== undefined && regionKey(both) === regionKey(one.region);
}

function isSender({ kind }: Part): boolean {
  return traitsOfKind(kind).side === 'sender';
}

/**
 * What nobody vouches for convicts no address, but it may acquit one, and a sender. So an address needs the
 * odds against a sender by what is vouched for and by all failures; a sender those by what may speak
 * against it, and against all that may speak against an address. Between addresses only what may speak
 * convicts the larger, or forged replies would hide a block; but an outage that nobody vouches for needs the odds by all.
 */
function basesOf(suspect: Part, rival: Part): readonly (readonly [own: Basis, others: Basis])[] {
  if (isSender(suspect)) return [['voices', isSender(rival) ? 'voices' : 'all']];
  if (suspect.voices > suspect.counts.vouched) return [['all', 'all']];
  if (!isSender(rival)) return [['voices', 'voices']];
  return [
    ['voices', 'vouched'],
    ['all', 'all'],
  ];
}

function isRival(suspect: Part, { part, joint }: Rival, scan: Scan): boolean {
  if (joint) return true;
  const both = intersect(suspect.region, part.region);
  if (!both) return false;
  const { mail, rows } = scan;
  const shared = countRegion(rows, both, mail);
  if (shared.failed <= 0 || isSameMail(suspect, part, shared)) return false;
  const rest = countRegion(rows, suspect.region, { ...mail, without: part.region });
  return scoreOf(suspect, rest, { ...scan, basis: 'voices' }) < lnDecided;
}

/**
 * Whether a suspect and, besides, what is left of a wider explanation make two causes rather than one: the
 * two rates explain the failures better than one does, at the odds that decide, although a second cause at
 * the same time has odds of one to twenty itself.
 */
export function isApart(suspect: Part, wider: Part, { rows, mail, signal }: Scan): boolean {
  const rest = countRegion(rows, wider.region, { ...mail, without: suspect.region });
  if (rest.failed <= 0) return false;
  return basesOf(suspect, wider).every(([own, others]) => {
    const two = suspect.scores[own] + scoreOf(wider, rest, { mail, signal, basis: others });
    return two - lnDecided - wider.scores[others] >= lnDecided;
  });
}

/** Mails of which one in twenty differs are the same for what would be done about them. */
const sameMailShare = 0.95;

/** Only explanations of one side may be the same: a tenant is never taken for its pool. */
function isSameMail(one: Part, other: Part, shared: Counts): boolean {
  if (traitsOfKind(one.kind).side !== traitsOfKind(other.kind).side) return false;
  const known = one.counts.known + other.counts.known - shared.known;
  return shared.known >= sameMailShare * known;
}

/**
 * Returns the tenants that together explain what looks like an address's or everybody's fault, where
 * there are at least two, as a rival of the kind of the first. That one more went bad at the same time
 * has odds of one to twenty.
 */
function jointSenders(
  suspect: Part,
  parts: readonly Part[],
  { mail, rows }: Scan,
): readonly Rival[] {
  if (isSender(suspect) || !mail.varies('tenant')) return [];
  const gains = [...byTenant(rows)]
    .map(([tenant, counts]) => ({
      tenant,
      gain: likelihoodGain(counts) + lnShare(counts.sent, mail.sent),
    }))
    .sort((one, other) => other.gain - one.gain);
  const [first, ...others] = gains;
  const more = others.map(({ gain }) => gain - lnDecided).filter((gain) => gain > 0);
  if (!first || more.length === 0) return [];
  const kind = suspect.region.provider === undefined ? 'tenant' : 'tenant×provider';
  const part = parts.find((one) => one.kind === kind && one.region.tenant === first.tenant);
  const lnOdds = suspect.scores.all - more.reduce((sum, gain) => sum + gain, first.gain);
  return part && lnOdds < lnDecided ? [{ part, lnOdds, joint: true }] : [];
}

function byTenant(
  rows: readonly Row[],
): ReadonlyMap<string, { sent: number; failed: number; baseline: number }> {
  const tenants = new Map<string, { sent: number; failed: number; baseline: number }>();
  for (const { origin, sent, failed, baseline } of rows) {
    if (origin.tenant === unknown) continue;
    const sums = tenants.get(origin.tenant) ?? { sent: 0, failed: 0, baseline: 0 };
    sums.sent += sent;
    sums.failed += failed;
    sums.baseline += baseline;
    tenants.set(origin.tenant, sums);
  }
  return tenants;
}
