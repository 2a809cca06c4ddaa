import { createByPair } from './by-pair.ts';
import type { Batch } from './mail.ts';

/**
 * What truly happened to good mail of late, pool by pool and provider by provider. A world has troubles that
 * no scenario wrote down: a list that earns a block, a provider's bad hour. An action that met one is right.
 */
export type Ground = {
  readonly handed: (batch: Batch, pool: string, now: number) => void;
  readonly failed: (mail: GroundFailure, now: number) => void;
  /** Share of good mail of the last quarter of an hour that failed so; 0 where there were too few to say. */
  readonly failedShare: (part: GroundPart, now: number) => number;
};

export type GroundFailure = {
  readonly batch: Batch;
  readonly pool: string;
  readonly count: number;
  /** Refused for our reputation, or put off. */
  readonly kind: 'blocked' | 'put-off';
};

type GroundPart = {
  readonly pool?: string | undefined;
  readonly provider: string;
  readonly kind: 'blocked' | 'put-off';
};

type Counts = { handed: number; blocked: number; 'put-off': number };

const binMs = 300_000;
const binsKept = 3;
const mailsMin = 5;
/** No pool is called so. */
const allPools = '';

/** Creates the record of a run. */
export function createGround(): Ground {
  const bins = createByPair(() => new Map<number, Counts>());
  const at = (pool: string, provider: string, now: number): Counts => {
    const mine = bins(pool, provider);
    const bin = Math.floor(now / binMs);
    const known = mine.get(bin);
    if (known !== undefined) return known;
    const counts = { handed: 0, blocked: 0, 'put-off': 0 };
    mine.set(bin, counts);
    for (const old of mine.keys()) if (old <= bin - binsKept) mine.delete(old);
    return counts;
  };
  return {
    handed: ({ traits, cell: { provider }, count }, pool, now) => {
      if (traits.bad) return;
      at(pool, provider, now).handed += count;
      at(allPools, provider, now).handed += count;
    },
    failed: ({ batch, pool, count, kind }, now) => {
      const { provider } = batch.cell;
      if (batch.traits.bad) return;
      at(pool, provider, now)[kind] += count;
      at(allPools, provider, now)[kind] += count;
    },
    failedShare: ({ pool = allPools, provider, kind }, now) => {
      const first = Math.floor(now / binMs) - binsKept;
      let handed = 0;
      let failed = 0;
      for (const [bin, counts] of bins(pool, provider)) {
        if (bin <= first) continue;
        handed += counts.handed;
        failed += counts[kind];
      }
      return handed >= mailsMin ? failed / handed : 0;
    },
  };
}
