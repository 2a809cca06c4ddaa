import type { Action, Decision, Stream } from './model.ts';

/**
 * Returns the moves that bring every assignment back to the last that stood while no pool was in trouble:
 * to where it was before the first move since then.
 */
export function lastGoodActions(
  history: readonly Decision[],
  streams: readonly Stream[],
): readonly Action[] {
  const moves = history
    .slice(troubleBegan(history))
    .filter(({ done }) => done)
    .flatMap(({ actions }) => actions)
    .filter((action) => action.kind === 'move');
  const first = new Map<string, (typeof moves)[number]>();
  for (const move of moves) {
    const key = `${move.stream}\n${move.provider}`;
    if (!first.has(key)) first.set(key, move);
  }
  return [...first.values()].flatMap((move): readonly Action[] => {
    const now = streams.find(({ stream }) => stream === move.stream)?.assignment.get(move.provider);
    if (!now || JSON.stringify(now) === JSON.stringify(move.before)) return [];
    return [{ ...move, before: now, pools: move.before }];
  });
}

/** Position of the decision that took the first pool out of those that have not all come back since. */
function troubleBegan(history: readonly Decision[]): number {
  const out = new Set<string>();
  let began = 0;
  for (const [index, { done, actions }] of history.entries()) {
    if (!done) continue;
    for (const action of actions) {
      if (!('standing' in action)) continue;
      const place = `${action.pool}\n${action.provider}`;
      if (action.standing.state === 'quarantined') {
        if (out.size === 0) began = index;
        out.add(place);
      } else if (action.standing.state === 'active') out.delete(place);
    }
  }
  return began;
}
