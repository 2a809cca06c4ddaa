/**
 * Goal: a deploy seeds what is absent, follows the configuration, refuses what would lose mail, and never
 * undoes what was decided at run time. Method: CloudFormation's Update events go to the seed function, as
 * later deploys of the same stack would send them.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { putAssignment, readAssignmentNow, readPools } from '../../adapters/directory-seed.ts';
import { type Table, toItem } from '../../adapters/items.ts';
import { holdTenant, readTenant, releaseTenant } from '../../adapters/tenant-directory.ts';
import type { SeedPlan } from '../../contract/environment.ts';
import { assignmentKeys, directoryKeys } from '../../contract/table-keys.ts';
import { message, newId } from '../support/requests.ts';
import { mailsTo } from './support/mailboxes.ts';
import { untilOne } from './support/outcomes.ts';
import { readSendRate } from './support/pace.ts';
import { invoke, openWorld, type World } from './support/world.ts';

let world: World;
let assignments: Table;

beforeAll(async () => {
  world = await openWorld({ journey: 'deploys', stack: 'single' });
  const { dynamo } = world.backend.tables.ledger;
  assignments = { dynamo, name: world.names.tables.assignments };
});

afterAll(() => world.close());

const hour = 3_600_000;
const first: SeedPlan = {
  tenancy: 'single',
  fromOwned: ['sender.example'],
  streams: {
    transactional: { pools: ['shared'], retiring: [] },
    marketing: { pools: ['shared'], retiring: [] },
  },
  pools: { shared: { kind: 'shared', retiring: false } },
  initialSendRatePerSecond: 1,
};
const withPool: SeedPlan = {
  ...first,
  streams: { ...first.streams, transactional: { pools: ['shared', 'leased'], retiring: [] } },
  pools: { ...first.pools, leased: { kind: 'standard', retiring: false } },
};
const retiring: SeedPlan = {
  ...withPool,
  streams: { ...first.streams, transactional: { pools: ['shared'], retiring: ['leased'] } },
  pools: { ...first.pools, leased: { kind: 'standard', retiring: true } },
};

describe('from the first deploy to the last', { concurrent: false }, () => {
  test('the first deploy leaves a tenant, an assignment and a rate, and mail flows', async () => {
    expect(await weights()).toEqual({ shared: 1 });
    expect(await readTenant(world.backend.tables.directory, 'default')).toMatchObject({
      status: 'active',
      fromOwned: ['sender.example'],
    });
    expect(await readSendRate(world)).toBe(500);
    await mailFlows();
  });

  test('a new pool joins', async () => {
    expect(await deploy(withPool)).toBe('SUCCESS');
    expect(await weights()).toEqual({ shared: 1, leased: 1 });
  });

  test('what was decided at run time survives a deploy: weights, and a held tenant', async () => {
    const seen = await readAssignmentNow(assignments, 'transactional');
    await putAssignment(
      assignments,
      {
        ...assignmentKeys.stream('transactional'),
        pools: [
          { pool: 'shared', weight: 5 },
          { pool: 'leased', weight: 2 },
        ],
        version: (seen?.version ?? 0) + 1,
        at: Date.now(),
        by: 'operator',
        why: 'leased is warming up',
      },
      seen?.version ?? 0,
    );
    const { directory } = world.backend.tables;
    await holdTenant(directory, { tenant: 'default', why: 'asked to' }, Date.now());
    expect(await deploy({ ...withPool, fromOwned: ['sender.example', 'other.example'] })).toBe(
      'SUCCESS',
    );
    expect(await weights()).toEqual({ shared: 5, leased: 2 });
    expect(await readTenant(directory, 'default')).toMatchObject({
      status: 'held',
      why: 'asked to',
      fromOwned: ['sender.example', 'other.example'],
    });
    await releaseTenant(directory, 'default', Date.now());
  });

  test('a pool that a deploy has just added may go again: CloudFormation rolls back', async () => {
    const more: SeedPlan = {
      ...withPool,
      streams: { ...withPool.streams, marketing: { pools: ['shared', 'spare'], retiring: [] } },
      pools: { ...withPool.pools, spare: { kind: 'managed', retiring: false } },
    };
    expect(await deploy(more)).toBe('SUCCESS');
    expect(await weights('marketing')).toEqual({ shared: 1, spare: 1 });
    expect(await deploy(withPool)).toBe('SUCCESS');
    expect(await weights('marketing')).toEqual({ shared: 1 });
  });

  test('a pool that may carry mail cannot be dropped: the deploy fails and says what to do', async () => {
    await dateBack('createdAt', 2 * hour);
    expect(await deploy(first)).toBe(
      "this deployment: pool leased was removed while it may carry mail; put it back as retiring (retiring: true on the pool, or the stream's retiringPools), deploy, wait 14 h, then remove it",
    );
    expect(await weights()).toEqual({ shared: 5, leased: 2 });
  });

  test('a retiring pool leaves the assignment at once, and may be dropped 14 hours later', async () => {
    expect(await deploy(retiring)).toBe('SUCCESS');
    expect(await weights()).toEqual({ shared: 5 });
    expect(await deploy(first)).toMatch(
      /^this deployment: pool leased has been retiring since .*Z; its mail may be inside SES for 14 h; remove it after .*Z$/,
    );
    await dateBack('retiringAt', 15 * hour);
    expect(await deploy(first)).toBe('SUCCESS');
    const { directory } = world.backend.tables;
    expect((await readPools(directory)).map(({ pool }) => pool)).toEqual(['shared']);
    await mailFlows();
  });

  test('deleting the stack leaves the directory as it is', async () => {
    expect(await deploy(first, 'Delete')).toBe('SUCCESS');
    expect(await weights()).toEqual({ shared: 5 });
  });
});

/** Sends the event of a deploy to the seed function and returns what it answers CloudFormation. */
async function deploy(plan: SeedPlan, RequestType = 'Update'): Promise<string> {
  const { url, answered, close } = await listenForAnswer();
  await invoke(world, world.names.seedFunction, {
    RequestType,
    RequestId: randomUUID(),
    StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/single/1',
    ResponseURL: url,
    ResourceType: 'Custom::DirectorySeed',
    LogicalResourceId: 'DirectorySeed',
    PhysicalResourceId: 'directory-seed',
    ResourceProperties: { Plan: JSON.stringify(plan), Revision: '1' },
  });
  const { Status, Reason } = answer.parse(JSON.parse(await answered));
  close();
  return Status === 'SUCCESS' ? Status : Reason;
}

