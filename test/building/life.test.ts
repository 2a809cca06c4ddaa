import { expect, test } from 'vitest';
import * as z from 'zod';
import { seedPlan } from '../../contract/environment.ts';
import type { PipelineConfigInput } from '../../contract/pipeline-config.ts';
import { plain, rich } from './support/configs.ts';
import { type Built, build } from './support/template.ts';

const built = await build(rich);

test('the directory is seeded with streams, pools and owners, as the contract reads them', () => {
  expect(planOf(built)).toEqual({
    tenancy: 'many',
    fromOwned: ['example.com', 'news.example.com', 'example.org', 'example.net', 'me@example.edu'],
    streams: {
      transactional: { pools: ['leased', 'spare', 'shared'], retiring: [] },
      lifecycle: { pools: ['managed', 'leased'], retiring: [] },
      marketing: { pools: ['managed'], retiring: ['old'] },
    },
    pools: {
      shared: { kind: 'shared', retiring: false },
      leased: { kind: 'standard', retiring: false },
      spare: { kind: 'standard', retiring: false },
      managed: { kind: 'managed', retiring: false },
      old: { kind: 'standard', retiring: true },
    },
    initialSendRatePerSecond: 14,
  });
});

test('an assignment can only name sets that exist: the seed waits for tables and sets', () => {
  const [, seed] = seedOf(built);
  const needed = [
    'AWS::DynamoDB::GlobalTable',
    'AWS::SES::ConfigurationSet',
    'AWS::SES::ConfigurationSetEventDestination',
  ].flatMap((type) => built.ofType(type).map(([id]) => id));
  expect(seed.DependsOn).toEqual(expect.arrayContaining(needed));
});

test('a refused plan stops the deploy before any dispatch function changes', () => {
  const [seedId] = seedOf(built);
  const dispatchers = built.ofType('AWS::Lambda::Function').filter(([id]) => id.startsWith('Send'));
  expect(dispatchers).toHaveLength(3);
  for (const [id, { DependsOn }] of dispatchers) expect(DependsOn, id).toContain(seedId);
});

test('the seed runs again when the plan changes and only then', async () => {
  const again = await build(rich);
  expect(seedOf(again)[1].Properties).toEqual(seedOf(built)[1].Properties);
  const changed = await build({ ...rich, tenancy: 'single' });
  expect(seedOf(changed)[1].Properties['Plan']).not.toEqual(seedOf(built)[1].Properties['Plan']);
});

test('a retiring pool keeps its configuration sets and its addresses', async () => {
  const before = await build(withPools({ shared: { kind: 'shared' }, own: { kind: 'standard' } }));
  const retiring = await build(
    withPools({ shared: { kind: 'shared' }, own: { kind: 'standard', retiring: true } }),
  );
  for (const type of ['AWS::SES::ConfigurationSet', 'AWS::SES::DedicatedIpPool'])
    expect(retiring.ofType(type)).toEqual(before.ofType(type));
  expect(planOf(retiring).pools['own']).toEqual({ kind: 'standard', retiring: true });
});

test('removing a pool removes its sets and leaves everything else as it was', async () => {
  const before = await build(withPools({ shared: { kind: 'shared' }, own: { kind: 'standard' } }));
  const after = await build(plain);
  const gone = Object.keys(before.resources).filter((id) => !(id in after.resources));
  const types = new Set(gone.map((id) => before.resources[id]?.Type));
  expect([...types].sort()).toEqual([
    'AWS::SES::ConfigurationSet',
    'AWS::SES::ConfigurationSetEventDestination',
    'AWS::SES::DedicatedIpPool',
  ]);
});

test('a new stream, pool or domain changes no logical id that was there', async () => {
  const before = await build(plain);
  const after = await build({
    ...plain,
    sendingDomains: [{ domain: 'first.example' }, ...plain.sendingDomains],
    streams: { early: { pools: ['own'] }, ...plain.streams },
    pools: { own: { kind: 'managed' }, ...plain.pools },
  });
  for (const [id, { Type }] of Object.entries(before.resources))
    expect(after.resources[id]?.Type, id).toBe(Type);
});

function withPools(pools: PipelineConfigInput['pools']): PipelineConfigInput {
  const names = Object.keys(pools);
  return {
    ...plain,
    pools,
    streams: {
      transactional: { ...plain.streams.transactional, pools: names },
      marketing: { pools: names },
    },
  };
}

function seedOf({ ofType }: Built) {
  const [seed] = ofType('Custom::DirectorySeed');
  if (!seed) throw new Error('the template has no seed');
  return seed;
}

function planOf(from: Built) {
  const { Plan } = z.object({ Plan: z.string() }).parse(seedOf(from)[1].Properties);
  return seedPlan.parse(JSON.parse(Plan));
}

test('a pool that leaves one stream keeps its configuration set there and takes no new mail', async () => {
  const leaving = await build({
    ...rich,
    streams: {
      ...rich.streams,
      lifecycle: { pools: ['managed'], retiringPools: ['leased'] },
    },
  });
  expect(planOf(leaving).streams['lifecycle']).toEqual({
    pools: ['managed'],
    retiring: ['leased'],
  });
  expect(JSON.stringify(leaving.ofType('AWS::SES::ConfigurationSet'))).toContain(
    'acme-mail-lifecycle-leased',
  );
});
