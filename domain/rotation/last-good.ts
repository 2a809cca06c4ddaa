/** The assignments that one command returns to. */
import { isSameAssignment, type WeightedPool } from '../assignment.ts';
import type { Action, Situation, Standing, Stream } from './model.ts';

/** Pools of a stream at a provider (or `*`) that stood while no pool was in trouble. */
export type GoodAssignment = {
  readonly stream: string;
  readonly provider: string;
  readonly pools: readonly WeightedPool[];
};

/**
 * Returns every assignment as it stands while no pool is in trouble or on its way back, nothing is held and
 * nobody overrides it, undefined while something is. Whoever runs the loop remembers the last one.
 */
export function goodAssignments(situation: Situation): readonly GoodAssignment[] | undefined {
  const { pools, orders, streams, now } = situation;
  const troubled = pools.some(({ standings }) => [...standings.values()].some(isTroubled));
  if (troubled || isOverridden(situation) || orders.some(({ until }) => until > now))
    return undefined;
  return streams.flatMap(({ stream, assignment }) =>
    [...assignment].map(([provider, weighted]) => ({
      stream,
      provider,
      pools: weighted,
    })),
  );
}

/** A pool that is new is cold and warms up as one that was out does; only of that one is it written why. */
function isTroubled({ state, why }: Standing): boolean {
  if (state === 'cold' || state === 'warming') return why !== undefined;
  return state === 'degraded' || state === 'quarantined' || state === 'resting';
}

/** What a person has set for a time is not what the stream returns to. */
function isOverridden({ history, now }: Situation): boolean {
  return history.some(
    ({ by, done, settled, until, actions }) =>
      by !== undefined &&
      done &&
      (settled === undefined || settled === 'approved') &&
      until !== undefined &&
      until > now &&
      actions.some(({ kind }) => kind === 'move'),
  );
}

/** Returns the moves that bring every assignment back to the last good one, as far as its pools still are declared. */
export function lastGoodActions(
  good: readonly GoodAssignment[],
  streams: readonly Stream[],
): readonly Action[] {
  const back = good.flatMap(({ stream, provider, pools }): readonly Action[] => {
    const current = streams.find((one) => one.stream === stream);
    const before = current?.assignment.get(provider) ?? current?.assignment.get('*');
    const declared = [...(current?.pools ?? []), ...(current?.failover ?? [])];
    const still = pools.filter(({ pool }) => declared.includes(pool));
    if (!before || still.length === 0 || isSameAssignment(before, still)) return [];
    return [{ kind: 'move', stream, provider, before, pools: still }];
  });
  return [...back, ...streams.flatMap((stream) => laterMoves(stream, good))];
}

/** What came to be after it goes back to the stream's general pools. */
function laterMoves(
  { stream, assignment }: Stream,
  good: readonly GoodAssignment[],
): readonly Action[] {
  const own = good.filter((one) => one.stream === stream);
  const general = own.find(({ provider }) => provider === '*');
  if (!general) return [];
  return [...assignment].flatMap(([provider, before]): readonly Action[] => {
    const isKnown = own.some((one) => one.provider === provider);
    const isSame = isSameAssignment(before, general.pools);
    return isKnown || isSame
      ? []
      : [{ kind: 'move', stream, provider, before, pools: general.pools }];
  });
}
