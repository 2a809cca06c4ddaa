/** An account that suddenly sends far more than it ever does, and whether that mail is what it always was. */
import type { Signal } from '../classification/reasons.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../time.ts';
import type { EvidenceBook, Level, Verdict } from './model.ts';
import { bucketStart, finestMs, keptMs } from './roll-up.ts';
import { badRates, lnSum } from './score.ts';
import { falseAlarmsPerMonth, surgeShare, toleratedRate } from './signals.ts';

/** What a sender does shows by any of these, and an account in wrong hands by all of them together. */
export const doingSignals = [
  'hard-bounce',
  'content',
  'domain',
] as const satisfies readonly Signal[];

/** More than this many times the pace of its busiest hour is a surge. */
const usualTimes = 3;

/** So many mails beyond that are more than the chance of single mails. */
const excessMails = 5;

/** A surge is new for so long; one that lasts is judged like any mail. */
const freshMs = 10 * minuteMs;
const lookBackMs = 20 * minuteMs;

/** An account with less mail behind it has no usual pace. */
const pastMailsMin = 100;

/** All providers bring it, so its counts are all mail. */
const anyMail = 'block';

/** Returns since when a tenant sends far more than in its busiest hour of thirty days; undefined where it does not. */
export function surgeSince(book: EvidenceBook, tenant: string, now: EpochMs): EpochMs | undefined {
  const since = bucketStart(now - lookBackMs, finestMs);
  const usual = busiestBucketMean(book, tenant, since);
  if (usual === undefined) return undefined;
  const window = { since, until: epochMs(now + 1), bucketMs: finestMs };
  const { starts, sent } = book.counts({ tenant }, anyMail, window);
  const each = usualTimes * usual;
  let excess = 0;
  let from = since;
  let last: number = since - finestMs;
  for (const [index, start] of starts.entries()) {
    const quietBuckets = (start - last) / finestMs - 1;
    excess = Math.max(0, excess - quietBuckets * each);
    if (excess === 0) from = epochMs(start);
    excess = Math.max(0, excess + (sent[index] ?? 0) - each);
    last = start;
  }
  const isNow = excess - Math.max(0, (now - last) / finestMs - 1) * each >= excessMails;
  return isNow && from > now - freshMs ? from : undefined;
}

/**
 * Mails in a finest bucket of the tenant's busiest hour of a day, or busiest quarter of one of thirty days;
 * undefined where too little was sent to say. Hours that have grown coarse count evenly.
 */
function busiestBucketMean(book: EvidenceBook, tenant: string, until: EpochMs): number | undefined {
  const most = (bucketMs: number, lengthMs: number) => {
    const since = bucketStart(until - lengthMs, bucketMs);
    const { sent } = book.counts({ tenant }, anyMail, { since, until, bucketMs });
    return {
      mean: (Math.max(0, ...sent) * finestMs) / bucketMs,
      all: sent.reduce((sum, count) => sum + count, 0),
    };
  };
  const quarters = most(6 * hourMs, keptMs);
  if (quarters.all < pastMailsMin) return undefined;
  return Math.max(quarters.mean, most(hourMs, dayMs - 2 * hourMs).mean);
}

export type SurgeQuestion = {
  readonly tenant: string;
  /** When its surge began. */
  readonly since: EpochMs;
  readonly now: EpochMs;
  /** What is normal for the tenant by signal, 0..1. */
  readonly normalOf: (signal: Signal) => number | undefined;
  /** Regions of senders that are watched. */
  readonly watched: number;
};

/** Of fifty surges whose mail is no worse than tolerated at most one waits for a few minutes. */
const lnWait = Math.log(50);

/** One failure is nobody's fault. */
const failuresMin = 2;

/**
 * Returns what the mail of a surge says of its sender: all that fails for what a sender does is one signal, and
 * its beginning is known, because the volume told it. So a likelihood ratio from there on is enough (Ville: of
 * surges that are no worse than tolerated at most one in A ever reaches A), where a rate that may become bad at any
 * time needs a sum over all beginnings. `degrade` asks for patience, `act` for a cause.
 */
export function judgeSurge(book: EvidenceBook, question: SurgeQuestion): Verdict {
  const { tenant, since, now, normalOf, watched } = question;
  const region = { tenant };
  const window = { since, until: epochMs(now + 1) };
  const buckets = { ...window, bucketMs: finestMs };
  const { sent: counts } = book.counts(region, anyMail, buckets);
  const sent = counts.reduce((sum, count) => sum + count, 0);
  const failedBy = doingSignals.map((signal) => ({
    signal,
    failed: book.counts(region, signal, buckets).failed.reduce((sum, count) => sum + count, 0),
  }));
  const failed = Math.min(
    sent,
    failedBy.reduce((sum, one) => sum + one.failed, 0),
  );
  const [most = { signal: doingSignals[0] }] = failedBy.toSorted(
    (one, other) => other.failed - one.failed,
  );
  const tolerated = toleratedOfDoing(normalOf);
  const isAnybodys =
    book.failures(doingSignals, { ...window, within: region }).length < failuresMin;
  const lnEvidence = isAnybodys ? 0 : lnEvidenceOf({ sent, failed, tolerated });
  const lnThreshold = Math.max(
    lnWait,
    Math.log(Math.max(1, watched) / (falseAlarmsPerMonth * surgeShare)),
  );
  return {
    region,
    signal: most.signal,
    signals: doingSignals,
    level: levelOf(lnEvidence, lnThreshold),
    lnEvidence,
    lnThreshold,
    onset: since,
    sent,
    failed,
    tolerated,
  };
}

/** Returns what is tolerated of all that a sender does together, 0..1: the sum of what each signal tolerates. */
export function toleratedOfDoing(normalOf: SurgeQuestion['normalOf']): number {
  return doingSignals.reduce((sum, signal) => sum + toleratedRate(signal, normalOf(signal)), 0);
}

function lnEvidenceOf({
  sent,
  failed,
  tolerated,
}: Pick<Verdict, 'sent' | 'failed' | 'tolerated'>): number {
  const rates = badRates(tolerated);
  const parts = rates.map(
    (rate) => failed * Math.log(rate / tolerated) - sent * (rate - tolerated),
  );
  return lnSum(parts) - Math.log(rates.length);
}

function levelOf(lnEvidence: number, lnThreshold: number): Level {
  if (lnEvidence >= lnThreshold) return 'act';
  return lnEvidence >= lnWait ? 'degrade' : 'quiet';
}
