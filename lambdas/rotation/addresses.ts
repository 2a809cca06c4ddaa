import { describeError } from '../../adapters/log.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import type { StandingPorts } from './ports.ts';

/** The addresses of pools, as SES last told them. */
export type Addresses = {
  /** Asks SES for those that are due; a pool of which nothing is known is left out of the answer. */
  readonly read: (
    pools: readonly string[],
    now: EpochMs,
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** An address has moved: what is known may name it twice, and the last one of a pool must stay. */
  readonly forget: () => void;
};

/** Only AWS Support and this loop change them. */
const freshMs = 10 * minuteMs;

/** A pool that SES did not answer for is asked for again after this, behind the others. */
const againMs = minuteMs;

type Known = {
  readonly triedAt: number;
  readonly readAt: number;
  readonly ips?: readonly string[];
};
const unknown: Known = { triedAt: 0, readAt: 0 };

/**
 * Returns a reader that knows nothing yet. SES grants about one of these calls a second and the client waits and
 * tries again by itself; at the first that fails all the same the others are left to the next run, and the
 * answer of before stands.
 */
export function createAddresses({
  readAddresses,
  log,
}: Pick<StandingPorts, 'readAddresses' | 'log'>): Addresses {
  const known = new Map<string, Known>();
  const of = (pool: string) => known.get(pool) ?? unknown;
  return {
    forget: () => known.clear(),
    read: async (pools, now) => {
      const due = pools
        .filter((pool) => now - of(pool).readAt >= freshMs && now - of(pool).triedAt >= againMs)
        .toSorted((one, other) => of(one).triedAt - of(other).triedAt);
      for (const pool of due)
        try {
          known.set(pool, { triedAt: now, readAt: now, ips: await readAddresses(pool) });
        } catch (error) {
          known.set(pool, { ...of(pool), triedAt: now });
          log('rotation.addresses-unread', { pool, ...describeError(error) });
          break;
        }
      return new Map(
        pools.flatMap((pool) => {
          const { ips } = of(pool);
          return ips ? [[pool, ips] as const] : [];
        }),
      );
    },
  };
}
