import { listAllowances } from '../../adapters/allowance-store.ts';
import { readPools } from '../../adapters/directory-seed.ts';
import { readPoolStandings, readStreamStanding } from '../../adapters/standing-store.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import type { WeightedPool } from '../../domain/assignment.ts';
import { unknownProvider } from '../../domain/provider.ts';
import type { Backend } from './backend.ts';
import type { PoolRow } from './pool-row.ts';

/** Which streams give a pool mail, by provider. */
export type PoolUse = {
  readonly stream: string;
  readonly provider: string;
  readonly pools: readonly WeightedPool[];
  readonly by: string;
  readonly why: string;
};

/** Returns every pool as it stands; one that is nowhere in trouble has one row. */
export async function listPoolRows({ tables }: Backend): Promise<readonly PoolRow[]> {
  const [pools, standings, allowances] = await Promise.all([
    readPools(tables.directory),
    readPoolStandings(tables.assignments),
    listAllowances(tables.pacing),
  ]);
  return pools.flatMap(({ pool, kind, state }): readonly PoolRow[] => {
    const own = standings.filter((one) => one.pool === pool);
    const caps = allowances.filter((one) => one.pool === pool);
    const named = [...own, ...caps].map(({ provider }) => provider);
    // Where `other` has a cap it stands for every provider without a row.
    const places = new Set(named.includes(unknownProvider) ? named : ['*', ...named]);
    return [...places].sort().map((provider) => {
      const standing = own.find((one) => one.provider === provider);
      const cap = caps.find((one) => one.provider === provider);
      return {
        ...{ pool, kind, provider },
        state: state === 'retiring' ? state : (standing?.state ?? 'active'),
        ...(standing?.until === undefined ? {} : { until: standing.until }),
        ...(standing?.why === undefined ? {} : { why: standing.why }),
        ...(cap?.dayCap === undefined ? {} : { dayCap: cap.dayCap }),
        ...(cap?.dayLeft === undefined ? {} : { dayLeft: cap.dayLeft }),
        ...(standing?.warmth === undefined ? {} : { step: standing.warmth.step }),
      };
    });
  });
}

/** Returns where every stream's mail goes now. */
export async function listUses({ tables }: Backend): Promise<readonly PoolUse[]> {
  const streams = await listStreams(tables.directory);
  const standings = await Promise.all(
    streams.map((stream) => readStreamStanding(tables.assignments, stream)),
  );
  return streams.flatMap((stream, index) =>
    [...(standings[index]?.assignments ?? [])].map(([provider, { pools, by, why }]) => ({
      ...{ stream, provider, pools, by, why },
    })),
  );
}
