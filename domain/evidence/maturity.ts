/** How much of the news of a bucket has come: replies come at once, complaints take hours. */
import type { Signal } from '../classification/reasons.ts';
import { hourMs } from '../time.ts';
import { signalTraits } from './signals.ts';

/**
 * Providers whose recipients' complaints reach us, with the median time from mail to complaint, hours.
 * Gmail and Apple pass none on. Orange, laposte and libero do by SES's list of feedback loops; their lag is
 * taken as the usual one.
 * @see https://docs.aws.amazon.com/ses/latest/dg/success-metrics.html
 */
const lagMedianHours: ReadonlyMap<string, number> = new Map([
  ['yahoo', 4],
  ['microsoft', 8],
  ['comcast', 8],
  ['cox', 8],
  ['orange', 8],
  ['laposte', 8],
  ['libero', 8],
  ['mailru', 8],
  ['yandex', 8],
]);

/** Spread of the lag, of its natural logarithm: the middle 80 % lie between a fifth and five times the median. */
const lagSigma = 1.25;

/** Returns whether a provider passes complaints on. */
export function hasFeedbackLoop(provider: string): boolean {
  return lagMedianHours.has(provider);
}

/** Returns whether mail to a provider can bring this signal at all, and so counts for it. */
export function bringsSignal(provider: string, signal: Signal): boolean {
  return !signalTraits[signal].byFeedbackLoop || hasFeedbackLoop(provider);
}

/**
 * Returns the share of a bucket's news that should have come by an age, 0..1. Taken too high it makes
 * evidence weaker, so `ageMs` is that of its oldest mail, and the fastest provider stands for several.
 */
export function matureShare(signal: Signal, ageMs: number, provider?: string): number {
  if (!signalTraits[signal].byFeedbackLoop) return 1;
  if (ageMs <= 0) return 0;
  const medianHours =
    (provider === undefined ? undefined : lagMedianHours.get(provider)) ??
    Math.min(...lagMedianHours.values());
  return normalBelow(Math.log(ageMs / hourMs / medianHours) / lagSigma);
}

/**
 * Returns the chance that a standard normal value lies below `z`, to 1e-7.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17
 */
function normalBelow(z: number): number {
  const k = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    k *
    (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  const tail = (series * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z > 0 ? 1 - tail : tail;
}
