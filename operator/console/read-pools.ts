import { readPoolAddresses } from '../../adapters/rotation-addresses.ts';
import { type Clock, minuteMs } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import type { StandingCell } from '../actions/pool-row.ts';
import { listPoolRows, listUses } from '../actions/pool-standings.ts';
import type { PoolRow, Pools } from './model.ts';

/** Addresses change when one is leased or taken out of use; SES answers one such call a second. */
const addressesEveryMs = 5 * minuteMs;

/** Returns a reader of every pool as it stands, with who sends through it. */
export function createPoolsReader(backend: Backend, clock: Clock): () => Promise<Pools> {
  const addresses = createAddresses(backend, clock);
  return async () => {
    const [rows, uses] = await Promise.all([listPoolRows(backend), listUses(backend)]);
    const pools = [...Map.groupBy(rows, ({ pool }) => pool)];
    const shares = uses.map(({ stream, provider, pools: weighted, by, why }) => {
      const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
      return {
        ...{ stream, provider, by, why },
        shares: weighted.map(({ pool, weight }) => ({
          pool,
          share: total > 0 ? weight / total : 0,
        })),
      };
    });
    const named = [...rows, ...shares].map(({ provider }) => provider);
    return {
      pools: await Promise.all(
        pools.map(async ([pool, own]): Promise<PoolRow> => {
          const kind = own[0]?.kind ?? '';
          const found = kind === 'standard' ? await addresses(pool) : undefined;
          const standings = own.map(({ pool: _, kind: __, ...cell }): StandingCell => cell);
          return { pool, kind, ...(found ? { addresses: found } : {}), standings };
        }),
      ),
      providers: [...new Set(named)].sort(),
      shares,
    };
  };
}

/** Returns a reader of a pool's addresses; none where SES cannot be asked. */
function createAddresses({ ses, names }: Backend, clock: Clock) {
  const known = new Map<
    string,
    { readonly found: readonly string[] | undefined; readonly until: number }
  >();
  return async (pool: string): Promise<readonly string[] | undefined> => {
    const now = clock();
    const kept = known.get(pool);
    if (kept && kept.until > now) return kept.found;
    const found = await readPoolAddresses(ses, names.dedicatedIpPool(pool)).catch(() => undefined);
    // A pool that is empty yet is asked again soon: its addresses are being leased.
    const isSettled = found !== undefined && found.length > 0;
    known.set(pool, { found, until: now + (isSettled ? addressesEveryMs : addressesEveryMs / 20) });
    return found;
  };
}
