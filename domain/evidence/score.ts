/** The evidence score: a Shiryaev-Roberts mixture over when a rate became bad, and how bad. */
import type { EpochMs } from '../time.ts';
import type { Bucket } from './model.ts';

/** When and how much the rate most likely became worse. */
export type Break = {
  readonly start: EpochMs;
  /** Logarithm of the likelihood ratio of that beginning. */
  readonly lnRatio: number;
  /** Of the mail since then. */
  readonly sent: number;
  readonly failed: number;
};

export type Score = {
  /** Natural logarithm of the mixture; -Infinity without mail. */
  readonly lnMixture: number;
  readonly best?: Break;
};

/**
 * Returns the evidence that a rate is above `tolerated` (0..1). Where it never is, the expected number of
 * buckets until the evidence exceeds A is at least A, however often one looks, because the sum over all
 * beginnings minus the number of beginnings is a supermartingale. Buckets come oldest first.
 * @see https://arxiv.org/abs/2203.03532 (e-detectors)
 */
export function scoreOf(buckets: readonly Bucket[], tolerated: number): Score {
  const rates = badRates(tolerated);
  const parts: number[] = [];
  let best = { lnRatio: Number.NEGATIVE_INFINITY, start: 0 };
  for (const rate of rates) {
    const steps = stepsOf(buckets, Math.log(rate / tolerated), rate - tolerated);
    parts.push(lnSumOverStarts(steps));
    const found = bestStart(steps);
    if (found.lnRatio > best.lnRatio) best = found;
  }
  const first = buckets[best.start];
  if (first === undefined) return { lnMixture: Number.NEGATIVE_INFINITY };
  const since = buckets.slice(best.start);
  return {
    lnMixture: lnSum(parts) - Math.log(rates.length),
    best: {
      start: first.start,
      lnRatio: best.lnRatio,
      sent: since.reduce((sum, bucket) => sum + bucket.sent, 0),
      failed: since.reduce((sum, bucket) => sum + bucket.failed, 0),
    },
  };
}

/** Returns the logarithm of the sum of numbers whose logarithms these are. */
export function lnSum(parts: readonly number[]): number {
  const most = Math.max(...parts);
  if (most === Number.NEGATIVE_INFINITY) return most;
  return most + Math.log(parts.reduce((sum, part) => sum + Math.exp(part - most), 0));
}

/**
 * Each step is the evidence of one bucket: what its failures add, less what its mails take away. A mail fails
 * once: what exceeds the mail of its bucket was booked wrongly, or its mail is not known yet.
 */
function stepsOf(buckets: readonly Bucket[], gain: number, cost: number): readonly number[] {
  const steps: number[] = [];
  for (const { sent, failed, mature } of buckets)
    steps.push(Math.min(failed, sent) * gain - sent * mature * cost);
  return steps;
}

/** Returns the bad rates that are weighed against each other: twice the tolerated one, and so on by doubling. */
export function badRates(tolerated: number): readonly number[] {
  const rates: number[] = [];
  for (let rate = 2 * tolerated; rate < 0.5; rate *= 2) rates.push(rate);
  return [...rates, 0.5, rateWorst];
}

/** The largest of all bad rates. */
export const rateWorst = 0.95;

/** Beyond this the sum is carried on as a logarithm. */
const linearMax = 1e100;
const lnStepMax = 300;

function lnSumOverStarts(steps: readonly number[]): number {
  let sum = 0;
  let lnSumSoFar = Number.NEGATIVE_INFINITY;
  let large = false;
  for (const step of steps) {
    if (!large && (step > lnStepMax || sum > linearMax)) {
      large = true;
      lnSumSoFar = Math.log(sum);
    }
    if (large)
      lnSumSoFar = step + Math.max(lnSumSoFar, 0) + Math.log1p(Math.exp(-Math.abs(lnSumSoFar)));
    else sum = (1 + sum) * Math.exp(step);
  }
  return large ? lnSumSoFar : Math.log(sum);
}

function bestStart(steps: readonly number[]): {
  readonly lnRatio: number;
  readonly start: number;
} {
  let lnRatio = Number.NEGATIVE_INFINITY;
  let start = 0;
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index] ?? 0;
    if (lnRatio <= 0) start = index;
    lnRatio = Math.max(lnRatio, 0) + step;
  }
  return { lnRatio, start };
}
