/** How much of each stream changes pools: one measure for every move, whoever asked for it. */
import { assignedPools } from './eligible-pools.ts';
import type { Action, Decision, Situation } from './model.ts';
import { movedFlows } from './moved-flows.ts';
import { sumPerHour, trafficOf } from './traffic.ts';

/**
 * Returns the share of each stream's mail, 0..1, that the moves among some actions take to another pool, by
 * each tenant's own volume; streams of which nothing moves are left out.
 */
export function movedBy(
  actions: readonly Action[],
  { streams, book, now }: Pick<Situation, 'streams' | 'book' | 'now'>,
): NonNullable<Decision['moved']> {
  const moves = actions.filter((action) => action.kind === 'move');
  if (moves.length === 0) return [];
  const { flows } = trafficOf(book, now);
  return streams.flatMap((stream) => {
    const own = flows.filter((flow) => flow.stream === stream.stream);
    const changes = moves.filter((move) => move.stream === stream.stream);
    const assignment = new Map(stream.assignment);
    for (const { provider, pools } of changes) assignment.set(provider, pools);
    const after = { ...stream, assignment };
    const providers = Map.groupBy(own, ({ provider }) => provider);
    const leaving = [...providers].flatMap(([provider, toIt]) =>
      movedFlows(toIt, assignedPools(stream, provider), assignedPools(after, provider)),
    );
    const share = sumPerHour(leaving.map(({ flow }) => flow)) / sumPerHour(own);
    return share > 0 ? [{ stream: stream.stream, share }] : [];
  });
}
