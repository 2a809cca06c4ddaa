import type { SeedPlan } from '../../contract/environment.ts';
import type { AssignmentItem, PoolItem, StreamItem, TenantItem } from '../../contract/items.ts';
import { assignmentKeys, directoryKeys, type Key } from '../../contract/table-keys.ts';
import type { WeightedPool } from '../../domain/assignment.ts';
import { spillPools } from '../../domain/rotation/capacity.ts';
import { earlyRemoval, seedAssignment, seedProviderAssignment } from '../../domain/seeding.ts';
import type { Clock } from '../../domain/time.ts';

/** Everything seeding asks of the world. */
export type SeedPorts = {
  readonly clock: Clock;
  readonly readPools: () => Promise<readonly PoolItem[]>;
  readonly putPool: (item: PoolItem) => Promise<void>;
  readonly deletePool: (pool: string) => Promise<void>;
  readonly readStream: (stream: string) => Promise<StreamItem | undefined>;
  readonly putStream: (item: StreamItem) => Promise<void>;
  readonly readAssignment: (stream: string) => Promise<AssignmentItem | undefined>;
  /** Providers for which a stream has pools of their own. */
  readonly readProviders: (stream: string) => Promise<readonly string[]>;
  readonly readProviderAssignment: (
    stream: string,
    provider: string,
  ) => Promise<AssignmentItem | undefined>;
  /** Writes if the version read before still stands (0: nothing stood there); false otherwise. */
  readonly putAssignment: (item: AssignmentItem, versionBefore: number) => Promise<boolean>;
  /** Writes the tenant where none is, otherwise only what it owns; its status is never touched. */
  readonly seedTenant: (item: TenantItem) => Promise<void>;
  /** Limits what shared addresses take when nothing warm is left. */
  readonly capSpill: (pool: string) => Promise<void>;
  /** Takes that limit away from addresses that a stream has for its own. */
  readonly uncapSpill: (pool: string) => Promise<void>;
  readonly readSendRate: () => Promise<number>;
  readonly writeSendRate: (ratePerSecond: number) => Promise<void>;
  readonly warn: (text: string, error: unknown) => void;
};

/** The one tenant of single tenancy. */
const singleTenant = 'default';

/**
 * Fills the directory at a deploy. What is absent is written; what rotation or an operator decided at
 * run time stays. Idempotent.
 * @throws when the plan drops a pool that has not retired: CloudFormation then rolls back
 */
export async function seed(plan: SeedPlan, ports: SeedPorts): Promise<void> {
  const known = await ports.readPools();
  const pools = known.map(({ createdAt, ...pool }) => ({ ...pool, since: createdAt }));
  refuseEarlyRemoval(pools, Object.keys(plan.pools), 'this deployment', ports);
  const streams = await Promise.all(
    Object.entries(plan.streams).map(async ([stream, planned]) => {
      const before = await ports.readStream(stream);
      const served = [
        ...Object.entries(before?.pools ?? {}).map(([pool, since]) => ({ pool, since })),
        ...Object.entries(before?.retiring ?? {}).map(([pool, retiringAt]) => ({
          pool,
          retiringAt,
        })),
        ...Object.entries(before?.failover ?? {}).map(([pool, since]) => ({ pool, since })),
      ];
      refuseEarlyRemoval(
        served,
        [...planned.pools, ...planned.retiring, ...(planned.failover ?? [])],
        `stream ${stream}`,
        ports,
      );
      return { stream, planned, before };
    }),
  );
  await seedSpills(plan, ports);
  for (const each of streams) await seedStream(each, ports);
  for (const [pool, settings] of Object.entries(plan.pools))
    await seedPool(
      pool,
      settings,
      known.find((item) => item.pool === pool),
      ports,
    );
  for (const { pool } of known) if (!(pool in plan.pools)) await ports.deletePool(pool);
  if (plan.tenancy === 'single') await seedSingleTenant(plan, ports);
  await ports.writeSendRate(await sendRate(plan, ports));
}

/** A set that mail inside SES still names must not go: its events would go with it. */
function refuseEarlyRemoval(
  known: Parameters<typeof earlyRemoval>[0],
  planned: readonly string[],
  where: string,
  ports: SeedPorts,
): void {
  const problem = earlyRemoval(known, planned, ports.clock());
  if (problem) throw new Error(`${where}: ${problem}`);
}

