/** How much more a pool may be given at a provider. */
import type { Pool, Situation } from './model.ts';
import type { Place } from './warm-up.ts';

/** What shared addresses are given at a provider when nothing warm is left, recipients an hour. */
export const spillPerHourMax = 500;

/** Where a provider has no cap of its own, all such share this one. */
const otherProviders = 'other';

/**
 * Returns how many more recipients an hour a pool can carry at a provider. `carried` is what it carries
 * there now. A leased pool without warmth belongs to SES's own warm-up, which sends what is too much
 * through shared addresses; shared ones take a spill's worth.
 */
export function roomOf(pool: Pool, provider: string, carried: number): number {
  const warmth = pool.warmth.get(provider) ?? pool.warmth.get(otherProviders);
  if (warmth) {
    const today = Math.max(0, warmth.dayCap - warmth.sentToday);
    return Math.max(0, Math.min(warmth.hourCap, today) - carried);
  }
  return pool.kind === 'shared' ? Math.max(0, spillPerHourMax - carried) : Number.POSITIVE_INFINITY;
}

/**
 * Returns the pools whose room is a spill's, not more: shared addresses that a failover list names and that no
 * stream declares for its own mail. Their own mail has no cap of ours: SES warms these addresses.
 */
export function spillPools(
  pools: Readonly<Record<string, { readonly kind: string }>>,
  streams: readonly {
    readonly pools: readonly string[];
    readonly failover?: readonly string[] | undefined;
  }[],
): readonly string[] {
  return Object.keys(pools).filter(
    (pool) =>
      pools[pool]?.kind === 'shared' &&
      streams.some(({ failover }) => failover?.includes(pool)) &&
      !streams.some((stream) => stream.pools.includes(pool)),
  );
}

/** Returns a pool by its name. */
export function poolNamed(
  { pools }: Pick<Situation, 'pools'>,
  name: string | undefined,
): Pool | undefined {
  return pools.find(({ pool }) => pool === name);
}

/** Returns where on the ladder's table a pool stands. */
export function placeOf(pool: Pool, provider: string): Place {
  return { provider, ipCount: pool.ips.length };
}
