/** What is normal for a tenant: its own past, drawn towards everybody's as far as it is short. */
import type { Signal } from '../classification/reasons.ts';
import { dayMs, type EpochMs, epochMs, hourMs } from '../time.ts';
import type { Bucket, EvidenceBook, Region } from './model.ts';
import { bucketStart, keptMs } from './roll-up.ts';
import { scoreOf } from './score.ts';
import { signalTraits } from './signals.ts';

/** Mails and failures of one region over its past. */
export type Past = { readonly sent: number; readonly failed: number };

/** How rates differ between regions of one kind. */
export type Population = {
  /** Mean rate, 0..1. */
  readonly rate: number;
  /** How many mails of an own past weigh as much as everybody's. */
  readonly strength: number;
  /** Rate that 95 % of all stay below, 0..1: what a newcomer may have. */
  readonly rateP95: number;
};

/** The past ends a day ago, so that what begins now does not become normal at once. */
const pastEndsMs = dayMs;
const pastBucketMs = 6 * hourMs;

/** A bucket that by itself says at odds of this that something was wrong is no part of what is normal. */
const lnAlarmed = Math.log(1000);

/** Returns the past of a region: 30 days until yesterday without alarmed buckets and times. */
export function pastOf(
  book: EvidenceBook,
  about: { readonly region: Region; readonly signal: Signal },
  {
    now,
    except = [],
  }: {
    readonly now: EpochMs;
    /** Times in which something was known to be wrong. */
    readonly except?: readonly { readonly since: EpochMs; readonly until: EpochMs }[];
  },
): Past {
  const buckets = book.series(about.region, about.signal, {
    since: bucketStart(now - keptMs, pastBucketMs),
    until: epochMs(now - pastEndsMs),
    bucketMs: pastBucketMs,
  });
  const { ceiling } = signalTraits[about.signal];
  const isNormal = (bucket: Bucket) =>
    scoreOf([bucket], ceiling).lnMixture < lnAlarmed &&
    !except.some(({ since, until }) => bucket.start < until && bucket.start + pastBucketMs > since);
  const normal = buckets.filter(isNormal);
  return {
    sent: normal.reduce((sum, bucket) => sum + bucket.sent * bucket.mature, 0),
    failed: normal.reduce((sum, bucket) => sum + Math.min(bucket.failed, bucket.sent), 0),
  };
}

/** Strength where too few regions have a past to measure it: the facts' 500 mails for bounces. */
const strengthDefault = 500;
const strengthMax = 100_000;

/** A region with fewer mails is a newcomer, and says little of the population. */
export const newcomerMails = 2000;

/**
 * Returns the population by the method of moments: as much as rates differ more than chance explains, own
 * pasts weigh more. Undefined where nobody has a past.
 */
export function populationOf(pasts: readonly Past[]): Population | undefined {
  const known = pasts.filter(({ sent }) => sent >= newcomerMails);
  const sent = known.reduce((sum, past) => sum + past.sent, 0);
  if (sent === 0) return;
  const rate = known.reduce((sum, past) => sum + past.failed, 0) / sent;
  const spread =
    known.reduce((sum, past) => sum + (past.failed / past.sent - rate) ** 2, 0) / known.length;
  const chance =
    known.reduce((sum, past) => sum + (rate * (1 - rate)) / past.sent, 0) / known.length;
  const own = spread - chance;
  const strength =
    known.length < 2 ? strengthDefault : own > 0 ? (rate * (1 - rate)) / own - 1 : strengthMax;
  const rates = known.map((past) => past.failed / past.sent).sort((a, b) => a - b);
  return {
    rate,
    strength: Math.min(Math.max(strength, 1), strengthMax),
    rateP95: rates[Math.ceil(0.95 * rates.length) - 1] ?? rate,
  };
}

/**
 * Returns the rate that is normal for a region, 0..1: its own, shrunk towards the population's. `judge`
 * tolerates twice that; a newcomer is tolerated what 95 % of all others have, so half of it stands here.
 */
export function baselineOf({ sent, failed }: Past, population: Population): number {
  const { rate, strength, rateP95 } = population;
  const shrunk = (failed + strength * rate) / (sent + strength);
  return sent < newcomerMails ? Math.max(shrunk, rateP95 / 2) : shrunk;
}
