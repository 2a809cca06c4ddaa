import { number, type Promised } from '../prove/section.ts';

/**
 * What is promised of a million mails in USD, of calls to AWS a mail, of CPU time and of growth; of the use
 * of SES's rate, and of what mail waits for because of other mail.
 */
export const limits = {
  messages: { usd: 1.75, calls: 2.0 },
  messagesDelivery: { usd: 3.25, calls: 2.3 },
  batches: { usd: 0.5, calls: 0.25 },
  mixed: { usd: 1.0 },
  rescue: { usd: 0.55 },
  cpuMs: { transactional: 0.9, marketing: 0.8, bulk: 0.2, event: 0.06 },
  slope: { tenants: 1.1, suppressions: 1.0 },
  pacing: { used: 0.95, throttled: 0.002, leaseWrites: 0.15 },
  latency: { p50Ms: 100, p99Ms: 300 },
  flood: { p50Ms: 150, p99Ms: 2_000 },
  hold: { p50Ms: 150, p99Ms: 500 },
} as const;

/** Returns an amount of USD with its sign. */
export function usd(value: number): string {
  return `$${number(value, 2)}`;
}

/** Returns a promise that a value stays within a limit of two decimals, and how the value reads. */
export function atMost(
  promise: string,
  { value, max, text }: { readonly value: number; readonly max: number; readonly text: string },
): Promised {
  return { promise, measured: text, kept: Math.round(value * 1000) <= Math.round(max * 1000) };
}
