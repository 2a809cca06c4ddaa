/** Verdicts on what may be wrong, and the causes of what is. */
import { findCauses } from '../blame/find-causes.ts';
import type { Cause, Undecided } from '../blame/model.ts';
import { type Signal, signals } from '../classification/reasons.ts';
import { judge } from '../evidence/judge.ts';
import type { Cell, EvidenceBook, Level, Origin, Region, Verdict } from '../evidence/model.ts';
import { unknown } from '../evidence/owners.ts';
import { mayReach } from '../evidence/screen.ts';
import { toleratedRate } from '../evidence/signals.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../time.ts';
import type { Situation, Trigger } from './model.ts';
import { openOrders, overlaps } from './orders.ts';
import { answeredUntil } from './past.ts';
import { allMail } from './traffic.ts';

export type Found = {
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly undecided?: Undecided;
  /** Mail since the onset. */
  readonly cells: readonly Cell[];
};

/** News of this time makes a region worth a look on schedule. */
const newsMs = 10 * minuteMs;

/** What is not decided after this long has either ended or makes news of its own. */
const undecidedMs = 2 * hourMs;

/** Single failures are looked through this far back: complaints come days later. */
const lookBackMs = 3 * dayMs;

/** Mail before an onset tells a large tenant from its pool. */
const beforeMs = 10 * minuteMs;

/** A block is earned in the days before it. */
const earnedMs = 72 * hourMs;
const earningSignals = ['hard-bounce', 'complaint', 'content', 'domain'] as const;

/** News that comes within this is prompt: so long 99 of 100 events of SES take. */
const promptMs = 30 * secondMs;

/** Scans of one signal in one look; what is left is looked at again in a minute. */
const scansMax = 4;

/** Returns every cause of what the evidence acts on, by signal, the strongest first. */
export function look(situation: Situation, trigger: Trigger): readonly Found[] {
  if (trigger.kind === 'again') return lookAgain(situation);
  const acting = verdictsOf(situation, regionsOf(situation, trigger), 'act');
  const fresh = signals.flatMap((signal) =>
    scansOf(
      situation,
      acting
        .filter((verdict) => verdict.signal === signal)
        .toSorted((one, other) => other.lnEvidence - one.lnEvidence),
    ),
  );
  return [...fresh, ...lookAgain(situation)];
}

/** Returns what a trigger asks to be looked at. */
export function regionsOf(situation: Situation, trigger: Trigger): readonly Region[] {
  return trigger.kind === 'failures' ? trigger.regions : newsRegions(situation);
}

/**
 * Returns the causes of what is held undecided, where others' mail has decided since. What is held makes no
 * news of its own, so all failures since the onset count, those that were answered by the hold among them.
 */
function lookAgain(situation: Situation): readonly Found[] {
  const holds = openOrders(situation).filter(({ kind }) => kind === 'hold');
  const held = new Set(holds.map(({ decision }) => decision));
  return situation.history.flatMap(({ id, undecided, verdict }) => {
    if (!undecided || !verdict || !held.has(id)) return [];
    const found = findingsOf(situation, verdict);
    return found.undecided ? [] : [found];
  });
}

/**
 * Returns the verdicts of regions on every signal that failed there, from what is not answered yet, as far
 * as they reach a level. Most do not, and need no exact verdict.
 */
export function verdictsOf(
  situation: Situation,
  regions: readonly Region[],
  least: Exclude<Level, 'quiet'> = 'degrade',
): readonly Verdict[] {
  const watched = situation.watched ?? watchedOf(situation);
  return regions.flatMap((region) => {
    const since = answeredUntil(situation, region);
    const book = unanswered(situation.book, since);
    return signalsOf(situation, region, since).flatMap((signal) => {
      const baseline = situation.baselineOf?.(region, signal);
      const question = {
        region,
        signal,
        now: situation.now,
        watched: isShared(region) ? watched.shared : watched.own,
        ...(baseline !== undefined && { baseline }),
      };
      if (!mayReach(book, question, least)) return [];
      const verdict = judge(book, question);
      return verdict.level === 'act' || verdict.level === least ? [verdict] : [];
    });
  });
}

/** What one scan explains needs no further one. */
function scansOf(situation: Situation, acting: readonly Verdict[]): readonly Found[] {
  const found: Found[] = [];
  let left = acting;
  while (left[0] && found.length < scansMax) {
    const one = newFindingsOf(situation, left[0]);
    found.push(one);
    const explained = [...one.causes, ...(one.undecided?.candidates ?? [])];
    left = left
      .slice(1)
      .filter(({ region }) => !explained.some((cause) => overlaps(cause.region, region)));
  }
  return found;
}

/** Returns what explains the failures of a verdict, as far as it is news: not what was answered already. */
export function newFindingsOf(situation: Situation, verdict: Verdict): Found {
  const { undecided, ...found } = findingsOf(situation, verdict);
  const isNewHere = (cause: Cause) => isNews(situation, cause, weighedIn(verdict));
  const suspects = undecided?.candidates.filter(({ region }) => region.tenant !== undefined) ?? [];
  return {
    ...found,
    causes: found.causes.filter(isNewHere),
    ...(undecided && suspects.every(isNewHere) && { undecided }),
  };
}

