import type { Signal } from '../classification/reasons.ts';
import { type EpochMs, epochMs, minuteMs, secondMs } from '../time.ts';
import type { Column, EvidenceBook, Region } from './model.ts';
import { bucketStart, finestMs } from './roll-up.ts';

/** How long the count of what was sent may take until we see it. */
export const settleMs = 90 * secondMs;

/** Mail before that shows how full a bucket of this region usually is. */
const usualMs = 2 * minuteMs;

/** A bucket with less than this share of the mail that it should have by now may be seen in part only. */
const fullShare = 0.5;

/** With fewer mails to expect, chance alone leaves a bucket half empty. */
const expectedMin = 8;

/**
 * Returns up to when (not included) what was sent is known for certain. Mail is counted before it is sent,
 * but the count may be seen after the failure. So the last bucket with mail waits once it is over, until
 * newer mail shows that counts have moved on; and so does one that is over half empty by the pace of the
 * minutes before. Where counts are on time the last bucket is the present one and nothing waits. After 90
 * seconds nothing waits any more.
 */
export function settledUntil(
  book: EvidenceBook,
  about: { readonly region: Region; readonly signal: Signal },
  now: EpochMs,
): EpochMs {
  const end = epochMs(bucketStart(now, finestMs) + finestMs);
  const youngSince = bucketStart(now - settleMs, finestMs);
  const since = epochMs(youngSince - usualMs);
  const window = { since, until: end, bucketMs: finestMs };
  const sent = book.sent(about.region, about.signal, window);
  const last = sent.values.findLastIndex((count) => count > 0);
  const start = epochMs(sent.starts[last] ?? 0);
  if (start < youngSince) return youngSince;
  const elapsedMs = now - start;
  if (elapsedMs >= finestMs) return start;
  const expected = (usualSent(sent, youngSince) * elapsedMs) / finestMs;
  const isHalfEmpty = expected >= expectedMin && (sent.values[last] ?? 0) < fullShare * expected;
  return isHalfEmpty ? start : end;
}

/** Returns how many mails a bucket had on average in the time before an instant. */
function usualSent({ starts, values }: Column, before: EpochMs): number {
  let sum = 0;
  for (const [index, start] of starts.entries())
    if (start < before) sum += Math.max(0, values[index] ?? 0);
  return sum / (usualMs / finestMs);
}
