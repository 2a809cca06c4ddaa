import { choosePool } from '../../../domain/assignment.ts';
import type { Region } from '../../../domain/evidence/model.ts';
import type { Fleet, FleetCell } from '../fleet.ts';
import type { Act, Route } from '../policy.ts';

/** What stands by a simple policy's orders: who is held or slowed, and which pools are left. */
export type Desk = {
  readonly hold: (region: Region, order: DeskOrder) => void;
  readonly slow: (region: Region, order: DeskOrder & { readonly share: number }) => void;
  /** Leads mail away from a pool, at one provider or (without one) at all. */
  readonly leave: (region: Region, order: DeskOrder) => void;
  /** Takes back everything about a tenant. */
  readonly pardon: (tenant: string, now: number) => void;
  readonly isStanding: (what: Act['do'], region: Region) => boolean;
  /** Takes back what has expired. */
  readonly tick: (now: number) => void;
  readonly routeOf: (cell: FleetCell) => Route;
  readonly version: () => number;
  readonly acts: readonly Act[];
};

export type DeskOrder = { readonly at: number; readonly until: number; readonly why: string };

type Standing = {
  readonly do: Act['do'];
  readonly region: Region;
  readonly since: number;
  until: number;
  share: number;
};

/** Creates an empty desk; `weigh` spreads mail over pools, absent each tenant has one pool. */
export function createDesk(fleet: Fleet, weigh?: (pool: Fleet['pools'][number]) => number): Desk {
  const standing = new Map<string, Standing>();
  const acts: Act[] = [];
  const ranks = new Map<string, readonly string[]>();
  let version = 0;
  const put = (
    what: Exclude<Act['do'], 'return'>,
    region: Region,
    order: DeskOrder,
    share: number,
  ) => {
    const key = keyOf(what, region);
    const before = standing.get(key);
    if (before && before.share === share) {
      before.until = Math.max(before.until, order.until);
      return;
    }
    standing.set(key, { do: what, region, since: order.at, until: order.until, share });
    acts.push({ at: order.at, do: what, region, why: order.why });
    version += 1;
  };
  const rankOf = ({ tenant: { tenant }, stream }: FleetCell): readonly string[] => {
    const key = `${stream}|${tenant}`;
    const rank = ranks.get(key) ?? rankPools(fleet, stream, tenant);
    ranks.set(key, rank);
    return rank;
  };
  const orders = (what: Act['do'], cell: FleetCell, pool?: string): readonly Standing[] => {
    // Mostly nothing stands, and the regions of thirty thousand cells need no names.
    if (standing.size === 0) return [];
    return regionsAbout(cell, pool).flatMap((region) => standing.get(keyOf(what, region)) ?? []);
  };
  return {
    hold: (region, order) => put('hold', region, order, 0),
    slow: (region, order) => put('slow', region, order, order.share),
    leave: (region, order) => put('leave', region, order, 0),
    pardon: (tenant, now) => {
      const identities = new Set(
        fleet.tenants.filter((one) => one.tenant === tenant).map(({ identity }) => identity),
      );
      for (const [key, { region }] of standing) {
        const isMeant = region.tenant === tenant || identities.has(region.identity ?? '');
        if (!isMeant) continue;
        standing.delete(key);
        acts.push({ at: now, do: 'return', region, why: 'mended' });
        version += 1;
      }
    },
    isStanding: (what, region) => standing.has(keyOf(what, region)),
    tick: (now) => {
      for (const [key, { until, region }] of standing) {
        if (until > now) continue;
        standing.delete(key);
        acts.push({ at: now, do: 'return', region, why: 'expired' });
        version += 1;
      }
    },
    routeOf: (cell) => {
      const holds = orders('hold', cell);
      if (holds.length > 0) return { pools: [], share: 0, orders: holds };
      const rank = rankOf(cell);
      const open = rank.filter((pool) => orders('leave', cell, pool).length === 0);
      const [first] = open;
      if (first === undefined) {
        const left = rank.flatMap((pool) => orders('leave', cell, pool));
        // Whichever pool comes back first takes it.
        const next = left.toSorted((one, other) => one.until - other.until).slice(0, 1);
        return { pools: [], share: 0, orders: next };
      }
      const slows = orders('slow', cell, first);
      const share = Math.min(1, ...slows.map((slow) => slow.share));
      const route = { share, ...(slows.length > 0 ? { orders: slows } : {}) };
      if (weigh === undefined) return { pools: open, ...route };
      const pools = fleet.pools.filter(({ pool }) => open.includes(pool));
      return { pools: pools.map(({ pool }) => pool), weights: pools.map(weigh), ...route };
    },
    version: () => version,
    acts,
  };
}

/** Returns a stream's pools in the order in which a tenant's mail takes them. */
export function rankPools(fleet: Fleet, stream: string, tenant: string): readonly string[] {
  const words = fleet.streams.find((one) => one.stream === stream);
  const rank: string[] = [];
  let left = (words?.pools ?? []).map((pool) => ({ pool, weight: 1 }));
  while (left.length > 0) {
    const next = choosePool(left, tenant);
    if (next === undefined) break;
    rank.push(next);
    left = left.filter(({ pool }) => pool !== next);
  }
  return [...rank, ...(words?.failover ?? [])];
}

/** Every region that an order about this mail may name. */
function regionsAbout(cell: FleetCell, pool: string | undefined): readonly Region[] {
  const { provider } = cell;
  const { tenant, identity } = cell.tenant;
  const own: readonly Region[] = [
    { tenant },
    { tenant, provider },
    { identity },
    { identity, provider },
    { provider },
    {},
  ];
  if (pool === undefined) return own;
  return [...own, { pool }, { pool, provider }, { tenant, pool }];
}

function keyOf(what: Act['do'], { tenant, identity, pool, provider, ip }: Region): string {
  return [what, tenant, identity, pool, provider, ip].join('|');
}