/** Returns what explains the failures of a verdict: of all signals that were weighed in it. */
function findingsOf(situation: Situation, verdict: Verdict): Found {
  const { book, now, pools } = situation;
  const { signal, onset } = verdict;
  const together = weighedIn(verdict);
  const until = epochMs(now + 1);
  const cells = book.cells(together, { since: onset, until: heardUntil(verdict, situation) });
  const { causes, undecided } = findCauses(cells, {
    signal,
    onset,
    tolerated: toleratedOf(verdict, situation),
    before: book.cells(together, { since: epochMs(onset - beforeMs), until: onset }),
    addresses: new Map(pools.map(({ pool, ips }) => [pool, ips])),
    ...(signal === 'block' && {
      earlier: earningSignals.map((earning) => ({
        signal: earning,
        cells: book.cells([earning], { since: epochMs(onset - earnedMs), until }),
        tolerated: toleratedRate(earning),
      })),
    }),
  });
  return {
    verdict,
    cells,
    causes,
    ...(undecided && { undecided }),
  };
}

function weighedIn({ signal, signals: together = [signal] }: Verdict): readonly Signal[] {
  return together;
}

function toleratedOf(verdict: Verdict, { baselineOf }: Situation): (origin: Origin) => number {
  return ({ tenant }) => {
    const rates = weighedIn(verdict).map((signal) => {
      const normal = baselineOf?.({ tenant }, signal);
      return normal === undefined ? 0 : toleratedRate(signal, normal);
    });
    return Math.max(
      verdict.tolerated,
      rates.reduce((sum, rate) => sum + rate, 0),
    );
  };
}

/**
 * Until when mail has been heard of. Mail younger than the quickest news says nothing yet: taken for clean, it
 * would acquit whoever shares a pool with the first whose failures are heard of.
 */
function heardUntil(verdict: Verdict, { book, now }: Situation): EpochMs {
  const { onset } = verdict;
  const until = epochMs(now + 1);
  let quickestMs = Number.POSITIVE_INFINITY;
  for (const { heardAt, sentAt } of book.eachFailure(weighedIn(verdict), { since: onset, until })) {
    quickestMs = Math.min(quickestMs, heardAt - sentAt);
    if (quickestMs <= promptMs) return until;
  }
  return quickestMs < Number.POSITIVE_INFINITY ? epochMs(until - quickestMs) : until;
}

/**
 * One failure is nobody's fault, and those from before the last answer are answered: where a part of the
 * evidence was, what came since must be enough by itself.
 */
function isNews(
  situation: Situation,
  { region, signal, onset }: Cause,
  weighed: readonly Signal[],
): boolean {
  const answered = answeredUntil(situation, region);
  const since = epochMs(Math.max(onset, answered));
  const isWhole = answered <= onset || region.ip !== undefined;
  const verdicts = isWhole ? [] : verdictsOf(situation, [region], 'act');
  if (!isWhole && !verdicts.some((verdict) => verdict.signal === signal)) return false;
  const until = epochMs(situation.now + 1);
  let failures = 0;
  for (const _ of situation.book.eachFailure(weighed, { since, until, within: region })) {
    failures += 1;
    if (failures >= 2) return true;
  }
  return false;
}

/**
 * Every region that news of the last minutes is about, and those that nobody could decide between: the clean
 * mail of others decides while theirs waits.
 */
function newsRegions({ book, now, history }: Situation): readonly Region[] {
  const window = { since: epochMs(now - lookBackMs), until: epochMs(now + 1) };
  const heardAfter = epochMs(now - newsMs);
  const regions = new Map<string, Region>();
  const add = (region: Region) => {
    if (Object.values(region).includes(unknown)) return;
    regions.set(Object.entries(region).flat().join('\n'), region);
  };
  for (const { origin } of book.failures(signals, { ...window, heardAfter })) {
    const { tenant, identity, pool, provider } = origin;
    add({ pool, provider });
    add({ provider });
    add({ tenant });
    add({ tenant, provider });
    add({ identity });
    add({ identity, provider });
  }
  for (const { at, done, undecided } of history)
    if (done && undecided && at > now - undecidedMs)
      for (const { region } of undecided.candidates) add(region);
  return [...regions.values()];
}

function signalsOf({ book, now }: Situation, within: Region, answered: EpochMs): readonly Signal[] {
  const since = epochMs(Math.max(answered, now - lookBackMs));
  return book.failing({ since, until: epochMs(now + 1), within });
}

function unanswered(book: EvidenceBook, answered: EpochMs): EvidenceBook {
  const cut = <W extends { readonly since: EpochMs; readonly until: EpochMs }>(window: W): W => ({
    ...window,
    since: epochMs(Math.max(window.since, Math.min(answered, window.until))),
  });
  return {
    ...book,
    series: (region, signal, window) => book.series(region, signal, cut(window)),
    counts: (region, signal, window) => book.counts(region, signal, cut(window)),
    sent: (region, signal, window) => book.sent(region, signal, cut(window)),
    mayExceed: (region, signal, question) => book.mayExceed(region, signal, cut(question)),
  };
}

/**
 * Returns how many regions are watched. Counted by origins, which may be a little more than the pairs: less
 * sensitive, never more.
 */
export function watchedOf({ book, now }: Situation): {
  readonly shared: number;
  readonly own: number;
} {
  const window = { since: epochMs(now - hourMs), until: epochMs(now + 1) };
  const cells = book.cells(allMail, window);
  const singles = new Set(
    cells.flatMap(({ origin }) => [`t${origin.tenant}`, `i${origin.identity}`]),
  );
  const providers = new Set(cells.map(({ origin }) => origin.provider));
  const pools = new Set(cells.map(({ origin }) => origin.pool));
  return {
    shared: (pools.size + 1) * providers.size,
    own: singles.size + 2 * cells.length,
  };
}

function isShared({ tenant, identity, campaign }: Region): boolean {
  return tenant === undefined && identity === undefined && campaign === undefined;
}
