/** A quick look that tells regions that are surely quiet from those worth a verdict. */
import type { EpochMs } from '../time.ts';
import { lnAlarmLevel, lnLevelOf, type Question, sinceOf } from './judge.ts';
import { type Chance, chancesOf, largestSum } from './largest-sum.ts';
import { matureShare } from './maturity.ts';
import type { Counts, EvidenceBook, Level } from './model.ts';
import { settledUntil } from './settled.ts';
import { signalTraits, toleratedRate } from './signals.ts';

/** Rounding of a long sum. */
const lnMargin = 1e-6;

/**
 * Returns false where the verdict is surely below a level; true says nothing. The evidence of a resolution is
 * a sum over all beginnings, so at most the largest of them times their number, and the largest takes no
 * exponential to find. Where too little failed since it was last found, it need not be found again.
 */
export function mayReach(
  book: EvidenceBook,
  question: Question,
  level: Exclude<Level, 'quiet'>,
): boolean {
  const { region, signal, now, baseline } = question;
  const { resolutions } = signalTraits[signal];
  const tolerated = toleratedRate(signal, baseline);
  const lnThreshold = lnAlarmLevel(question);
  const lnLeast = level === 'act' ? lnThreshold : lnThreshold / 2;
  // With each resolution below this, all of them together are below the level.
  const lnEach = lnLeast - Math.log(resolutions.length) - lnMargin;
  let until: EpochMs | undefined;
  return resolutions.some((resolution) => {
    const { bucketMs, count } = resolution;
    const since = sinceOf(resolution, question);
    const lnSlack = lnEach - lnThreshold + lnLevelOf(resolution, question);
    const bound = { tolerated, lnLeast: lnSlack - Math.log(count + 1) };
    if (!book.mayExceed(region, signal, { since, until: now, bucketMs, ...bound })) return false;
    until ??= settledUntil(book, { region, signal }, now);
    const counts = book.counts(region, signal, { since, until, bucketMs });
    const mature = matureOf(question, until);
    return lnMostOfCounts(counts, chancesOf(tolerated), mature) >= lnSlack;
  });
}

function matureOf({ region, signal }: Question, until: EpochMs) {
  if (!signalTraits[signal].byFeedbackLoop) return undefined;
  return (start: number) => matureShare(signal, until - start, region.provider);
}

/** Returns at least what `scoreOf` says of these counts; `mature` is the share of the news that has come. */
export function lnMostOfCounts(
  counts: Counts,
  chances: readonly Chance[],
  mature?: (start: number) => number,
): number {
  const { starts, sent } = counts;
  const failed = counts.failed.map((count, at) => Math.min(count, sent[at] ?? 0));
  return largestSum({ starts, sent, failed }, chances, mature) + Math.log(starts.length);
}
