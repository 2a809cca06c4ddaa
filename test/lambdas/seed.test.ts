/** A deploy fills the directory and never overwrites what rotation or an operator decided at run time. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createAllowances, listAllowances } from '../../adapters/allowance-store.ts';
import {
  deletePool,
  putAssignment,
  putPool,
  putStream,
  readAssignedProviders,
  readAssignmentNow,
  readPools,
  readProviderAssignment,
  readStream,
  seedTenant,
} from '../../adapters/directory-seed.ts';
import { createPacer, writeSendRate } from '../../adapters/pacing-store.ts';
import { capSpill, uncapSpill } from '../../adapters/spill-caps.ts';
import { holdTenant, readTenant } from '../../adapters/tenant-directory.ts';
import type { SeedPlan } from '../../contract/environment.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import { hourMs } from '../../domain/time.ts';
import { type SeedPorts, seed } from '../../lambdas/seed/seed.ts';
import { dynamoOfFile, type Tables } from '../support/dynamo.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();
let tables: Tables;
let time: VirtualTime;
let warnings: string[];

beforeEach(async () => {
  tables = await dynamo.createTables(dynamo.connectDirectly());
  time = createVirtualTime();
  warnings = [];
});

function ports(over: Partial<SeedPorts> = {}): SeedPorts {
  const { directory, assignments, pacing } = tables;
  return {
    clock: time.clock,
    readPools: () => readPools(directory),
    putPool: (item) => putPool(directory, item),
    deletePool: (pool) => deletePool(directory, pool),
    readStream: (stream) => readStream(directory, stream),
    putStream: (item) => putStream(directory, item),
    readAssignment: (stream) => readAssignmentNow(assignments, stream),
    readProviders: (stream) => readAssignedProviders(assignments, stream),
    readProviderAssignment: (stream, provider) =>
      readProviderAssignment(assignments, stream, provider),
    capSpill: (pool) => capSpill(pacing, pool),
    uncapSpill: (pool) => uncapSpill(pacing, pool),
    putAssignment: (item, before) => putAssignment(assignments, item, before),
    seedTenant: (item) => seedTenant(directory, item),
    readSendRate: async () => 14,
    writeSendRate: (rate) => writeSendRate(pacing, rate),
    warn: (text) => warnings.push(text),
    ...over,
  };
}

/** A plan of one stream; `retiring` pools leave it. */
function plan(pools: readonly string[], retiring: readonly string[] = []): SeedPlan {
  return {
    tenancy: 'single',
    fromOwned: ['sender.example'],
    streams: { transactional: { pools: [...pools], retiring: [...retiring] } },
    pools: Object.fromEntries([
      ...pools.map((pool) => [pool, { kind: 'standard', retiring: false }] as const),
      ...retiring.map((pool) => [pool, { kind: 'standard', retiring: true }] as const),
    ]),
    initialSendRatePerSecond: 1,
  };
}

const assignment = () => readAssignmentNow(tables.assignments, 'transactional');
const assigned = async () =>
  (await assignment())?.pools.map(({ pool, weight }) => `${pool} ${weight}`);
const rate = () =>
  createPacer(tables.pacing, { lane: 'marketing', headroom: 1 }, time.clock).ratePerSecond();

/** What rotation does: another set of weights. */
async function rotate(...pools: readonly (readonly [string, number])[]): Promise<void> {
  const version = (await assignment())?.version ?? 0;
  const written = await putAssignment(
    tables.assignments,
    {
      ...assignmentKeys.stream('transactional'),
      pools: pools.map(([pool, weight]) => ({ pool, weight })),
      version: version + 1,
      at: time.clock(),
      by: 'rotation',
      why: 'test',
    },
    version,
  );
  expect(written).toBe(true);
}

