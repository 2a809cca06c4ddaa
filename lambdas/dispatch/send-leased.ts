import type { AttemptResult } from '../../contract/items.ts';
import { giveBackRefused, takeAllowances } from './keep-allowances.ts';
import { lookMaxMs, withoutStopped, withoutSuppressed } from './look-again.ts';
import { takeProbes, type Waiting, withoutHeld } from './obey-orders.ts';
import type { DispatchPorts } from './ports.ts';
import { type Entry, type LeasedAttempt, sendAttempt, waitUntil } from './send-attempt.ts';

/** What became of an attempt's entries; one that is in neither list was left out and comes again. */
export type SentAttempt = {
  readonly sent: readonly { readonly entry: Entry; readonly result: AttemptResult | undefined }[];
  readonly waiting: readonly Waiting[];
};

/** What is done last before the first departure takes about this long, milliseconds. */
const preparationMs = 50;

/**
 * Sends an attempt in its leased time. Where that makes it wait, suppressions are looked up again at the
 * end of the wait. Tenants, expiries and orders are looked at each time; allowances are taken last, so that
 * what they count is what SES is handed, and probes after them: there are too few to waste one.
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
  const free = await withoutHeld(await withoutStopped(entries, ports), ports);
  const allowed = await takeAllowances(free.entries, ports);
  const probed = await takeProbes(allowed.entries, ports);
  const leaving = probed.entries;
  const waiting = [...free.waiting, ...allowed.waiting, ...probed.waiting];
  if (leaving.length === 0) return { sent: [], waiting };
  const results = await sendAttempt({ attemptId, entries: leaving, lease, lookedAt }, ports);
  const sent = leaving.map((entry, position) => ({ entry, result: results[position] }));
  await giveBackRefused(allowed.taken, sent, ports);
  return { sent, waiting };
}
