/** Which tenants' mail fails more than it may: a ranking for people, from which nothing is decided. */
import type { Signal } from '../classification/reasons.ts';
import type { Cell, EvidenceBook } from '../evidence/model.ts';
import { toleratedRate } from '../evidence/signals.ts';
import { dayMs, type EpochMs, epochMs } from '../time.ts';

export type AtRisk = {
  readonly tenant: string;
  readonly signal: Signal;
  /** Mails of the last day, and those that failed by this signal. */
  readonly sent: number;
  readonly failed: number;
  /** The tolerated rate, 0..1. */
  readonly tolerated: number;
  /** Natural logarithm of how much likelier the failures are at their own rate than at the tolerated one. */
  readonly lnRatio: number;
};

/** What a sender can be blamed for; deferrals and outages are mostly the provider's doing. */
export const sendersSignals = ['hard-bounce', 'complaint', 'content', 'domain'] as const;

/** Returns the tenants that stand worst, each by its worst signal, the worst first. */
export function tenantsAtRisk(
  book: EvidenceBook,
  now: EpochMs,
  { countMax }: { readonly countMax: number },
): readonly AtRisk[] {
  const window = { since: epochMs(now - dayMs), until: epochMs(now + 1) };
  const all = sendersSignals.flatMap((signal) =>
    [...Map.groupBy(book.cells([signal], window), ({ origin }) => origin.tenant)].flatMap(
      ([tenant, cells]) => riskOf({ tenant, signal }, cells),
    ),
  );
  const worst = new Map<string, AtRisk>();
  for (const one of all.toSorted((a, b) => b.lnRatio - a.lnRatio))
    if (!worst.has(one.tenant)) worst.set(one.tenant, one);
  return [...worst.values()].slice(0, countMax);
}

/** Failures come like drops of rain (Poisson): their likelihood at two rates is compared. */
function riskOf(
  about: { readonly tenant: string; readonly signal: Signal },
  cells: readonly Cell[],
): readonly AtRisk[] {
  const sent = cells.reduce((sum, cell) => sum + cell.sent, 0);
  const failed = cells.reduce((sum, cell) => sum + cell.failed, 0);
  const tolerated = toleratedRate(about.signal);
  const expected = tolerated * Math.max(sent, failed);
  if (failed <= expected || about.tenant === '') return [];
  const lnRatio = failed * Math.log(failed / expected) - (failed - expected);
  return [{ ...about, sent, failed, tolerated, lnRatio }];
}