describe('a first deploy', () => {
  test('writes pools, streams, assignment, tenant and rate', async () => {
    await seed(plan(['a', 'b']), ports());
    expect(await assigned()).toEqual(['a 1', 'b 1']);
    expect((await readPools(tables.directory)).map(({ pool, state }) => [pool, state])).toEqual([
      ['a', 'active'],
      ['b', 'active'],
    ]);
    expect(await readTenant(tables.directory, 'default')).toMatchObject({
      status: 'active',
      fromOwned: ['sender.example'],
    });
    expect(await rate()).toBe(14);
  });

  test('uses the configured rate while SES does not tell its own', async () => {
    const readSendRate = async () => {
      throw new Error('SES is away');
    };
    await seed(plan(['a']), ports({ readSendRate }));
    expect(await rate()).toBe(1);
    expect(warnings).toHaveLength(1);
  });

  test('with many tenants adds none', async () => {
    await seed({ ...plan(['a']), tenancy: 'many' }, ports());
    expect(await readTenant(tables.directory, 'default')).toBeUndefined();
  });

  test('that died half-way is completed by the next', async () => {
    const calls = ['readPools', 'putAssignment', 'putStream', 'putPool', 'seedTenant'] as const;
    for (const call of calls) {
      const dying = { [call]: () => Promise.reject(new Error(`died at ${call}`)) };
      await expect(seed(plan(['a', 'b']), ports(dying))).rejects.toThrow('died');
    }
    await seed(plan(['a', 'b']), ports());
    expect(await assigned()).toEqual(['a 1', 'b 1']);
    expect(await readPools(tables.directory)).toHaveLength(2);
  });
});

describe('a later deploy', () => {
  test('of the same plan changes nothing', async () => {
    await seed(plan(['a', 'b']), ports());
    const [before, pools] = [await assignment(), await readPools(tables.directory)];
    time.advance(hourMs);
    await seed(plan(['a', 'b']), ports());
    expect(await assignment()).toEqual(before);
    expect(await readPools(tables.directory)).toEqual(pools);
  });

  test('keeps what rotation decided, and a new pool joins with weight 1', async () => {
    await seed(plan(['a', 'b']), ports());
    await rotate(['a', 7]);
    await seed(plan(['a', 'b', 'c']), ports());
    expect(await assigned()).toEqual(['a 7', 'c 1']);
  });

  test('keeps a tenant held, and gives it the domains that are configured now', async () => {
    await seed(plan(['a']), ports());
    await holdTenant(tables.directory, { tenant: 'default', why: 'abuse' }, time.clock());
    await seed({ ...plan(['a']), fromOwned: ['other.example'] }, ports());
    expect(await readTenant(tables.directory, 'default')).toMatchObject({
      status: 'held',
      why: 'abuse',
      fromOwned: ['other.example'],
    });
  });

  test('that meets a rotation at work takes the newer assignment', async () => {
    await seed(plan(['a', 'b']), ports());
    let raced = false;
    const putting = async (...args: Parameters<SeedPorts['putAssignment']>) => {
      if (!raced) await rotate(['b', 5]);
      raced = true;
      return putAssignment(tables.assignments, ...args);
    };
    await seed(plan(['a', 'b', 'c']), ports({ putAssignment: putting }));
    expect(await assigned()).toEqual(['b 5', 'c 1']);
  });

  test('gives up with a sentence when the assignment never rests', async () => {
    await seed(plan(['a']), ports());
    const never = ports({ putAssignment: async () => false });
    await expect(seed(plan(['a', 'b']), never)).rejects.toThrow(/keeps changing; deploy again/);
  });

  test('run twice at once leaves what one would have left', async () => {
    await Promise.all([seed(plan(['a', 'b']), ports()), seed(plan(['a', 'b']), ports())]);
    expect(await assigned()).toEqual(['a 1', 'b 1']);
  });
});

