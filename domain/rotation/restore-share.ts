/** Gives a pool back mail of the streams that declare it, as much as its caps allow and no more. */
import type { WeightedPool } from '../assignment.ts';
import { assignedPools } from './eligible-pools.ts';
import { fitShift } from './fit.ts';
import type { Action, Pool, Situation } from './model.ts';
import type { MoveLedger } from './move-ledger.ts';
import { canTakeMail, standingAt } from './pool-states.ts';

/** A pool whose caps are SES's own business gets so many an hour while it is on trial. */
export const trialPerHour = 20;

/**
 * Returns the moves that bring mail back to a pool at a provider, up to the share that it had before it was
 * taken out. Whole tenants come back, or none: nobody is throttled for a return. While it is on trial only
 * established ones do.
 */
export function restoreShare(
  pool: Pool,
  provider: string,
  { situation, ledger }: { readonly situation: Situation; readonly ledger: MoveLedger },
): readonly Action[] {
  const isOnTrial = standingAt(pool, provider).state === 'cold';
  return situation.streams
    .filter((stream) => stream.pools.includes(pool.pool))
    .flatMap((stream) => {
      const before = assignedPools(stream, provider);
      const missing = missingShare(before, pool.pool, situation, stream.stream, provider);
      const from = before
        .map((one) => one.pool)
        .filter((name) => name !== pool.pool && isOpen(name, provider, situation));
      if (missing <= 0 || from.length === 0) return [];
      const fit = fitShift({
        before,
        from,
        to: [pool.pool],
        fraction: missing,
        flows: ledger.flows.filter(
          (flow) => flow.stream === stream.stream && flow.provider === provider,
        ),
        roomOf: () => Math.min(ledger.room(pool.pool, provider), roomOnTrial(pool)),
        budgetPerHour: ledger.budget(stream.stream),
        mayUse: ({ identity, trust }, name) =>
          (trust === 'established' || !isOnTrial) && ledger.mayMeet(identity, name, provider),
        throttledMax: 0,
      });
      if (fit.movedPerHour <= 0) return [];
      ledger.spend(stream.stream, provider, fit.inflow);
      return [{ kind: 'move', stream: stream.stream, provider, before, pools: fit.pools } as const];
    });
}

/** Share of the others' weight that must go for the pool to have its own again, by the assignment from before it was taken out. */
function missingShare(
  now: readonly WeightedPool[],
  pool: string,
  { history }: Situation,
  stream: string,
  provider: string,
): number {
  const before = history
    .filter(({ done }) => done)
    .flatMap(({ actions }) => actions)
    .findLast(
      (action) =>
        action.kind === 'move' &&
        action.stream === stream &&
        action.provider === provider &&
        shareOf(action.before, pool) > shareOf(action.pools, pool),
    );
  const had = before?.kind === 'move' ? shareOf(before.before, pool) : 1 / (now.length + 1);
  const has = shareOf(now, pool);
  if (has >= had) return 0;
  return has === 0 ? had : 1 - (has * (1 - had)) / (had * (1 - has));
}

function shareOf(pools: readonly WeightedPool[], name: string): number {
  const all = pools.reduce((sum, { weight }) => sum + weight, 0);
  const own = pools.find(({ pool }) => pool === name)?.weight ?? 0;
  return all > 0 ? own / all : 0;
}

function isOpen(name: string, provider: string, { pools }: Situation): boolean {
  return pools.some((pool) => pool.pool === name && canTakeMail(pool, provider));
}

function roomOnTrial(pool: Pool): number {
  return pool.warmth.size === 0 ? trialPerHour : Number.POSITIVE_INFINITY;
}
