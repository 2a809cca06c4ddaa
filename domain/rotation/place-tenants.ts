/** Puts tenants on pools by name, where the hash leads more mail to a pool than it has room for. */
import { placedBy, type WeightedPool } from '../assignment.ts';
import { inflowOf, type Moved } from './moved-flows.ts';
import type { Trusted } from './traffic.ts';

/** What is known of the pools that may take mail. */
export type Rooms = {
  /** Pools that may take it. */
  readonly to: readonly string[];
  /** Recipients an hour that each pool can take more. */
  readonly roomOf: (pool: string) => number;
  /** Whether a flow may be sent through a pool at all; it waits where not. */
  readonly mayUse: (flow: Trusted, pool: string) => boolean;
};

/**
 * So many tenants are placed at once, and so many stand placed at a stream's provider: each is named in the
 * assignment that dispatch reads every two seconds, and twice in a decision and its event (256 KB at most).
 */
const placedMax = { atOnce: 100, inAll: 500 } as const;

/** Returns how many more tenants may be placed at once. */
export function mayPlace(pools: readonly WeightedPool[]): number {
  const placed = pools.reduce((sum, one) => sum + Object.keys(one.placed ?? {}).length, 0);
  return Math.max(0, Math.min(placedMax.atOnce, placedMax.inAll - placed));
}

/**
 * Returns the pools of a shift with tenants placed where there is room for them whole, the largest that fit
 * first, until no pool gets more than it has room for or nobody fits any more; the same pools where nobody is
 * placed. Only who moves anyway is placed: nobody meets a pool for another's sake.
 */
export function placeTenants(
  { to, roomOf, mayUse }: Rooms,
  { pools, moved }: { readonly pools: readonly WeightedPool[]; readonly moved: readonly Moved[] },
): readonly WeightedPool[] {
  const inflow = inflowOf(moved);
  const namesMax = mayPlace(pools);
  const spare = new Map(to.map((pool) => [pool, roomOf(pool) - (inflow.get(pool) ?? 0)]));
  if ([...spare.values()].every((room) => room >= 0)) return pools;
  const places = new Map<string, ReadonlyMap<string, number>>();
  for (const { tenant, pool, perHour, flows } of tenantsOf(moved)) {
    const over = spare.get(pool) ?? 0;
    if (over >= 0 || places.size >= namesMax) continue;
    const [place] = [...spare]
      .filter(([name, room]) => room >= perHour && flows.every((flow) => mayUse(flow, name)))
      .toSorted(([, one], [, other]) => other - one);
    if (place === undefined) continue;
    const [name, room] = place;
    places.set(tenant, new Map([[name, 1]]));
    spare.set(pool, over + perHour).set(name, room - perHour);
  }
  return places.size === 0 ? pools : placedBy(pools, places);
}

type Movers = {
  readonly tenant: string;
  readonly pool: string;
  readonly perHour: number;
  readonly flows: readonly Trusted[];
};

/** Whole tenants that come to one pool and had none of its mail before, the largest first. */
function tenantsOf(moved: readonly Moved[]): readonly Movers[] {
  return [...Map.groupBy(moved, ({ flow }) => flow.tenant)]
    .flatMap(([tenant, all]) => {
      const [first] = all;
      const isWhole = first && all.every(({ to, had }) => to === first.to && had === 0);
      if (!isWhole) return [];
      const flows = all.map(({ flow }) => flow);
      const perHour = flows.reduce((sum, flow) => sum + flow.perHour, 0);
      return [{ tenant, pool: first.to, perHour, flows }];
    })
    .toSorted((one, other) => other.perHour - one.perHour);
}
