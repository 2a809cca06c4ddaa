import type { AttemptResult } from '../../contract/items.ts';
import { giveBackRefused, type Spent, takeAllowances } from './keep-allowances.ts';
import { lookMaxMs, withoutStopped, withoutSuppressed } from './look-again.ts';
import type { DispatchPorts } from './ports.ts';
import { type Entry, type LeasedAttempt, sendAttempt, waitUntil } from './send-attempt.ts';

/** What became of an attempt's entries; one that is in neither list was left out and comes again. */
export type SentAttempt = {
  readonly sent: readonly { readonly entry: Entry; readonly result: AttemptResult | undefined }[];
  readonly spent: readonly Spent[];
};

/** What is done last before the first departure takes about this long, milliseconds. */
const preparationMs = 50;

/**
 * Sends an attempt in its leased time. Where that makes it wait, suppressions are looked up again at the
 * end of the wait. Tenants and expiries are looked at each time, and allowances are taken last, so that
 * what they count is what SES is handed.
 */
export async function sendLeased(
  attempt: LeasedAttempt,
  ports: DispatchPorts,
): Promise<SentAttempt> {
  const { attemptId, lease } = attempt;
  let { entries, lookedAt } = attempt;
  const lastMs = lease.startMs + entries.length * lease.intervalMs;
  if (lastMs - lookedAt > lookMaxMs) {
    await waitUntil(lease.startMs - preparationMs, ports);
    lookedAt = ports.clock();
    entries = await withoutSuppressed(entries, ports);
  }
  const allowed = await takeAllowances(await withoutStopped(entries, ports), ports);
  const leaving = allowed.entries;
  if (leaving.length === 0) return { sent: [], spent: allowed.spent };
  const results = await sendAttempt({ attemptId, entries: leaving, lease, lookedAt }, ports);
  const sent = leaving.map((entry, position) => ({ entry, result: results[position] }));
  await giveBackRefused(allowed.taken, sent, ports);
  return { sent, spent: allowed.spent };
}
