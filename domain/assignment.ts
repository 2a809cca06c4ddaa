import { hash } from 'node:crypto';

/** A pool's share of a stream; weights are relative. */
export type WeightedPool = {
  readonly pool: string;
  readonly weight: number;
  /**
   * Tenants that it takes whatever the hash says, each with its part: who is named by one pool takes that one,
   * who is named by several is spread over them by message.
   */
  readonly placed?: Readonly<Record<string, number>>;
};

/** A pool that a tenant's mail takes, and the share of its mail that does, 0..1. */
export type PoolShare = { readonly pool: string; readonly share: number };

/**
 * Returns the pools that a tenant's mail takes. It is one, by weighted rendezvous hashing, so that one tenant
 * meets one pool (a bad one spoils one, not all) and taking a pool away moves only the tenants that were on it;
 * unless rotation has placed the tenant. Empty where no pool takes mail.
 * @see https://en.wikipedia.org/wiki/Rendezvous_hashing#Weighted_rendezvous_hash
 */
export function sharesOf(pools: readonly WeightedPool[], tenant: string): readonly PoolShare[] {
  const named = pools.flatMap(({ pool, weight, placed }) => {
    const part = weight > 0 && placed && Object.hasOwn(placed, tenant) ? placed[tenant] : 0;
    return part ? [{ pool, part }] : [];
  });
  if (named.length === 0) {
    const pool = hashedPool(pools, tenant);
    return pool === undefined ? [] : [{ pool, share: 1 }];
  }
  const whole = named.reduce((sum, { part }) => sum + part, 0);
  return named.map(({ pool, part }) => ({ pool, share: part / whole }));
}

/** Returns the share of a tenant's mail that a pool takes, 0..1. */
export function shareIn(pools: readonly WeightedPool[], tenant: string, pool: string): number {
  return sharesOf(pools, tenant).find((one) => one.pool === pool)?.share ?? 0;
}

/**
 * Returns the pool that a mail takes: the tenant's, and where the tenant is spread over several the one that the
 * mail's key draws, the same whenever it is asked; without a key the one that takes most of its mail.
 * A pool the app asked for is honoured while the assignment gives it mail.
 */
export function choosePool(
  pools: readonly WeightedPool[],
  tenant: string,
  { key, wanted }: { readonly key?: string; readonly wanted?: string | undefined } = {},
): string | undefined {
  if (wanted !== undefined && pools.some(({ pool, weight }) => pool === wanted && weight > 0))
    return wanted;
  const shares = sharesOf(pools, tenant);
  if (key === undefined || shares.length < 2)
    return shares.toSorted((one, other) => other.share - one.share)[0]?.pool;
  let left = unitHash(`${tenant}\n${key}`);
  for (const { pool, share } of shares) {
    if (left < share) return pool;
    left -= share;
  }
  return shares.at(-1)?.pool;
}

/** Returns pools with tenants placed by their parts, by tenant and pool; whoever else is placed stays so. */
export function placedBy(
  pools: readonly WeightedPool[],
  parts: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly WeightedPool[] {
  return pools.map(({ placed = {}, ...one }) => {
    const others = Object.entries(placed).filter(([tenant]) => !parts.has(tenant));
    const own = [...parts].flatMap(([tenant, byPool]) => {
      const part = byPool.get(one.pool) ?? 0;
      return part > 0 ? [[tenant, part] as const] : [];
    });
    const all = [...others, ...own];
    return all.length === 0 ? one : { ...one, placed: Object.fromEntries(all) };
  });
}

/** Returns whether two assignments are the same, in whatever order their tenants are named. */
export function isSameAssignment(
  one: readonly WeightedPool[],
  other: readonly WeightedPool[],
): boolean {
  const text = (pools: readonly WeightedPool[]) =>
    JSON.stringify(
      pools.map(({ pool, weight, placed = {} }) => [pool, weight, Object.entries(placed).sort()]),
    );
  return text(one) === text(other);
}

/** Returns the pool that the hash gives a tenant, placed or not. */
export function hashedPool(pools: readonly WeightedPool[], tenant: string): string | undefined {
  let best: { pool: string; score: number } | undefined;
  for (const { pool, weight } of pools) {
    if (weight <= 0) continue;
    const score = -weight / lnHashOf(tenant, pool);
    if (!best || score > best.score) best = { pool, score };
  }
  return best?.pool;
}

/** Returns a number in (0, 1) that follows from the text, evenly spread. */
export function unitHash(text: string): number {
  const bits = hash('sha256', text, 'buffer').readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}

/** Logarithms of hashes by tenant and pool: a plan of moves tries many weights for the same tenants. */
const lnHashes = new Map<string, number>();

/** Some five thousand tenants with ten pools each, about 5 MB. */
const lnHashesMax = 50_000;

function lnHashOf(tenant: string, pool: string): number {
  const pair = `${tenant}\n${pool}`;
  const known = lnHashes.get(pair);
  if (known !== undefined) return known;
  if (lnHashes.size >= lnHashesMax) lnHashes.clear();
  const lnHash = Math.log(unitHash(pair));
  lnHashes.set(pair, lnHash);
  return lnHash;
}
