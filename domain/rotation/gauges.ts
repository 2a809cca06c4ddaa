/** What of the situation people are called for, as numbers. */
import { dayMs, epochMs } from '../time.ts';
import { awayAddresses } from './away.ts';
import { roomOf } from './capacity.ts';
import { poolsFor } from './eligible-pools.ts';
import type { Brake, Pool, Situation, Stream } from './model.ts';
import { openOrders } from './orders.ts';
import { canTakeMail } from './pool-states.ts';
import { stopOf } from './stop.ts';
import { allMail } from './traffic.ts';

export type Gauges = {
  /** Pairs of pool and provider (or all, `*`) that are quarantined, and addresses taken out of use. */
  readonly quarantined: number;
  /** Streams with mail for a provider at which none of their pools may take more today. */
  readonly streamsWithoutRoom: number;
  /** Tenants of whose mail an order holds all or a part. */
  readonly tenantsHeld: number;
  /** Somebody switched the loop off or froze it, or it froze itself; silence of providers is not meant here. */
  readonly isStopped: boolean;
};

/** How much of a day's cap is used, 0..1; `provider` is where most of it is. */
export type CapUse = {
  readonly pool: string;
  readonly provider: string;
  readonly dayCap: number;
  readonly sentToday: number;
  readonly share: number;
};

/** Stops by which nothing is carried out although news come in. */
const stops: ReadonlySet<Brake> = new Set(['automation-off', 'frozen', 'too-many-holds']);

/** Returns what stands, in numbers. */
export function gaugesOf(situation: Situation): Gauges {
  const stop = stopOf(situation);
  const held = openOrders(situation).flatMap(({ kind, region: { tenant } }) =>
    kind === 'hold' && tenant !== undefined ? [tenant] : [],
  );
  const away = situation.away ?? awayAddresses(situation.history);
  return {
    quarantined: situation.pools.reduce((sum, pool) => sum + quarantinesOf(pool), away.length),
    streamsWithoutRoom: countWithoutRoom(situation),
    tenantsHeld: new Set(held).size,
    isStopped: stop !== undefined && stops.has(stop),
  };
}

/** Returns each pool's fullest cap; pools without a cap of ours are left out. */
export function fullestCaps(pools: readonly Pool[]): readonly CapUse[] {
  return pools.flatMap((pool) => {
    const uses = [...pool.warmth].map(([provider, { dayCap, sentToday }]) => ({
      ...{ pool: pool.pool, provider, dayCap, sentToday },
      share: dayCap > 0 ? sentToday / dayCap : 1,
    }));
    return uses.toSorted((one, other) => other.share - one.share).slice(0, 1);
  });
}

function quarantinesOf({ standings }: Pool): number {
  return [...standings.values()].filter(({ state }) => state === 'quarantined').length;
}

/** Mail of the last day is looked through only where a pool is closed or has a cap that could be used up. */
function countWithoutRoom(situation: Situation): number {
  const { pools, streams, book, now } = situation;
  const mayLackRoom = pools.some(
    (pool) =>
      pool.warmth.size > 0 ||
      [...pool.standings.keys()].some((provider) => !canTakeMail(pool, provider)),
  );
  if (!mayLackRoom) return 0;
  const cells = book.cells(allMail, { since: epochMs(now - dayMs), until: epochMs(now + 1) });
  const providers = Map.groupBy(cells, ({ origin }) => origin.stream);
  return streams.filter((stream) => {
    const names = (providers.get(stream.stream) ?? []).map(({ origin }) => origin.provider);
    return [...new Set(names)].some((provider) => !hasRoom(stream, provider, situation));
  }).length;
}

function hasRoom(stream: Stream, provider: string, situation: Situation): boolean {
  const open = poolsFor(stream, provider, situation).flat();
  return situation.pools.some((pool) => open.includes(pool.pool) && roomOf(pool, provider, 0) > 0);
}