describe('the life of a pool', () => {
  test('ends in steps: retiring, fourteen hours, gone', async () => {
    await seed(plan(['a', 'b']), ports());
    time.advance(hourMs);
    await expect(seed(plan(['b']), ports())).rejects.toThrow(
      /a was removed while it may carry mail/,
    );
    expect(await assigned()).toEqual(['a 1', 'b 1']);
    await seed(plan(['b'], ['a']), ports());
    expect(await assigned()).toEqual(['b 1']);
    time.advance(13 * hourMs);
    await seed(plan(['b'], ['a']), ports());
    await expect(seed(plan(['b']), ports())).rejects.toThrow(/has been retiring since/);
    time.advance(hourMs);
    await seed(plan(['b']), ports());
    expect((await readPools(tables.directory)).map(({ pool }) => pool)).toEqual(['b']);
  });

  test('in one stream ends alike, while another stream keeps it', async () => {
    const both = plan(['a', 'b']);
    const marketing = { pools: ['a', 'b'], retiring: [] };
    const streams = { ...both.streams, marketing };
    await seed({ ...both, streams }, ports());
    time.advance(hourMs);
    const without = {
      ...both,
      streams: { marketing, transactional: { pools: ['b'], retiring: [] } },
    };
    await expect(seed(without, ports())).rejects.toThrow(
      /stream transactional: pool a was removed/,
    );
    const leaving = { pools: ['b'], retiring: ['a'] };
    await seed({ ...both, streams: { marketing, transactional: leaving } }, ports());
    expect(await assigned()).toEqual(['b 1']);
    time.advance(14 * hourMs);
    await seed(without, ports());
    expect((await readPools(tables.directory)).map(({ pool }) => pool)).toEqual(['a', 'b']);
  });

  test('that a failed deploy added ends with the rollback, within the hour', async () => {
    await seed(plan(['a']), ports());
    time.advance(20 * hourMs);
    await seed(plan(['a', 'b']), ports());
    time.advance(hourMs - 1);
    await seed(plan(['a']), ports());
    expect(await assigned()).toEqual(['a 1']);
    expect((await readPools(tables.directory)).map(({ pool }) => pool)).toEqual(['a']);
  });

  test('in one stream alone ends with the rollback too, and an old one does not', async () => {
    const both = plan(['a', 'b']);
    const streamsOf = (...pools: readonly string[]) => ({
      ...both,
      streams: { ...both.streams, marketing: { pools: [...pools], retiring: [] } },
    });
    await seed(streamsOf('a'), ports());
    time.advance(hourMs);
    await seed(streamsOf('a', 'b'), ports());
    time.advance(hourMs - 1);
    await expect(seed(streamsOf('b'), ports())).rejects.toThrow(/marketing: pool a was removed/);
    await seed(streamsOf('a'), ports());
  });

  test('that was taken back while it retired does not count as new', async () => {
    await seed(plan(['a', 'b']), ports());
    time.advance(hourMs);
    await seed(plan(['b'], ['a']), ports());
    await seed(plan(['b', 'a']), ports());
    await seed(plan(['b', 'a']), ports());
    await expect(seed(plan(['b']), ports())).rejects.toThrow(/a was removed/);
  });

  test('that was the only one left by rotation hands over to those declared', async () => {
    await seed(plan(['a', 'b', 'c']), ports());
    await rotate(['a', 3]);
    await seed(plan(['b', 'c'], ['a']), ports());
    expect(await assigned()).toEqual(['b 1', 'c 1']);
  });

  test('can be taken back while it retires', async () => {
    await seed(plan(['a', 'b']), ports());
    await seed(plan(['b'], ['a']), ports());
    await seed(plan(['b', 'a']), ports());
    expect((await assigned())?.toSorted()).toEqual(['a 1', 'b 1']);
    const pools = await readPools(tables.directory);
    expect(pools.find(({ pool }) => pool === 'a')).not.toHaveProperty('retiringAt');
  });

  test('that dies half-way through retiring never stands in the assignment as retiring', async () => {
    await seed(plan(['a', 'b']), ports());
    for (const call of ['putAssignment', 'putStream', 'putPool'] as const) {
      const dying = { [call]: () => Promise.reject(new Error('died')) };
      await expect(seed(plan(['b'], ['a']), ports(dying))).rejects.toThrow('died');
      const retiring = (await readPools(tables.directory)).filter(
        ({ state }) => state === 'retiring',
      );
      for (const { pool } of retiring) expect(await assigned()).not.toContain(`${pool} 1`);
    }
  });
});

