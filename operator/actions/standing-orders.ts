import { readPools } from '../../adapters/directory-seed.ts';
import { readStreamStanding } from '../../adapters/standing-store.ts';
import { listStreams, readTenant } from '../../adapters/tenant-directory.ts';
import type { Region } from '../../domain/evidence/model.ts';
import type { Order } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

/** An order as dispatch obeys it, with the streams in whose mail it stands. */
export type OrderRow = {
  readonly order: Order;
  readonly streams: readonly string[];
  /** Whether it stands in every stream of the deployment. */
  readonly scope: 'all-streams' | 'some-streams';
};

/** Returns the orders that hold at an instant, those that end first coming first; of one stream where it is named. */
export async function listOrders(
  { tables }: Backend,
  { now, stream }: { readonly now: EpochMs; readonly stream?: string | undefined },
): Promise<readonly OrderRow[]> {
  const streams = await listStreams(tables.directory);
  const standings = await Promise.all(
    streams.map((name) => readStreamStanding(tables.assignments, name)),
  );
  const found = new Map<string, { readonly order: Order; readonly streams: string[] }>();
  for (const [index, { orders }] of standings.entries())
    for (const { pk: _, sk: __, ...order } of orders) {
      if (order.until <= now) continue;
      const row = found.get(order.id) ?? { order, streams: [] };
      row.streams.push(streams[index] ?? '');
      found.set(order.id, row);
    }
  return [...found.values()]
    .filter((row) => stream === undefined || row.streams.includes(stream))
    .map((row): OrderRow => {
      const scope = row.streams.length === streams.length ? 'all-streams' : 'some-streams';
      return { ...row, scope };
    })
    .sort((one, other) => one.order.until - other.order.until);
}

/**
 * Returns what of a region is not of this deployment, as one sentence; undefined where all is. A misspelt
 * tenant or pool would hold nothing, and say that it did.
 */
export async function unknownPart(
  { tables }: Backend,
  { tenant, pool }: Region,
): Promise<string | undefined> {
  if (tenant !== undefined && !(await readTenant(tables.directory, tenant)))
    return `--tenant: got ${tenant}; no such tenant, see goodstanding tenants list`;
  if (pool === undefined) return undefined;
  const pools = (await readPools(tables.directory)).map((one) => one.pool);
  if (pools.includes(pool)) return undefined;
  return `--pool: got ${pool}; allowed: ${pools.sort().join(', ')}`;
}