type StreamSeed = {
  readonly stream: string;
  readonly planned: SeedPlan['streams'][string];
  readonly before: StreamItem | undefined;
};

/** A pool leaves the assignment before it is marked as retiring, so that nothing names what is going. */
async function seedStream({ stream, planned, before }: StreamSeed, ports: SeedPorts) {
  const declared = planned.pools;
  await rewrite(stream, ports, {
    ...assignmentKeys.stream(stream),
    read: () => ports.readAssignment(stream),
    poolsOf: (current) => seedAssignment(current, Object.keys(before?.pools ?? {}), declared),
  });
  const usable = [...declared, ...(planned.failover ?? [])];
  for (const provider of await ports.readProviders(stream))
    await rewrite(stream, ports, {
      ...assignmentKeys.provider(stream, provider),
      read: () => ports.readProviderAssignment(stream, provider),
      poolsOf: (current) => current && seedProviderAssignment(current, usable, declared),
    });
  const now = ports.clock();
  await ports.putStream({
    ...directoryKeys.stream(stream),
    stream,
    pools: Object.fromEntries(declared.map((pool) => [pool, poolSince(pool, before, now)])),
    retiring: Object.fromEntries(
      planned.retiring.map((pool) => [pool, before?.retiring[pool] ?? now]),
    ),
    ...(planned.failover
      ? {
          failover: Object.fromEntries(
            planned.failover.map((pool) => [pool, before?.failover?.[pool] ?? now]),
          ),
        }
      : {}),
  });
}

type Rewritten = Key & {
  readonly read: () => Promise<AssignmentItem | undefined>;
  /** Returns the pools after the deploy; undefined where nothing changes. */
  readonly poolsOf: (
    current: readonly WeightedPool[] | undefined,
  ) => readonly WeightedPool[] | undefined;
};

/** Writes one assignment of a stream; rotation may write between our read and our write. */
async function rewrite(
  stream: string,
  ports: SeedPorts,
  { pk, sk, read, poolsOf }: Rewritten,
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const current = await read();
    const pools = poolsOf(current?.pools);
    if (!pools) return;
    const item = {
      ...{ pk, sk },
      pools: [...pools],
      version: (current?.version ?? 0) + 1,
      at: ports.clock(),
      by: 'deploy',
      why: current ? 'the configuration declares other pools' : 'first deploy',
    };
    if (await ports.putAssignment(item, current?.version ?? 0)) return;
  }
  throw new Error(`the assignment of ${stream} keeps changing; deploy again when rotation rests`);
}

/** A limit stands before any mail may need it: dispatch learns of it within half a minute, of a move in two seconds. */
async function seedSpills({ pools, streams }: SeedPlan, ports: SeedPorts): Promise<void> {
  const spills = spillPools(pools, Object.values(streams));
  for (const [pool, { kind }] of Object.entries(pools))
    if (spills.includes(pool)) await ports.capSpill(pool);
    else if (kind === 'shared') await ports.uncapSpill(pool);
}

/** A pool that is taken back while it retires is an old one, of which nobody kept the beginning. */
function poolSince(pool: string, before: StreamItem | undefined, now: number): number {
  return before?.pools[pool] ?? (before && pool in before.retiring ? 0 : now);
}

async function seedPool(
  pool: string,
  settings: { readonly kind: string; readonly retiring: boolean },
  known: PoolItem | undefined,
  ports: SeedPorts,
) {
  const now = ports.clock();
  const item: PoolItem = {
    ...directoryKeys.pool(pool),
    pool,
    kind: settings.kind,
    state: settings.retiring ? 'retiring' : 'active',
    createdAt: known?.createdAt ?? now,
    ...(settings.retiring ? { retiringAt: known?.retiringAt ?? now } : {}),
  };
  await ports.putPool(item);
}

async function seedSingleTenant(plan: SeedPlan, ports: SeedPorts) {
  const now = ports.clock();
  await ports.seedTenant({
    ...directoryKeys.tenant(singleTenant),
    tenant: singleTenant,
    status: 'active',
    fromOwned: plan.fromOwned,
    createdAt: now,
    updatedAt: now,
  });
}

/** SES's own rate, or the configuration's until SES tells. */
async function sendRate(plan: SeedPlan, ports: SeedPorts): Promise<number> {
  try {
    return await ports.readSendRate();
  } catch (error) {
    ports.warn('SES did not tell its send rate; the configured one is used for now', error);
    return plan.initialSendRatePerSecond;
  }
}
