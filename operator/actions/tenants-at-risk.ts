/** Tenants against whom there is most evidence, the strongest first. */
import type { Signal } from '../../domain/classification/reasons.ts';
import { judge } from '../../domain/evidence/judge.ts';
import type { Level, Region, Verdict } from '../../domain/evidence/model.ts';
import { unknown } from '../../domain/evidence/owners.ts';
import { toleratedRate } from '../../domain/evidence/signals.ts';
import { sendersSignals } from '../../domain/rotation/at-risk.ts';
import { allMail } from '../../domain/rotation/traffic.ts';
import { dayMs, type EpochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import { type EvidenceAsked, type EvidenceWindow, readEvidence } from './evidence-window.ts';
import { listOrders } from './standing-orders.ts';

/** What stands against a tenant: its worst signal. */
export type TenantRisk = {
  readonly tenant: string;
  readonly signal: Signal;
  /** With which provider alone; absent where it is all of them. */
  readonly provider?: string;
  /** Mail since the onset, and what failed of it (weighted). */
  readonly sent: number;
  readonly failed: number;
  /** `failed` of `sent`, and what is tolerated of anybody; 0..1. */
  readonly rate: number;
  readonly tolerated: number;
  /** Natural logarithm of the evidence that it is worse than tolerated, and where the loop acts. */
  readonly lnEvidence: number;
  readonly lnThreshold: number;
  readonly level: Level;
  readonly onset: EpochMs;
  /** Id of an order that holds or slows its mail now. */
  readonly order?: string;
};

/** The list, with what it was made from. */
export type TenantsAtRisk = {
  readonly tenants: readonly TenantRisk[];
  readonly since: EpochMs;
  readonly until: EpochMs;
  /** There was more news than is read: the latest counts. */
  readonly isCut: boolean;
};

export const riskWindowMs = dayMs;

/** Tenants that are judged exactly: those whose counts alone say most, four for each that is asked for. */
const judgedPerRow = 4;
const judgedMin = 40;

/**
 * Returns the tenants with evidence against them. A tenant's own past is not asked, so what is normal for it
 * counts as for anybody: the loop, which knows it, may be milder.
 */
export async function listTenantsAtRisk(
  backend: Backend,
  asked: { readonly now: EpochMs; readonly limit: number } & Partial<EvidenceAsked>,
): Promise<TenantsAtRisk> {
  const { now, limit, windowMs = riskWindowMs, reads = 'counted' } = asked;
  const [evidence, orders] = await Promise.all([
    readEvidence(backend, { now, windowMs, reads }),
    listOrders(backend, { now }),
  ]);
  const held = new Map(
    orders.flatMap(({ order }) =>
      order.region.tenant === undefined ? [] : [[order.region.tenant, order.id] as const],
    ),
  );
  const { since, until, isCut } = evidence;
  const tenants = rankTenants(evidence, limit).map((risk) => {
    const order = held.get(risk.tenant);
    return order === undefined ? risk : { ...risk, order };
  });
  return { tenants, since, until, isCut };
}

/** Returns the worst signal of each tenant that has one worse than tolerated, the strongest evidence first. */
export function rankTenants(
  evidence: Pick<EvidenceWindow, 'book' | 'failures' | 'since' | 'until' | 'judgedAt'>,
  limit: number,
): readonly TenantRisk[] {
  const watched = watchedOf(evidence);
  const candidates = suspectsOf(evidence)
    .toSorted((one, other) => other.weight - one.weight)
    .slice(0, Math.max(judgedMin, judgedPerRow * limit));
  const worst = new Map<string, Verdict>();
  for (const { region, signal } of candidates) {
    const { tenant = unknown } = region;
    const verdict = judge(evidence.book, {
      region,
      signal,
      now: evidence.judgedAt ?? evidence.until,
      watched,
    });
    const before = worst.get(tenant);
    if (verdict.lnEvidence > 0 && strengthOf(verdict) > (before ? strengthOf(before) : 0))
      worst.set(tenant, verdict);
  }
  return [...worst]
    .sort(([, one], [, other]) => strengthOf(other) - strengthOf(one))
    .slice(0, limit)
    .map(([tenant, verdict]) => toRisk(tenant, verdict));
}

type Suspect = { readonly region: Region; readonly signal: Signal; readonly weight: number };

/** Tenants, and tenants at one provider, that fail more than tolerated, with how unlikely that is by counts alone. */
function suspectsOf({
  book,
  since,
  until,
}: Pick<EvidenceWindow, 'book' | 'since' | 'until'>): readonly Suspect[] {
  return sendersSignals.flatMap((signal) => {
    const cells = book.cells([signal], { since, until });
    const sums = new Map<string, { region: Region; sent: number; failed: number }>();
    for (const { origin, sent, failed } of cells) {
      const { tenant, provider } = origin;
      if (tenant === unknown) continue;
      for (const region of [{ tenant }, { tenant, provider }]) {
        const key = JSON.stringify(region);
        const sum = sums.get(key) ?? { region, sent: 0, failed: 0 };
        sums.set(key, { region, sent: sum.sent + sent, failed: sum.failed + failed });
      }
    }
    const tolerated = toleratedRate(signal);
    return [...sums.values()].flatMap(({ region, sent, failed }) => {
      const expected = tolerated * sent;
      if (failed <= expected) return [];
      const weight = failed * Math.log(failed / Math.max(expected, tolerated)) - failed + expected;
      return [{ region, signal, weight }];
    });
  });
}

/** Counted as the loop does: more of them make each less sensitive. */
function watchedOf({ book, since, until }: Pick<EvidenceWindow, 'book' | 'since' | 'until'>) {
  const cells = book.cells(allMail, { since, until });
  const singles = new Set(
    cells.flatMap(({ origin }) => [`t${origin.tenant}`, `i${origin.identity}`]),
  );
  return singles.size + 2 * cells.length;
}

function strengthOf({ lnEvidence, lnThreshold }: Verdict): number {
  return lnEvidence / lnThreshold;
}

function toRisk(tenant: string, verdict: Verdict): TenantRisk {
  const { region, signal, sent, failed, tolerated, lnEvidence, lnThreshold, level } = verdict;
  return {
    ...{ tenant, signal },
    ...(region.provider === undefined ? {} : { provider: region.provider }),
    ...{ sent, failed, rate: failed / Math.max(1, sent, failed), tolerated },
    ...{ lnEvidence, lnThreshold, level, onset: verdict.onset },
  };
}
