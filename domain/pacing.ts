/**
 * Share of a rate: tokens are leased for a batch at once and used at even distances, so that SES sees
 * no burst. SES counts recipients.
 */
export type Lease = {
  /** When the first mail may leave, epoch milliseconds. */
  readonly startMs: number;
  /** Distance between two mails, milliseconds. */
  readonly intervalMs: number;
};

/** Returns the distance between two mails at a send rate, of which `headroom` (0..1) is used. */
export function mailIntervalMs(ratePerSecond: number, headroom: number): number {
  return 1000 / (ratePerSecond * headroom);
}

/** Returns when each of `count` mails of a lease leaves, epoch milliseconds. */
export function departures(lease: Lease, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => lease.startMs + index * lease.intervalMs);
}

/**
 * Returns how many recipients one attempt takes: at most two seconds of the rate and never more than
 * `most`. Every environment may hold one lease, so forty of them stay within the time a function has.
 */
export function attemptSize(ratePerSecond: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(ratePerSecond * 2)));
}
