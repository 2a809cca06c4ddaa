import type { SesHoldReason } from './reasons.ts';
import { hourMs, minuteMs, secondMs } from './time.ts';

/** How a call to AWS failed, without the SDK's types. */
export type ServiceFailure = {
  /** Exception name, such as MessageRejected. */
  readonly name: string;
  readonly message: string;
  /** HTTP status, absent when no answer came. */
  readonly httpStatus?: number;
  /** Node's code, such as ECONNRESET. */
  readonly systemCode?: string;
};

/** How long a mail stays in its queue: the same each time, or doubling up to the longest. */
export type Wait = {
  readonly ms: number;
  readonly growing: boolean;
  /** Where growing ends, milliseconds. @default a quarter of an hour */
  readonly longestMs?: number;
};

/** With this the hundred receives of a mail last for a day of trouble. */
const longestMs = 15 * minuteMs;

/** While SES takes nothing the switch stops the stream; what came before it goes soon after. */
const hold: Wait = { ms: 30 * secondMs, growing: true, longestMs: 5 * minuteMs };

/**
 * From this age on held mail leaves its queue, which forgets what it has kept for 14 days; where it waits
 * then it is safe for as long as the trouble may last, and it comes back as a new message.
 */
const longHeldMs = 12 * hourMs;

/** Longer than any wait in a queue: few enough returns for a trouble of weeks. */
const awayFromQueue: Wait = { ms: 6 * hourMs, growing: false };

/** What a failure of ours waits where no row says more. */
export const afterFailure: Wait = { ms: 30 * secondMs, growing: true };

/** How long a mail waits after a known failure, by its reason. */
const waits: Readonly<Record<string, Wait>> = {
  throttled: { ms: 10 * secondMs, growing: true },
  'ses-error': { ms: minuteMs, growing: true },
  unreachable: { ms: minuteMs, growing: true },
  'no-time-left': { ms: secondMs, growing: false },
  'stopped-meanwhile': { ms: secondMs, growing: false },
  'quota-spent': hold,
  'sending-paused': hold,
  'account-suspended': hold,
  'store-busy': { ms: 2 * secondMs, growing: true },
  'store-broken': { ms: minuteMs, growing: true },
};

/** Returns how long a mail waits for a reason. */
export function waitFor(reason: string): Wait {
  return Object.hasOwn(waits, reason) ? (waits[reason] ?? afterFailure) : afterFailure;
}

/** Returns how long a mail waits that SES does not take for now, and that should be under way for `ageMs`. */
export function holdWait(reason: SesHoldReason, ageMs: number): Wait {
  return ageMs < longHeldMs ? waitFor(reason) : awayFromQueue;
}

/** SQS sets a message aside without a word at a hundred deliveries; from this one on it leaves the queue. */
const deliveriesMax = 90;

/** A mail that failed in so many deliveries waits for a person; those in which it was held do not count. */
export const triesMax = 90;

/** After so many deliveries every wait is at its longest. */
const growingDeliveries = 10;

/**
 * Returns how many deliveries count for a mail that comes back as a new message: SQS counts its receives
 * anew, and its waits are to go on as they were.
 */
export function carriedDeliveries(receiveCount: number): number {
  return Math.min(receiveCount, growingDeliveries);
}

/** How far the rate may be leased ahead before waits grow: less is the end of an invocation's own time. */
const rateAheadMs = minuteMs;

/** Returns how long a mail waits that finds the rate leased for `aheadMs`, milliseconds. */
export function waitForRate(aheadMs: number): Wait {
  const ms = Math.max(secondMs, aheadMs / 2);
  return { ms, growing: aheadMs > rateAheadMs, longestMs: 5 * minuteMs };
}

/**
 * Returns the wait before the next delivery of a mail that was received `receiveCount` times, milliseconds.
 * After too many it waits an hour, which is too long for the queue: it comes back as a new message, whose
 * receives are counted anew.
 */
export function waitMs(wait: Wait, receiveCount: number): number {
  if (receiveCount >= deliveriesMax) return Math.max(wait.ms, hourMs);
  if (!wait.growing) return wait.ms;
  const grown = wait.ms * 2 ** Math.min(Math.max(receiveCount, 1) - 1, 20);
  return Math.max(wait.ms, Math.min(wait.longestMs ?? longestMs, grown));
}

/** Returns an exception's name as the tables know it: services end it with Exception or do not. */
export function plainName({ name }: ServiceFailure): string {
  return name.replace(/Exception$/, '');
}

/** The SDK's words for a connection that was never made; they come without a code. */
const noConnection = /did not establish a connection|without establishing a connection/i;

/** System codes that prove that the request never left. */
const neverLeft = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Returns whether nothing of the request reached the service: safe to try again, whatever it was. */
export function isUnsent(failure: ServiceFailure): boolean {
  if (neverLeft.test(failure.systemCode ?? '')) return true;
  // Nothing was signed, so nothing left.
  if (failure.name === 'CredentialsProviderError') return true;
  return failure.httpStatus === undefined && noConnection.test(failure.message);
}
