import type { Act, MakePolicy, Route } from '../policy.ts';
import { rankPools } from './desk.ts';
import { signalOf } from './rate-rules.ts';
import { createRollingCounts } from './rolling-counts.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const looksEveryMs = 15 * minuteMs;
const mailsMin = 100;

/** From these rates of a day on a tenant falls into the next band; hard bounces, complaints, refusals. */
const bands = [
  { 'hard-bounce': 0.02, complaint: 0.001, block: 0.02 },
  { 'hard-bounce': 0.05, complaint: 0.003, block: 0.1 },
] as const;

/**
 * Bands of health, looked at every quarter of an hour: good tenants share the first half of the pools, fair
 * ones the next, poor ones the last.
 */
export const healthBands: MakePolicy = ({ fleet }) => {
  const sent = createRollingCounts(dayMs, 10 * minuteMs);
  const failed = createRollingCounts(dayMs, 10 * minuteMs);
  const bandOf = new Map<string, number>();
  const acts: Act[] = [];
  let version = 0;
  let nextLook = 0;
  const judge = (tenant: string, now: number) => {
    const mails = sent.sum(tenant, dayMs, now);
    if (mails < mailsMin) return;
    const band = bands.filter((limits) =>
      Object.entries(limits).some(
        ([signal, rate]) => failed.sum(`${signal}|${tenant}`, dayMs, now) > rate * mails,
      ),
    ).length;
    if (band === (bandOf.get(tenant) ?? 0)) return;
    bandOf.set(tenant, band);
    version += 1;
    const back = band === 0 ? ('return' as const) : ('leave' as const);
    acts.push({ at: now, do: back, region: { tenant }, why: `band ${band}` });
  };
  return {
    name: 'health-bands',
    hear: (news, now) => {
      for (const one of news) {
        const signal = signalOf(one);
        if (signal === undefined) continue;
        failed.add(`${signal}|${one.batch.cell.tenant.tenant}`, one.count, now);
      }
    },
    send: ({ tenant: { tenant } }, _pool, count, now) => sent.add(tenant, count, now),
    tick: (now) => {
      if (now < nextLook) return;
      nextLook = now + looksEveryMs;
      for (const { tenant } of fleet.tenants) judge(tenant, now);
    },
    routeOf: ({ tenant: { tenant }, stream }): Route => {
      const pools = fleet.streams.find((one) => one.stream === stream)?.pools ?? [];
      const mine = poolsOfBand(pools, bandOf.get(tenant) ?? 0);
      const rank = rankPools(fleet, stream, tenant).filter((pool) => mine.includes(pool));
      return { pools: rank, share: 1 };
    },
    pardon: (tenant) => {
      if (bandOf.delete(tenant)) version += 1;
    },
    version: () => version,
    acts,
  };
};

function poolsOfBand(pools: readonly string[], band: number): readonly string[] {
  const half = Math.max(1, Math.ceil(pools.length / 2));
  if (band === 0) return pools.slice(0, half);
  if (band === 1) return pools.slice(Math.min(half, pools.length - 1));
  return pools.slice(-1);
}
