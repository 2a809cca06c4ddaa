/** A quick look that tells regions that are surely quiet from those worth a verdict. */
import { type EpochMs, epochMs } from '../time.ts';
import { lnAlarmLevel, lnLevelOf, type Question, sinceOf } from './judge.ts';
import { matureShare } from './maturity.ts';
import type { Counts, EvidenceBook, Level } from './model.ts';
import { finestMs } from './roll-up.ts';
import { badRates } from './score.ts';
import { settledUntil } from './settled.ts';
import { signalTraits, toleratedRate } from './signals.ts';

/** Rounding of a long sum. */
const lnMargin = 1e-6;

/**
 * Returns false where the verdict is surely below a level; true says nothing. The evidence of a resolution is
 * a sum over all beginnings, so at most the largest of them times their number, and the largest takes no
 * exponential to find. Where too few mails failed even if nothing else had been sent, it need not be found.
 */
export function mayReach(
  book: EvidenceBook,
  question: Question,
  level: Exclude<Level, 'quiet'>,
): boolean {
  const { region, signal, now, baseline } = question;
  const { resolutions } = signalTraits[signal];
  const rates = chancesOf(toleratedRate(signal, baseline));
  const lnThreshold = lnAlarmLevel(question);
  const lnLeast = level === 'act' ? lnThreshold : lnThreshold / 2;
  // With each resolution below this, all of them together are below the level.
  const lnEach = lnLeast - Math.log(resolutions.length) - lnMargin;
  let until: EpochMs | undefined;
  return resolutions.some((resolution) => {
    const { bucketMs, count } = resolution;
    const since = sinceOf(resolution, question);
    const lnSlack = lnEach - lnThreshold + lnLevelOf(resolution, question);
    const all = { since, until: epochMs(now + finestMs), bucketMs };
    const failed = book.failed(region, signal, all);
    if (lnMostOfFailures(failed, count + 1, rates) < lnSlack) return false;
    until ??= settledUntil(book, { region, signal }, now);
    const counts = book.counts(region, signal, { since, until, bucketMs });
    const mature = matureOf(question, until);
    return lnMostOfCounts(counts, rates, mature) >= lnSlack;
  });
}

/** What a failure adds and a mail takes away, if mail fails at a bad rate. */
export type Chance = { readonly gain: number; readonly cost: number };

/** Returns every bad rate that a tolerated one is weighed against. */
export function chancesOf(tolerated: number): readonly Chance[] {
  return badRates(tolerated).map((rate) => ({
    gain: Math.log(rate / tolerated),
    cost: rate - tolerated,
  }));
}

function matureOf({ region, signal }: Question, until: EpochMs) {
  if (!signalTraits[signal].byFeedbackLoop) return undefined;
  return (start: number) => matureShare(signal, until - start, region.provider);
}

/** Returns at least what `scoreOf` says of this many buckets with some failures, whatever else was sent. */
export function lnMostOfFailures(
  failed: number,
  buckets: number,
  chances: readonly Chance[],
): number {
  return failed * Math.max(...chances.map(({ gain }) => gain)) + Math.log(buckets);
}

/** Returns at least what `scoreOf` says of these counts; `mature` is the share of the news that has come. */
export function lnMostOfCounts(
  { starts, sent, failed }: Counts,
  chances: readonly Chance[],
  mature?: (start: number) => number,
): number {
  const first = failed.findIndex((count) => count > 0);
  const lnBeginnings = Math.log(starts.length);
  if (first < 0) return lnBeginnings;
  const mails = mature ? sent.map((count, at) => count * mature(starts[at] ?? 0)) : sent;
  let largest = 0;
  for (const { gain, cost } of chances) {
    let ln = 0;
    for (let at = first; at < starts.length; at += 1) {
      const news = Math.min(failed[at] ?? 0, sent[at] ?? 0);
      ln = Math.max(0, ln + news * gain - (mails[at] ?? 0) * cost);
    }
    if (ln > largest) largest = ln;
  }
  return largest + lnBeginnings;
}
