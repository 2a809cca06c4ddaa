/** The largest sum of evidence over all beginnings: it takes no exponential to find. */
import type { Counts } from './model.ts';
import { badRates, rateWorst } from './score.ts';

/** What a failure adds and a mail takes away, if mail fails at a bad rate. */
export type Chance = { readonly gain: number; readonly cost: number };

/** Returns every bad rate that a tolerated one is weighed against. */
export function chancesOf(tolerated: number): readonly Chance[] {
  return badRates(tolerated).map((rate) => ({
    gain: Math.log(rate / tolerated),
    cost: rate - tolerated,
  }));
}

/** Returns the most that one failure can add. */
export function gainMost(tolerated: number): number {
  return Math.log(rateWorst / tolerated);
}

/** Returns the logarithm of the largest product over all beginnings and bad rates, 0 or more; `mature` is the share of the news that has come. */
export function largestSum(
  { starts, sent, failed }: Counts,
  chances: readonly Chance[],
  mature?: (start: number) => number,
): number {
  // Only a failure adds, or mail that was taken back from a bucket beside its own.
  const first = failed.findIndex((count, at) => count > 0 || (sent[at] ?? 0) < 0);
  if (first < 0) return 0;
  const mails = mature ? sent.map((count, at) => count * mature(starts[at] ?? 0)) : sent;
  let largest = 0;
  for (const { gain, cost } of chances) {
    let ln = 0;
    for (let at = first; at < starts.length; at += 1) {
      ln = Math.max(0, ln + (failed[at] ?? 0) * gain - (mails[at] ?? 0) * cost);
      if (ln > largest) largest = ln;
    }
  }
  return largest;
}
