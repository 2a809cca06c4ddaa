import type { Signal } from '../classification/reasons.ts';
import { dayMs, type EpochMs, epochMs } from '../time.ts';
import type { EvidenceBook, Level, Region, Verdict } from './model.ts';
import { bucketStart } from './roll-up.ts';
import { type Break, lnSum, scoreOf } from './score.ts';
import { settledUntil } from './settled.ts';
import {
  falseAlarmsPerMonth as falseAlarmsPerMonthDefault,
  type Resolution,
  signalTraits,
  toleratedRate,
} from './signals.ts';

/** What is asked of the evidence. */
export type Question = {
  readonly region: Region;
  readonly signal: Signal;
  readonly now: EpochMs;
  /** Mail from before this has been dealt with: a release, a decision. Absent: all that is in the windows. */
  readonly since?: EpochMs;
  /** Rate that is normal for it, 0..1; absent: what the signal tolerates of anybody. */
  readonly baseline?: number;
  /**
   * How many regions are watched for this signal: shared ones (pools, providers, pairs, the account) where
   * this is one, else tenants, identities, campaigns and their pairs. More of them make each less sensitive.
   */
  readonly watched: number;
  /** False alarms (`act`) that are accepted in a month, of all regions and signals together. Default 2. */
  readonly falseAlarmsPerMonth?: number;
};

const monthMs = 30 * dayMs;

/** Shared and own scopes have half of a signal's budget each. */
const scopes = 2;

/**
 * Returns what the evidence says of a region and signal. Every resolution has its share of one budget of
 * false alarms; together they are one mixture, so whichever sees it first raises the alarm. It acts at A, and
 * degrades at its square root.
 */
export function judge(book: EvidenceBook, question: Question): Verdict {
  const { region, signal, now, baseline } = question;
  const tolerated = toleratedRate(signal, baseline);
  const lnThreshold = lnAlarmLevel(question);
  const until = settledUntil(book, { region, signal }, now);
  const parts: number[] = [];
  let best: Break | undefined;
  for (const resolution of signalTraits[signal].resolutions) {
    const { bucketMs } = resolution;
    const since = sinceOf(resolution, question);
    const score = scoreOf(book.series(region, signal, { since, until, bucketMs }), tolerated);
    parts.push(score.lnMixture + lnThreshold - lnLevelOf(resolution, question));
    if (score.best && score.best.lnRatio > (best?.lnRatio ?? Number.NEGATIVE_INFINITY))
      best = score.best;
  }
  // Without mail there is no evidence either way: odds of one to one.
  const lnEvidence = best === undefined ? 0 : Math.max(lnSum(parts), lnEvidenceMin);
  return {
    region,
    signal,
    level: levelOf(lnEvidence, lnThreshold),
    lnEvidence,
    lnThreshold,
    onset: best?.start ?? now,
    sent: best?.sent ?? 0,
    failed: best?.failed ?? 0,
    tolerated,
  };
}

/** Less evidence than this is the same to everybody, and -Infinity does not survive JSON. */
const lnEvidenceMin = -100;

/**
 * Returns the lnEvidence at which a region's signal is acted on. The resolutions' own levels are the weights
 * of one mixture, so all of them together stay within the budget.
 */
export function lnAlarmLevel(
  question: Pick<Question, 'signal' | 'watched' | 'falseAlarmsPerMonth'>,
): number {
  const levels = signalTraits[question.signal].resolutions.map(
    (resolution) => -lnLevelOf(resolution, question),
  );
  return -lnSum(levels);
}

/** Returns from when on a resolution looks. */
export function sinceOf(
  { bucketMs, count }: Resolution,
  { now, since }: Pick<Question, 'now' | 'since'>,
): EpochMs {
  const first = bucketStart(now - (count - 1) * bucketMs, bucketMs);
  return epochMs(Math.max(first, since ?? first));
}

/**
 * Returns the lnEvidence at which one resolution alone would act: buckets of all watched regions in a month,
 * over the false alarms that this resolution may raise in one.
 */
export function lnLevelOf(
  { bucketMs }: Resolution,
  {
    signal,
    watched,
    falseAlarmsPerMonth = falseAlarmsPerMonthDefault,
  }: Pick<Question, 'signal' | 'watched' | 'falseAlarmsPerMonth'>,
): number {
  const { budgetShare, resolutions } = signalTraits[signal];
  const accepted = (falseAlarmsPerMonth * budgetShare) / scopes / resolutions.length;
  return Math.log((Math.max(1, watched) * (monthMs / bucketMs)) / accepted);
}

function levelOf(lnEvidence: number, lnThreshold: number): Level {
  if (lnEvidence >= lnThreshold) return 'act';
  return lnEvidence >= lnThreshold / 2 ? 'degrade' : 'quiet';
}
