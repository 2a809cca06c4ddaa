import { createHash } from 'node:crypto';

/** A pool's share of a stream; weights are relative. */
export type WeightedPool = { readonly pool: string; readonly weight: number };

/**
 * Returns the pool a tenant's mail takes: weighted rendezvous hashing, so that one tenant meets one pool
 * (a bad one spoils one, not all) and taking a pool away moves only the tenants that were on it.
 * A pool the app asked for is honoured while the assignment gives it mail.
 * @see https://en.wikipedia.org/wiki/Rendezvous_hashing#Weighted_rendezvous_hash
 */
export function choosePool(
  pools: readonly WeightedPool[],
  tenant: string,
  wanted?: string,
): string | undefined {
  const open = pools.filter(({ weight }) => weight > 0);
  if (wanted !== undefined && open.some(({ pool }) => pool === wanted)) return wanted;
  let best: { pool: string; score: number } | undefined;
  for (const { pool, weight } of open) {
    const score = -weight / Math.log(unitHash(`${tenant}\n${pool}`));
    if (!best || score > best.score) best = { pool, score };
  }
  return best?.pool;
}

/** Returns a number in (0, 1) that follows from the text, evenly spread. */
export function unitHash(text: string): number {
  const bits = createHash('sha256').update(text).digest().readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}
