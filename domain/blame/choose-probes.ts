import type { Cell } from '../evidence/model.ts';
import { unknown } from '../evidence/owners.ts';
import type { Undecided } from './model.ts';
import { covers } from './regions.ts';

/** Mails that may be lost to learn who is at fault. */
const probesMax = 3;

/** Tenants whose mail may leave all the same while the rest of its region is held, and how much of each. */
export type Probes = { readonly tenants: readonly string[]; readonly mails: number };

/**
 * Returns whose mail tells the candidates apart: at most three mails of trusted tenants that have sent
 * in what is held and that no candidate names. Those none of whose mail there failed come first, then those
 * that send most: their next mail comes soonest. Undefined where there is none.
 */
export function chooseProbes(
  { intersection, candidates }: Undecided,
  cells: readonly Cell[],
  isTrusted: (tenant: string) => boolean,
): Probes | undefined {
  const suspects = new Set(candidates.map(({ region }) => region.tenant));
  const tenants = new Map<string, { sent: number; failed: number }>();
  for (const { origin, sent, failed } of cells) {
    if (origin.tenant === unknown || !covers(intersection, origin)) continue;
    const sums = tenants.get(origin.tenant) ?? { sent: 0, failed: 0 };
    tenants.set(origin.tenant, { sent: sums.sent + sent, failed: sums.failed + failed });
  }
  const chosen = [...tenants]
    .filter(([tenant, { sent }]) => sent > 0 && !suspects.has(tenant) && isTrusted(tenant))
    .sort(
      ([one, a], [other, b]) =>
        Number(a.failed > 0) - Number(b.failed > 0) || b.sent - a.sent || (one < other ? -1 : 1),
    )
    .slice(0, probesMax)
    .map(([tenant]) => tenant);
  if (chosen.length === 0) return undefined;
  return { tenants: chosen, mails: Math.floor(probesMax / chosen.length) };
}