const answer = z.object({ Status: z.enum(['SUCCESS', 'FAILED']), Reason: z.string() });

/** Stands in for the presigned URL at which CloudFormation takes the answer. */
async function listenForAnswer() {
  const answered = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    answered.resolve(Buffer.concat(chunks).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    answered: answered.promise,
    close: () => server.close(),
  };
}

async function weights(stream = 'transactional'): Promise<Readonly<Record<string, number>>> {
  const { pools = [] } = (await readAssignmentNow(assignments, stream)) ?? {};
  return Object.fromEntries(pools.map(({ pool, weight }) => [pool, weight]));
}

/** Lets the directory say that the leased pool came, or began to retire, that long ago. */
async function dateBack(what: 'createdAt' | 'retiringAt', agoMs: number): Promise<void> {
  const { directory } = world.backend.tables;
  const ofStream = what === 'createdAt' ? 'pools' : 'retiring';
  for (const [key, path] of [
    [directoryKeys.pool('leased'), [what]],
    [directoryKeys.stream('transactional'), [ofStream, 'leased']],
  ] as const)
    await directory.dynamo.send(
      new UpdateItemCommand({
        TableName: directory.name,
        Key: toItem(key),
        UpdateExpression: `SET ${path.map((_, index) => `#p${index}`).join('.')} = :at`,
        ExpressionAttributeNames: Object.fromEntries(
          path.map((name, index) => [`#p${index}`, name]),
        ),
        ExpressionAttributeValues: toItem({ ':at': Date.now() - agoMs }),
      }),
    );
}

async function mailFlows(): Promise<void> {
  const id = newId();
  const to = `${id}@recipient.example`;
  await world.enqueue([message({ id, to })]);
  await untilOne(world, { id }, 'delivered');
  expect(await mailsTo(world, to)).toMatchObject([
    { configurationSet: 'single-transactional-shared' },
  ]);
}
