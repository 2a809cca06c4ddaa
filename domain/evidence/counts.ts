/** What a region sent and what failed, in columns: read for every verdict, so kept plain. */
import type { Signal } from '../classification/reasons.ts';
import type { EpochMs } from '../time.ts';
import { type BucketLog, endsBefore, sumLog, visitLog } from './bucket-log.ts';
import type { Ledger } from './ledger.ts';
import { bringsSignal } from './maturity.ts';
import type { Column, Counts } from './model.ts';
import { bucketStart } from './roll-up.ts';
import { countForAll, type GroupedFailures, joinGroups, noGroups } from './shared-count.ts';
import { signalTraits } from './signals.ts';
import { isShared } from './within.ts';

export type CountsQuery = {
  readonly signal: Signal;
  readonly since: EpochMs;
  /** Not in it. */
  readonly until: EpochMs;
  readonly bucketMs: number;
  readonly rolledTo: EpochMs;
};

/** Returns the buckets of a ledger with mail or failures, oldest first. */
export function countsOf(ledger: Ledger, query: CountsQuery): Counts {
  return joinColumns(sentOf(ledger, query), failedOf(ledger, query));
}

/** Returns how much was sent by bucket, to providers that can bring this signal. */
export function sentOf(ledger: Ledger, query: CountsQuery): Column {
  const log = sentLogOf(ledger, query.signal);
  return log === undefined ? none : sumLog(log, query);
}

const none: Column = { starts: [], values: [] };

/** Returns buckets that are in either column; what was sent is never less than nothing. */
export function joinColumns(mails: Column, failures: Column): Counts {
  const starts: number[] = [];
  const sent: number[] = [];
  const failed: number[] = [];
  let mailAt = 0;
  let failureAt = 0;
  while (mailAt < mails.starts.length || failureAt < failures.starts.length) {
    const mailStart = mails.starts[mailAt] ?? Number.POSITIVE_INFINITY;
    const failureStart = failures.starts[failureAt] ?? Number.POSITIVE_INFINITY;
    const start = Math.min(mailStart, failureStart);
    const mailCount = mailStart === start ? Math.max(0, mails.values[mailAt] ?? 0) : 0;
    const failureCount = failureStart === start ? (failures.values[failureAt] ?? 0) : 0;
    if (mailStart === start) mailAt += 1;
    if (failureStart === start) failureAt += 1;
    if (mailCount <= 0 && failureCount <= 0) continue;
    starts.push(start);
    sent.push(mailCount);
    failed.push(failureCount);
  }
  return { starts, sent, failed };
}

function sentLogOf(ledger: Ledger, signal: Signal): BucketLog<number> | undefined {
  if (!signalTraits[signal].byFeedbackLoop) return ledger.sent;
  const { provider } = ledger.region;
  if (provider === undefined) return ledger.looped;
  return bringsSignal(provider, signal) ? ledger.sent : undefined;
}

/** Returns how many failed by bucket, those of a region that tenants share with caps. */
export function failedOf(ledger: Ledger, query: CountsQuery): Column {
  const log = levelFor(ledger, query);
  if (log === undefined || log.starts.length === 0) return none;
  const starts: number[] = [];
  const groups: GroupedFailures[] = [];
  // What the ledger keeps must not be changed, so the first of several is copied.
  let copied = -1;
  visitLog(log, query, (at, value) => {
    const start = bucketStart(at, query.bucketMs);
    const last = starts.length - 1;
    const before = groups[last];
    if (before === undefined || starts[last] !== start) {
      starts.push(start);
      groups.push(value);
      return;
    }
    groups[last] = joinGroups(copied === last ? before : joinGroups(noGroups(), before), value);
    copied = last;
  });
  const values = isShared(ledger.region)
    ? groups.map((one) => countForAll(query.signal, one))
    : groups.map(({ vouched, strangers }) => vouched + strangers);
  return { starts, values };
}

/** Returns the failures in buckets of the width that is asked for, where these are whole; else in the finest. */
export function levelFor(
  { failed }: Ledger,
  { signal, bucketMs, since, until }: CountsQuery,
): BucketLog<GroupedFailures> | undefined {
  const logs = failed.get(signal);
  const finest = logs?.[0];
  const isWhole = since % bucketMs === 0 && endsBefore(finest, until);
  return (isWhole ? logs?.find((log) => log.bucketMs === bucketMs) : undefined) ?? finest;
}
