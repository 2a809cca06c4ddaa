/** How much evidence a region can have at most. It is kept until more fails, so that what stays quiet is not added up at each look. */
import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { visitLog } from './bucket-log.ts';
import { type CountsQuery, joinColumns, levelFor, sentOf } from './counts.ts';
import { chancesOf, gainMost, largestSum } from './largest-sum.ts';
import type { Ledger } from './ledger.ts';
import { matureShare } from './maturity.ts';
import type { Column } from './model.ts';
import { bucketStart } from './roll-up.ts';
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
  const { signal, tolerated, until } = query;
  const window = { ...query, until: endless };
  const failed = wholeFailuresOf(ledger, window);
  if (failed.starts.length === 0) return 0;
  const counts = joinColumns(sentOf(ledger, window), failed);
  // Verdicts are of what is settled, which is no earlier; and news only becomes riper.
  const settled = until - settleMs;
  const mature = signalTraits[signal].byFeedbackLoop
    ? (start: number) => matureShare(signal, settled - start, ledger.region.provider)
    : undefined;
  return largestSum(counts, chancesOf(tolerated), mature);
}

const endless = epochMs(Number.POSITIVE_INFINITY);

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