test('a failover pool is kept until it has left the list for as long as mail may be inside SES', async () => {
  const withFailover: SeedPlan = {
    ...plan(['a']),
    streams: { transactional: { pools: ['a'], retiring: [], failover: ['b'] } },
    pools: { ...plan(['a', 'b']).pools },
  };
  await seed(withFailover, ports());
  expect(await assigned()).toEqual(['a 1']);
  time.advance(2 * hourMs);
  await expect(seed({ ...plan(['a']), pools: withFailover.pools }, ports())).rejects.toThrow(
    'stream transactional: pool b was removed while it may carry mail',
  );
});

describe('a provider with pools of its own', () => {
  const atGmail = assignmentKeys.provider('transactional', 'gmail');
  const readGmail = () => readProviderAssignment(tables.assignments, 'transactional', 'gmail');
  async function assignGmail(...pools: readonly (readonly [string, number])[]): Promise<void> {
    const item = {
      ...atGmail,
      pools: pools.map(([pool, weight]) => ({ pool, weight })),
      ...{ version: 1, at: time.clock(), by: 'rotation', why: 'test' },
    };
    expect(await putAssignment(tables.assignments, item, 0)).toBe(true);
  }

  test('loses a pool that retires, and keeps what rotation decided of the others', async () => {
    await seed(plan(['a', 'b', 'c']), ports());
    await assignGmail(['a', 7], ['b', 3]);
    await seed(plan(['b', 'c'], ['a']), ports());
    expect(await readGmail()).toMatchObject({ pools: [{ pool: 'b', weight: 3 }], version: 2 });
  });

  test('gets the declared pools where only one that retires was left', async () => {
    await seed(plan(['a', 'b']), ports());
    await assignGmail(['a', 7]);
    await seed(plan(['b'], ['a']), ports());
    expect((await readGmail())?.pools).toEqual([{ pool: 'b', weight: 1 }]);
  });

  test('keeps its failover pools, and no pool joins by itself', async () => {
    const withFailover = (pools: readonly string[]): SeedPlan => ({
      ...plan([...pools, 'spare']),
      streams: { transactional: { pools: [...pools], retiring: [], failover: ['spare'] } },
    });
    await seed(withFailover(['a']), ports());
    await assignGmail(['spare', 1]);
    await seed(withFailover(['a', 'b']), ports());
    expect(await readGmail()).toMatchObject({ pools: [{ pool: 'spare', weight: 1 }], version: 1 });
  });
});

describe('shared addresses', () => {
  const sharing = (own: readonly string[]): SeedPlan => ({
    ...plan(['a']),
    streams: {
      transactional: { pools: ['a'], retiring: [], failover: ['ses'] },
      ...(own.length > 0 ? { marketing: { pools: [...own], retiring: [] } } : {}),
    },
    pools: { ...plan(['a']).pools, ses: { kind: 'shared', retiring: false } },
  });

  test('of a failover list take 500 an hour at a provider and no more, from the deploy on', async () => {
    await seed(sharing([]), ports());
    const { take } = createAllowances(tables.pacing, time.clock);
    expect(await take({ pool: 'ses', provider: 'gmail' }, 400)).toMatchObject({ granted: 400 });
    expect(await take({ pool: 'ses', provider: 'gmail' }, 400)).toMatchObject({ granted: 100 });
    expect(await take({ pool: 'ses', provider: 'small.example' }, 600)).toMatchObject({
      granted: 500,
    });
    expect(await take({ pool: 'a', provider: 'gmail' }, 9000)).toMatchObject({ granted: 9000 });
    time.advance(hourMs);
    expect(await take({ pool: 'ses', provider: 'gmail' }, 600)).toMatchObject({ granted: 500 });
  });

  test('a deploy in the middle of an hour gives them nothing anew', async () => {
    await seed(sharing([]), ports());
    await createAllowances(tables.pacing, time.clock).take({ pool: 'ses', provider: 'gmail' }, 400);
    await seed(sharing([]), ports());
    const { take } = createAllowances(tables.pacing, time.clock);
    expect(await take({ pool: 'ses', provider: 'gmail' }, 400)).toMatchObject({ granted: 100 });
  });

  test('that a stream declares as its own have no such limit, nor keep it', async () => {
    await seed(sharing([]), ports());
    await seed(sharing(['ses']), ports());
    expect(await listAllowances(tables.pacing)).toEqual([]);
  });
});
