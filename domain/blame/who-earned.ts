import type { Signal } from '../classification/reasons.ts';
import type { Cell, Region } from '../evidence/model.ts';
import { regionOf } from './kinds.ts';
import type { CauseKind } from './model.ts';
import { regionKey } from './regions.ts';
import { likelihoodGain, lnMoreThanChance, lnShare } from './score.ts';

/** Mail of one signal in the 72 hours before a block. */
export type EarlierEvidence = {
  readonly signal: Signal;
  readonly cells: readonly Cell[];
  /** Tolerated rate, 0..1. */
  readonly tolerated: number;
};

/** Who may earn a block for all that share an address with them; of equally good ones the first is named. */
const earners = ['tenant', 'identity', 'campaign'] as const satisfies readonly CauseKind[];

/** A block is earned by bad lists, complaints and content, never by blocks. */
const earning: ReadonlySet<Signal> = new Set(['hard-bounce', 'complaint', 'content', 'domain']);

/**
 * Returns who earned the block of a pool or an address: whose mail through that pool failed most beyond
 * what is tolerated, over all signals together and more than by chance. Undefined
 * where nobody's did.
 */
export function whoEarned(
  blocked: Region,
  earlier: readonly EarlierEvidence[],
): Region | undefined {
  const scores = new Map<string, Score>();
  for (const { signal, cells, tolerated } of earlier) {
    if (!earning.has(signal)) continue;
    const ofPool = cells.filter(
      ({ origin }) => blocked.pool === undefined || origin.pool === blocked.pool,
    );
    const sentInAll = ofPool.reduce((sum, { sent }) => sum + sent, 0);
    for (const [key, { region, sent, failed }] of sumByEarner(ofPool)) {
      const score = scores.get(key) ?? { region, gain: 0, cost: 0 };
      score.gain += likelihoodGain({ sent, failed, baseline: sent * tolerated });
      score.cost = Math.min(score.cost, lnShare(sent, sentInAll));
      scores.set(key, score);
    }
  }
  const best = [...scores.values()]
    .map(({ region, gain, cost }) => ({ region, score: gain + cost }))
    .sort((one, other) => other.score - one.score || rank(one.region) - rank(other.region))
    .at(0);
  return best && best.score >= lnMoreThanChance ? best.region : undefined;
}

type Score = { readonly region: Region; gain: number; cost: number };

type Sum = { readonly region: Region; sent: number; failed: number };

function sumByEarner(cells: readonly Cell[]): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { origin, sent, failed } of cells)
    for (const kind of earners) {
      const region = regionOf(kind, origin, undefined);
      if (!region) continue;
      const key = regionKey(region);
      const sum = sums.get(key) ?? { region, sent: 0, failed: 0 };
      sum.sent += sent;
      sum.failed += failed;
      sums.set(key, sum);
    }
  return sums;
}

function rank({ identity, campaign }: Region): number {
  return identity !== undefined ? 1 : Number(campaign !== undefined) * 2;
}
