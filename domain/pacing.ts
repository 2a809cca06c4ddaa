/** Who leaves first when mail waits for SES's rate: transactional departures push marketing's back. */
export const lanes = ['transactional', 'marketing'] as const;
export type Lane = (typeof lanes)[number];

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

/**
 * Until when the account's rate is leased, epoch milliseconds; 0 before the first lease. They only grow.
 */
export type Cursors = {
  /** Everything; behind `t`, or behind now, it counts for nothing. */
  readonly m: number;
  /** Transactional mail alone. */
  readonly t: number;
};

/** Where a lease begins: behind leases of its own cursor, behind transactional ones alone, or now. */
export type Place = 'behind others' | 'behind transactional' | 'at once';

/**
 * Returns where the next lease of a lane begins and when. Transactional mail sees its own lane only;
 * marketing sees everything that was leased.
 */
export function placeOf(
  lane: Lane,
  { m, t }: Cursors,
  now: number,
): { readonly place: Place; readonly startMs: number } {
  const own = lane === 'transactional' ? t : m;
  const ahead = Math.max(own, t);
  if (ahead < now) return { place: 'at once', startMs: now };
  return { place: own < t ? 'behind transactional' : 'behind others', startMs: ahead };
}

/** Returns the distance between two mails at a send rate, of which `headroom` (0..1) is used. */
export function mailIntervalMs(ratePerSecond: number, headroom: number): number {
  return 1000 / (ratePerSecond * headroom);
}

/** Mails that do not leave because SES refused one as too fast, and the longest time that may take. */
const penaltyMails = 10;
const penaltyMsMax = 2000;

/** Penalties take at most this share of the rate, however many mails are throttled. */
const penaltyShare = 0.5;

/**
 * Returns what a throttled mail costs the whole account, milliseconds: for `pushMs` nobody leaves after
 * it, and for `everyMs` no other mail pays again. So a real rate below the configured one is found, and
 * an attempt whose fifty mails are throttled together pays once.
 * @see docs/decisions/0004-pacing.md
 */
export function throttlePenalty(intervalMs: number): {
  readonly pushMs: number;
  readonly everyMs: number;
} {
  const pushMs = Math.min(penaltyMails * intervalMs, penaltyMsMax);
  return { pushMs, everyMs: pushMs / penaltyShare };
}

/**
 * Returns when each of `count` mails of a lease leaves, epoch milliseconds. `together` of them leave at
 * once, at the time of the first: over the whole lease the rate is the same.
 */
export function departures(lease: Lease, count: number, together = 1): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const slot = index - (index % together);
    return lease.startMs + slot * lease.intervalMs;
  });
}

/** SES's most destinations of a bulk call. @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendBulkEmail.html */
const bulkEntriesMax = 50;

/**
 * Returns how many mails leave together in one bulk call: half a second of the rate, so that the call
 * fits what SES saves up.
 */
export function bulkSize(ratePerSecond: number): number {
  return Math.max(1, Math.min(bulkEntriesMax, Math.floor(ratePerSecond / 2)));
}

/**
 * Seconds of the rate that one attempt takes. Every environment may hold one lease, so forty of them stay
 * within the time a function has. Marketing takes less: transactional mail does not wait for what
 * marketing has leased already, and SES throttles what both send in the same second.
 */
const attemptSeconds: Readonly<Record<Lane, number>> = { transactional: 2, marketing: 0.5 };

/** Returns how many recipients one attempt of a lane takes, never more than `most`. */
export function attemptSize(lane: Lane, ratePerSecond: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(ratePerSecond * attemptSeconds[lane])));
}

/** Time from one attempt to the next that is not pacing: SES and DynamoDB, then Lambda's poll, seconds. */
const roundSeconds = 0.13;

/**
 * Returns how many environments use a rate to the full when one invocation sends `recipients`. Each more
 * one costs: Lambda bills environments / rate for every mail.
 * @see docs/decisions/0004-pacing.md
 */
export function environmentsFor(ratePerSecond: number, recipients: number): number {
  return Math.max(2, Math.ceil(1.3 * (1 + (ratePerSecond * roundSeconds) / recipients)));
}
