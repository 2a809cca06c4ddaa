/** How coarse old buckets become, and when they are forgotten. */
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../time.ts';

/** Width of a fresh bucket. */
export const finestMs = 10 * secondMs;

/** How long anything is kept. The widest bucket must divide it. */
export const keptMs = 30 * dayMs;

/** How long a failure is kept by itself, from when it was heard: blame looks back 72 hours. */
export const keptSinglyMs = 3 * dayMs;

/** Widths by age, oldest first. Each width divides the next, so that it does not matter when buckets are rolled up. */
const tiers = [
  { ageMs: dayMs, bucketMs: 6 * hourMs },
  { ageMs: 3 * hourMs, bucketMs: 10 * minuteMs },
  { ageMs: 20 * minuteMs, bucketMs: minuteMs },
] as const;

/** Nothing younger is rolled up. */
const youngestRolledMs = Math.min(...tiers.map(({ ageMs }) => ageMs));

/** Every width that buckets come in, narrowest first. */
export const widthsMs: readonly number[] = [
  finestMs,
  ...tiers.map(({ bucketMs }) => bucketMs).reverse(),
];

/** Returns where the bucket of this width begins that holds an instant; buckets begin at multiples of their width. */
export function bucketStart(at: number, bucketMs: number): EpochMs {
  return epochMs(Math.floor(at / bucketMs) * bucketMs);
}

/**
 * Returns where the bucket begins that an instant belongs to once everything is rolled up to `rolledTo`: a
 * wider bucket as soon as all of it is old enough. It grows with the instant, and rolling up in between
 * changes nothing.
 */
export function rolledStart(at: number, rolledTo: number): EpochMs {
  if (at > rolledTo - youngestRolledMs) return bucketStart(at, finestMs);
  for (const { ageMs, bucketMs } of tiers) {
    const start = bucketStart(at, bucketMs);
    if (start + bucketMs <= rolledTo - ageMs) return start;
  }
  return bucketStart(at, finestMs);
}

/** Returns whether a failure is young enough, by when it was heard, to be kept by itself. */
export function isKeptSingly(
  { heardAt }: { readonly heardAt: EpochMs },
  rolledTo: number,
): boolean {
  return heardAt > rolledTo - keptSinglyMs;
}

/** Returns from when on buckets are still kept. */
export function keptSince(rolledTo: number): EpochMs {
  return bucketStart(rolledTo - keptMs, tiers[0].bucketMs);
}
