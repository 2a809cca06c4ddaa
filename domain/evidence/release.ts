/** The mirror image of an alarm: when a region has shown that it is well again. */
import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs, minuteMs } from '../time.ts';
import type { EvidenceBook, Region } from './model.ts';
import { finestMs } from './roll-up.ts';
import { signalTraits, toleratedRate } from './signals.ts';

/** What is asked: the mail of a region since an instant. */
export type Recovery = {
  readonly region: Region;
  readonly signal: Signal;
  /** Since when it is on trial; mail from before says nothing. */
  readonly since: EpochMs;
  readonly now: EpochMs;
  /** Rate that is normal for it, 0..1. */
  readonly baseline?: number;
};

/** `passed`: what happened is over; `failed`: it lasts; `open`: too little mail to tell. */
export type Trial = 'passed' | 'failed' | 'open';

/** Chance of a wrong answer, either way. */
const errorMax = 0.01;

/** A region that has recovered must not be anywhere near this many times the tolerated rate. */
const badFactor = 4;

/** Mail younger than this has not been answered yet, so it does not count as clean. */
const answeredMs = minuteMs;

/**
 * Returns whether a region's mail since an instant shows that its rate is tolerable and not four times
 * that, at odds of 100:1. Without a failure this takes 4.6 ÷ (3 × tolerated) mails: 768 for blocks, 77 for
 * deferrals and outages. Only mail counts whose answers have come.
 */
export function clean(book: EvidenceBook, recovery: Recovery): boolean {
  const tolerated = toleratedRate(recovery.signal, recovery.baseline);
  const { sent, failed } = answered(book, recovery);
  return (
    (badFactor - 1) * tolerated * sent - failed * Math.log(badFactor) >= Math.log(1 / errorMax)
  );
}

/**
 * Returns what probes say of whether a trouble lasts: a block that lasts refuses half of the mail or more, so
 * seven clean probes pass. The first stage of a release; `clean` is the last.
 */
export function judgeTrial(book: EvidenceBook, recovery: Recovery): Trial {
  const { lastingRate } = signalTraits[recovery.signal];
  const tolerated = toleratedRate(recovery.signal, recovery.baseline);
  const { sent, failed } = answered(book, recovery);
  const lnLasts =
    failed * Math.log(lastingRate / tolerated) +
    (sent - failed) * Math.log((1 - lastingRate) / (1 - tolerated));
  if (lnLasts <= Math.log(errorMax)) return 'passed';
  return lnLasts >= -Math.log(errorMax) ? 'failed' : 'open';
}

/**
 * Failures count as soon as they are heard, clean mail once it should have been answered. Counts that are
 * seen late make a trial longer, never easier.
 */
function answered(
  book: EvidenceBook,
  { region, signal, since, now }: Recovery,
): { readonly sent: number; readonly failed: number } {
  const until = epochMs(now + finestMs);
  const buckets = book.series(region, signal, { since, until, bucketMs: finestMs });
  let sent = 0;
  let failed = 0;
  for (const bucket of buckets) {
    const hasAnswers = bucket.start + finestMs <= epochMs(now - answeredMs);
    const news = Math.min(bucket.failed, bucket.sent);
    failed += news;
    sent += hasAnswers ? Math.max(news, bucket.sent * bucket.mature) : news;
  }
  return { sent, failed };
}
