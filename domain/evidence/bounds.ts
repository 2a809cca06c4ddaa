/** How much evidence a region can have at most. It is kept until more fails, so that what stays quiet is not added up at each look. */
import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { visitLog } from './bucket-log.ts';
import { type CountsQuery, levelFor, sentOf } from './counts.ts';
import { chancesOf, gainMost, largestSum } from './largest-sum.ts';
import type { Ledger } from './ledger.ts';
import { matureShare } from './maturity.ts';
import type { Column, Counts } from './model.ts';
import { bucketStart, finestMs } from './roll-up.ts';
import { settleMs } from './settled.ts';
import { signalTraits } from './signals.ts';

export type BoundQuery = {
  readonly signal: Signal;
  readonly since: EpochMs;
  /** The present: mail and failures that are known of later instants count as well. */
  readonly until: EpochMs;
  readonly bucketMs: number;
  readonly rolledTo: EpochMs;
  /** Rate that is tolerated, 0..1. */
  readonly tolerated: number;
  /** The logarithm that the largest sum of evidence must reach. */
  readonly lnLeast: number;
};

/**
 * Returns false where the largest sum of evidence of a ledger's buckets surely stays below a logarithm. Time and
 * clean mail only make it smaller, and a failure adds no more than its gain at the worst rate, so a sum once found
 * holds until too much has been added. Failures count in full here: caps and the mail below them take away.
 */
export function mayExceed(ledger: Ledger, query: BoundQuery): boolean {
  const { signal, since, bucketMs, tolerated, lnLeast } = query;
  const key = `${signal} ${bucketMs}`;
  const added = ledger.added.get(signal) ?? 0;
  const known = ledger.bounds.get(key);
  if (known !== undefined && known.since <= since && known.tolerated === tolerated) {
    const lnMost = known.lnLargest + (added - known.added) * gainMost(tolerated);
    if (lnMost < lnLeast) return false;
  }
  const lnLargest = largestOf(ledger, query);
  ledger.bounds.set(key, { since, tolerated, added, lnLargest });
  return lnLargest >= lnLeast;
}

function largestOf(ledger: Ledger, query: BoundQuery): number {
  // A verdict, now or later, may cut a wide bucket anywhere: the narrowest ones hold whatever it leaves.
  const window = { ...query, bucketMs: finestMs, until: endless };
  const failed = wholeFailuresOf(ledger, window);
  if (failed.starts.length === 0) return 0;
  const counts = condense(weigh(sentOf(ledger, window), ledger, query), failed);
  return largestSum(counts, chancesOf(query.tolerated));
}

const endless = epochMs(Number.POSITIVE_INFINITY);

/** Returns what was sent, each bucket by the least share of its news that a verdict may expect. */
function weigh(
  sent: Column,
  { region }: Ledger,
  { signal, until }: Pick<BoundQuery, 'signal' | 'until'>,
): Column {
  if (!signalTraits[signal].byFeedbackLoop) return sent;
  // Verdicts are of what is settled, which is no earlier; and news only becomes riper.
  const settled = bucketStart(until - settleMs, finestMs);
  const { starts } = sent;
  const values = sent.values.map((count, at) =>
    // What was taken back may be that of riper news in the same wide bucket.
    count > 0 ? count * matureShare(signal, settled - (starts[at] ?? 0), region.provider) : count,
  );
  return { starts, values };
}

/**
 * Returns both columns with neighbours that have clean mail alone as one, which changes no largest sum. More
 * may be taken back than was sent in a narrow bucket; it stays, because a wide one has what it is taken from.
 */
function condense(mails: Column, failures: Column): Counts {
  const starts: number[] = [];
  const sent: number[] = [];
  const failed: number[] = [];
  let isClean = false;
  const add = (start: number, mailCount: number, failureCount: number) => {
    const last = sent.length - 1;
    const before = isClean;
    isClean = failureCount <= 0 && mailCount >= 0;
    if (before && isClean) sent[last] = (sent[last] ?? 0) + mailCount;
    else {
      starts.push(start);
      sent.push(mailCount);
      failed.push(failureCount);
    }
  };
  let mailAt = 0;
  for (const [at, start] of failures.starts.entries()) {
    for (; (mails.starts[mailAt] ?? endless) < start; mailAt += 1)
      add(mails.starts[mailAt] ?? 0, mails.values[mailAt] ?? 0, 0);
    const isTogether = mails.starts[mailAt] === start;
    add(start, isTogether ? (mails.values[mailAt] ?? 0) : 0, failures.values[at] ?? 0);
    if (isTogether) mailAt += 1;
  }
  for (; mailAt < mails.starts.length; mailAt += 1)
    add(mails.starts[mailAt] ?? 0, mails.values[mailAt] ?? 0, 0);
  return { starts, sent, failed };
}

function wholeFailuresOf(ledger: Ledger, query: CountsQuery): Column {
  const starts: number[] = [];
  const values: number[] = [];
  const log = levelFor(ledger, query);
  if (log !== undefined)
    visitLog(log, query, (at, { vouched, strangers }) => {
      const start = bucketStart(at, query.bucketMs);
      const last = starts.length - 1;
      if (starts[last] === start) values[last] = (values[last] ?? 0) + vouched + strangers;
      else {
        starts.push(start);
        values.push(vouched + strangers);
      }
    });
  return { starts, values };
}
