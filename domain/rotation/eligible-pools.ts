import type { WeightedPool } from '../assignment.ts';
import type { Pool, Situation, Stream } from './model.ts';
import { canTakeMail } from './pool-states.ts';

/** Where a stream's mail for a provider may go: the next group only when those before have no room. */
export type EligiblePools = readonly (readonly string[])[];

/** Returns the weighted pools of a stream for a provider. */
export function assignedPools(stream: Stream, provider: string): readonly WeightedPool[] {
  return stream.assignment.get(provider) ?? stream.assignment.get('*') ?? [];
}

/**
 * Returns, in order, the pools that can take a stream's mail for a provider: those it uses, its other own
 * ones, its failover list one by one, and shared addresses of that list only where the stream may spill.
 * Marketing never gets into a pool that a transactional stream declares, unless it is its own as well.
 */
export function poolsFor(
  stream: Stream,
  provider: string,
  { pools, streams }: Pick<Situation, 'pools' | 'streams'>,
): EligiblePools {
  const byName = new Map(pools.map((pool) => [pool.pool, pool]));
  const open = (name: string): Pool | undefined => {
    const pool = byName.get(name);
    return pool && canTakeMail(pool, provider) ? pool : undefined;
  };
  const used = assignedPools(stream, provider).flatMap(({ pool, weight }) =>
    weight > 0 && open(pool) ? [pool] : [],
  );
  const own = stream.pools.filter((name) => open(name) && !used.includes(name));
  const foreign = stream.failover.filter(
    (name) => open(name) && ![...used, ...own].includes(name) && !isGuarded(name, stream, streams),
  );
  const leased = foreign.filter((name) => open(name)?.kind !== 'shared');
  const shared = foreign.filter((name) => open(name)?.kind === 'shared');
  const spill = stream.whenNothingIsWarm === 'spill' ? shared : [];
  return [used, own, ...[...leased, ...spill].map((name) => [name])].filter(
    (group) => group.length > 0,
  );
}

/** A pool that transactional mail lives in is closed to marketing of others. */
function isGuarded(pool: string, stream: Stream, streams: readonly Stream[]): boolean {
  return (
    stream.lane === 'marketing' &&
    !stream.pools.includes(pool) &&
    streams.some((other) => other.lane === 'transactional' && other.pools.includes(pool))
  );
}
