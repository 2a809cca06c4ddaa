import type { Cell } from '../evidence/model.ts';

/** What mail has more than one of: the only things that can be told apart by it. */
export type Varieties = {
  /** Whether the mail has more than one value of a dimension. */
  readonly varies: (dimension: Varied) => boolean;
  /** Whether mail to a provider, or all mail, is known to have left through more than one pool. */
  readonly hasManyPools: (provider: string | undefined) => boolean;
};

type Varied = (typeof varied)[number];
const varied = ['tenant', 'identity', 'pool', 'provider', 'campaign'] as const;

/** Returns what the mail of cells has more than one of. */
export function findVarieties(cells: readonly (readonly Cell[])[]): Varieties {
  const first = new Map<Varied, string>();
  const many = new Set<Varied>();
  const poolOf = new Map<string, string>();
  const manyPools = new Set<string>();
  for (const { origin, sent } of cells.flat()) {
    if (sent <= 0) continue;
    for (const dimension of varied) {
      if (many.has(dimension)) continue;
      const value = first.get(dimension);
      if (value === undefined) first.set(dimension, origin[dimension]);
      else if (value !== origin[dimension]) many.add(dimension);
    }
    const pool = poolOf.get(origin.provider);
    if (pool === undefined) poolOf.set(origin.provider, origin.pool);
    else if (pool !== origin.pool) manyPools.add(origin.provider);
  }
  return {
    varies: (dimension) => many.has(dimension),
    hasManyPools: (provider) =>
      provider === undefined ? many.has('pool') : manyPools.has(provider),
  };
}
