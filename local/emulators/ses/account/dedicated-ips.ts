import { createHash } from 'node:crypto';
import { type Draw, pick } from '../dice.ts';

/** One leased address. */
export type DedicatedIp = {
  readonly ip: string;
  readonly pool: string;
  readonly warmup: 'IN_PROGRESS' | 'DONE' | 'NOT_APPLICABLE';
  /** 0 to 100; -1 for addresses of a managed pool, as AWS answers. */
  readonly percentage: number;
};

/** One pool of the account. */
export type Pool = { readonly name: string; readonly mode: 'STANDARD' | 'MANAGED' };

/** SES's name for addresses that are in no other pool. */
export const defaultPool = 'ses-default-dedicated-pool';
/** SES's name for the addresses that all its customers share. */
export const sharedPool = 'ses-shared-pool';

const managedIpCount = 2;
const sharedIps = ['54.240.8.11', '54.240.8.97', '54.240.9.30', '54.240.11.142'] as const;

/** The account's pools and the addresses in them. */
export class DedicatedIps {
  readonly #pools = new Map<string, Pool>();
  readonly #ips = new Map<string, DedicatedIp>();

  /** Whether a configuration set may name this pool. */
  knows(name: string): boolean {
    return this.#pools.has(name) || name === defaultPool || name === sharedPool;
  }

  pool(name: string): Pool | undefined {
    return this.#pools.get(name);
  }

  /** Own pools; once there are dedicated addresses, SES also lists its own two names. */
  poolNames(): readonly string[] {
    const own = [...this.#pools.keys()];
    return this.#ips.size === 0 ? own : [...own, defaultPool, sharedPool];
  }

  get poolCount(): number {
    return this.#pools.size;
  }

  /** Creates a pool or changes its mode; a managed pool gets its addresses at once. */
  setPool(pool: Pool): void {
    this.#pools.set(pool.name, pool);
    if (pool.mode !== 'MANAGED') return;
    for (let position = 0; position < managedIpCount; position += 1) {
      const ip = inventedIp(pool.name, position);
      this.put({ ip, pool: pool.name, warmup: 'NOT_APPLICABLE', percentage: -1 });
    }
  }

  /** Removes a pool and gives its addresses back. */
  deletePool(name: string): void {
    this.#pools.delete(name);
    for (const { ip } of this.ipsOf(name)) this.#ips.delete(ip);
  }

  put(ip: DedicatedIp): void {
    this.#ips.set(ip.ip, ip);
  }

  release(ip: string): void {
    this.#ips.delete(ip);
  }

  ip(address: string): DedicatedIp | undefined {
    return this.#ips.get(address);
  }

  ips(): readonly DedicatedIp[] {
    return [...this.#ips.values()];
  }

  ipsOf(pool: string): readonly DedicatedIp[] {
    return this.ips().filter((ip) => ip.pool === pool);
  }

  /**
   * The pool a message leaves through. Without a pool in its configuration set that is the default
   * dedicated pool when it has addresses, and the shared one otherwise.
   */
  poolFor(named: string | undefined): string {
    return named ?? (this.ipsOf(defaultPool).length > 0 ? defaultPool : sharedPool);
  }

  /**
   * An address of the pool for `ses:outgoing-ip`. A STANDARD pool without addresses sends through
   * a shared address: AWS leases standard addresses by a support case only, so every freshly
   * deployed stack has such pools, and refusing them would keep a local run from sending at all.
   * What AWS does there is not documented.
   */
  outgoingIp(pool: string, draw: Draw): string {
    const own = this.#ips.size === 0 ? [] : this.ipsOf(pool).map((entry) => entry.ip);
    return pick(draw, own.length === 0 ? sharedIps : own) ?? sharedIps[0];
  }
}

function inventedIp(pool: string, position: number): string {
  const hash = createHash('sha256').update(`${pool}/${position}`).digest();
  return `23.251.${224 + ((hash[0] ?? 0) % 31)}.${1 + ((hash[1] ?? 0) % 254)}`;
}
