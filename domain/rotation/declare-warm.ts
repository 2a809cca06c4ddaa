/** Addresses that were warm before we knew them. */

import type { EpochMs } from '../time.ts';
import { placeOf } from './capacity.ts';
import type { Action, Pool } from './model.ts';
import { standingAt } from './pool-states.ts';
import { coldWarmth, declaredCaps, ladderProviders, withCleanDay } from './warm-up.ts';

export type Declared = {
  /** One, or `*` for each that has caps. */
  readonly provider: string;
  /** Recipients that the pool really carried in a day, at each of these providers. */
  readonly perDay: number;
  readonly now: EpochMs;
};

/**
 * Returns the actions by which the cap of a day is what a pool has carried, with that day remembered as a clean
 * one, so that the ladder goes on from there; a text where it cannot be.
 */
export function declareWarm(
  pool: Pool,
  { provider, perDay, now }: Declared,
): readonly Action[] | string {
  if (pool.warmUp !== 'ours')
    return `pool ${pool.pool} is not warmed up by us (pools.${pool.pool}.warmUp), so nothing caps it`;
  const places =
    provider === '*' ? [...new Set([...ladderProviders, ...pool.warmth.keys()])] : [provider];
  const out = places.find((one) => isOut(pool, one));
  if (out !== undefined)
    return `pool ${pool.pool} is ${standingAt(pool, out).state} at ${out}; its way back decides what it may send`;
  const actions = places.flatMap((one) => declaredAt(pool, { provider: one, perDay, now }));
  if (actions.length > 0) return actions;
  return `a new pool may send ${perDay} a day there on its first day; there is nothing to declare`;
}

function declaredAt(pool: Pool, { provider, perDay, now }: Declared): readonly Action[] {
  const place = placeOf(pool, provider);
  const caps = declaredCaps(perDay, place);
  if (!caps) return [];
  const known = pool.warmth.get(provider) ?? coldWarmth(place);
  const { step, dayCap, hourCap, cleanDays } = known;
  const before = pool.standings.get(provider);
  return [
    ...(before?.state === 'cold'
      ? [
          {
            kind: 'release',
            pool: pool.pool,
            provider,
            standing: { state: 'warming', since: now },
            before,
          } as const,
        ]
      : []),
    {
      kind: 'grow',
      pool: pool.pool,
      provider,
      warmth: { ...caps, cleanDays: withCleanDay(cleanDays, perDay), lastSentAt: now },
      before: { step, dayCap, hourCap, cleanDays },
    },
  ];
}

/** A new pool is cold too, but has no reason written beside it. */
function isOut(pool: Pool, provider: string): boolean {
  const { state, why } = standingAt(pool, provider);
  return state === 'quarantined' || state === 'retiring' || (state === 'cold' && why !== undefined);
}
