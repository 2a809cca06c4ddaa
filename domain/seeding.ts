import type { WeightedPool } from './assignment.ts';
import { type EpochMs, hourMs } from './time.ts';

/** Mail stays inside SES for at most this long; a pool's configuration sets must live until then. */
export const retirementMs = 14 * hourMs;

/** A deploy that fails is rolled back well within this time. */
export const rollbackMs = hourMs;

export type KnownPool = {
  readonly pool: string;
  /** When it first appeared; absent where nobody knows. */
  readonly since?: number;
  readonly retiringAt?: number;
};

/**
 * Returns the sentence that stops a deploy which drops pools too early, undefined when every dropped
 * pool has retired or came less than an hour ago. The hour is for CloudFormation: when a deploy that adds
 * a pool fails after the seed, the rollback seeds the old plan, and refusing that would leave the stack in
 * UPDATE_ROLLBACK_FAILED. The price is the events of what little mail the pool took in between.
 */
export function earlyRemoval(
  known: readonly KnownPool[],
  planned: readonly string[],
  now: EpochMs,
): string | undefined {
  for (const { pool, since, retiringAt } of known) {
    if (planned.includes(pool) || (since !== undefined && now - since < rollbackMs)) continue;
    if (retiringAt === undefined)
      return `pool ${pool} was removed while it may carry mail; put it back as retiring (retiring: true on the pool, or the stream's retiringPools), deploy, wait 14 h, then remove it`;
    if (now - retiringAt < retirementMs)
      return `pool ${pool} has been retiring since ${new Date(retiringAt).toISOString()}; its mail may be inside SES for 14 h; remove it after ${new Date(retiringAt + retirementMs).toISOString()}`;
  }
  return undefined;
}

/**
 * Returns a stream's assignment after a deploy: what rotation or an operator decided stays, pools that
 * no longer take mail go, pools declared for the first time join with weight 1. Undefined when nothing
 * changes; empty is impossible, because the configuration keeps one pool open.
 */
export function seedAssignment(
  current: readonly WeightedPool[] | undefined,
  declaredBefore: readonly string[],
  declared: readonly string[],
): readonly WeightedPool[] | undefined {
  if (!current) return declared.map((pool) => ({ pool, weight: 1 }));
  const kept = current.filter(({ pool }) => declared.includes(pool));
  const fresh = declared.filter(
    (pool) => !declaredBefore.includes(pool) && !current.some((entry) => entry.pool === pool),
  );
  const next = [...kept, ...fresh.map((pool) => ({ pool, weight: 1 }))];
  // Rotation may have left only pools that now retire: the declared ones then share the stream.
  const safe = next.length > 0 ? next : declared.map((pool) => ({ pool, weight: 1 }));
  const same = safe.length === current.length && kept.length === current.length;
  return same ? undefined : safe;
}

/**
 * Returns the pools of a stream for one provider after a deploy: pools that neither the stream nor its failover
 * list may use any more go, nothing joins. Where none is left the declared ones share the provider. Undefined
 * when nothing changes.
 */
export function seedProviderAssignment(
  current: readonly WeightedPool[],
  usable: readonly string[],
  declared: readonly string[],
): readonly WeightedPool[] | undefined {
  const kept = current.filter(({ pool }) => usable.includes(pool));
  if (kept.length === current.length) return undefined;
  return kept.length > 0 ? kept : declared.map((pool) => ({ pool, weight: 1 }));
}
