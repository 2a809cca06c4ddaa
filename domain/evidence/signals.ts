/** What each signal tolerates, and how it is weighed. */
import { type BounceReason, type Signal, traitsOf } from '../classification/reasons.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../time.ts';

/** One resolution at which a signal is watched: the last `count` buckets of `bucketMs`. */
export type Resolution = { readonly bucketMs: number; readonly count: number };

/** The same mail is looked at in buckets of several widths: a narrow one shows a break soon, a wide one a drift. */
const tenSeconds: Resolution = { bucketMs: 10 * secondMs, count: 120 };
const minutes: Resolution = { bucketMs: minuteMs, count: 180 };
const tenMinutes: Resolution = { bucketMs: 10 * minuteMs, count: 144 };
const quarterDays: Resolution = { bucketMs: 6 * hourMs, count: (30 * dayMs) / (6 * hourMs) };

export type SignalTraits = {
  /** Rate that is tolerated where no baseline is known, 0..1. */
  readonly tolerated: number;
  /** Twice the own baseline is tolerated, within these. */
  readonly floor: number;
  readonly ceiling: number;
  readonly resolutions: readonly Resolution[];
  /** Share of the budget of false alarms; those of all signals and of surges add up to 1. */
  readonly budgetShare: number;
  /**
   * Failures that one campaign may add to a bucket of a shared scope beyond those of all others: about what a
   * break needs to be found at 50 mails a second, if nobody else sends.
   */
  readonly groupMax: number;
  /**
   * What failures that no known provider vouches for say of a shared scope. `support`: no more than those
   * that are vouched for; `count`: as much, because time-outs bring no words that could be vouched for.
   */
  readonly strangers: 'support' | 'count';
  /** Whether feedback loops bring it: only providers that have one count, and it comes hours later. */
  readonly byFeedbackLoop: boolean;
  /** Rate at which it fails while it lasts, 0..1: what probes must rule out. */
  readonly lastingRate: number;
};

const reply = { strangers: 'support', byFeedbackLoop: false } as const;

/**
 * Every signal with its numbers. Tolerated rates, floors and ceilings: block 0.2 %, the tenant's domain or
 * content 0.5 to 5 %, deferrals 2 to 20 %, hard bounces 1 to 4 % (SES reviews accounts at 5 %), complaints
 * 0.05 to 0.2 % (SES reviews at 0.1 %, Gmail and Yahoo ask for less than 0.3 %), outages 2 to 30 %.
 * @see https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html
 * @see docs/decisions/0011-evidence.md
 */
export const signalTraits: Readonly<Record<Signal, SignalTraits>> = {
  block: {
    ...reply,
    tolerated: 0.002,
    floor: 0.002,
    ceiling: 0.01,
    resolutions: [tenSeconds, minutes, tenMinutes, quarterDays],
    budgetShare: 0.3,
    groupMax: 16,
    lastingRate: 0.5,
  },
  domain: {
    ...reply,
    tolerated: 0.005,
    floor: 0.005,
    ceiling: 0.05,
    resolutions: [tenSeconds, minutes, tenMinutes, quarterDays],
    budgetShare: 0.1,
    groupMax: 24,
    lastingRate: 0.5,
  },
  content: {
    ...reply,
    tolerated: 0.005,
    floor: 0.005,
    ceiling: 0.05,
    resolutions: [tenSeconds, minutes, tenMinutes, quarterDays],
    budgetShare: 0.1,
    groupMax: 24,
    lastingRate: 0.3,
  },
  deferral: {
    ...reply,
    tolerated: 0.02,
    floor: 0.02,
    ceiling: 0.2,
    resolutions: [tenSeconds, minutes, tenMinutes],
    budgetShare: 0.1,
    groupMax: 64,
    lastingRate: 0.5,
  },
  'hard-bounce': {
    ...reply,
    tolerated: 0.02,
    floor: 0.01,
    ceiling: 0.04,
    resolutions: [minutes, tenMinutes, quarterDays],
    budgetShare: 0.15,
    groupMax: 64,
    lastingRate: 0.2,
  },
  complaint: {
    strangers: 'support',
    byFeedbackLoop: true,
    tolerated: 0.001,
    floor: 0.0005,
    ceiling: 0.002,
    resolutions: [tenMinutes, quarterDays],
    budgetShare: 0.1,
    groupMax: 16,
    lastingRate: 0.01,
  },
  outage: {
    strangers: 'count',
    byFeedbackLoop: false,
    tolerated: 0.02,
    floor: 0.02,
    ceiling: 0.3,
    resolutions: [tenSeconds, minutes, tenMinutes],
    budgetShare: 0.1,
    groupMax: 64,
    lastingRate: 0.5,
  },
};

/** False alarms (`act`) that are accepted in a month, of all regions, signals and surges together. */
export const falseAlarmsPerMonth = 2;

/** Share of that budget for accounts that suddenly send far more than ever; see surges.ts. */
export const surgeShare = 0.05;

/** Returns the rate of a signal that is tolerated, 0..1: twice what is normal for it, within floor and ceiling. */
export function toleratedRate(signal: Signal, baseline?: number): number {
  const { tolerated, floor, ceiling } = signalTraits[signal];
  return baseline === undefined ? tolerated : Math.min(Math.max(2 * baseline, floor), ceiling);
}

/** Refusals: a provider that only puts the mail off in the same words has refused nothing yet. */
const refusals: ReadonlySet<Signal> = new Set(['block', 'domain', 'content']);

/**
 * Returns what news of a mail counts as; undefined where it says nothing of anybody's reputation. What is
 * put off for a reputation, a domain or its content asks to slow down: another address would be asked the
 * same. If the provider never takes the mail, its last words come again with the bounce, and count in full.
 */
export function signalOf(reason: BounceReason, news: 'delayed' | 'refused'): Signal | undefined {
  const { signal } = traitsOf(reason);
  return news === 'delayed' && signal !== undefined && refusals.has(signal) ? 'deferral' : signal;
}
