/** What the reputation loop says is done within seconds, and only to the part of the mail that it means. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { readJournal } from '../../adapters/journal-store.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import { bucketAt } from '../../contract/attempt-id.ts';
import { sentOf } from '../../contract/sent-mail.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import type { WeightedPool } from '../../domain/assignment.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { type Body, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
const stream = 'transactional';

async function put({ tables }: DispatchWorld, item: object): Promise<void> {
  const { dynamo: client, name } = tables.assignments;
  await client.send(new PutItemCommand({ TableName: name, Item: toItem(item) }));
}

async function give(world: DispatchWorld, over: Partial<Order> = {}): Promise<void> {
  const now = world.time.clock();
  const order: Order = {
    id: 'd1.0',
    kind: 'hold',
    region: { tenant: 'default', provider: 'gmail' },
    share: 0,
    since: now,
    until: epochMs(now + 3 * hourMs),
    decision: 'd1',
    ...over,
  };
  await put(world, { ...assignmentKeys.order(stream, order.id), ...order });
}

async function assign(world: DispatchWorld, provider: string, pool: string): Promise<void> {
  await assignPools(world, provider, [{ pool, weight: 1 }]);
}

async function assignPools(
  world: DispatchWorld,
  provider: string,
  pools: readonly WeightedPool[],
): Promise<void> {
  const word = { version: 1, at: 0, by: 'test', why: 'moved' };
  await put(world, { ...assignmentKeys.provider(stream, provider), pools, ...word });
}

const automation = (world: DispatchWorld, state: string) =>
  put(world, { ...assignmentKeys.automation, state, autonomy: {}, at: 0, by: 'test', why: 'test' });

const poolsUsed = ({ sesCalls }: DispatchWorld) =>
  sesCalls.map(({ recipient, pool }) => `${recipient.address.domain} ${pool}`);

describe('an assignment for one provider', () => {
  test('moves that provider’s mail and nobody else’s, also within one batch', async () => {
    const world = await createDispatchWorld(dynamo);
    await assign(world, 'gmail', 'spare');
    world.intake.put(batch(['a@gmail.com', 'b@yahoo.com', 'c@googlemail.com']));
    await world.settle();
    expect(poolsUsed(world)).toEqual([
      'gmail.com spare',
      'yahoo.com shared',
      'googlemail.com spare',
    ]);
  });

  test('that names no pool of this function’s settings leaves the stream’s own', async () => {
    const world = await createDispatchWorld(dynamo);
    await assign(world, 'gmail', 'not-yet-deployed');
    world.intake.put(message({ to: 'a@gmail.com' }));
    await world.settle();
    expect(poolsUsed(world)).toEqual(['gmail.com shared']);
  });
});

describe('a tenant that an assignment names', () => {
  const both = (parts: Readonly<Record<string, number>>) =>
    ['shared', 'spare'].map((pool) => {
      const part = parts[pool];
      return { pool, weight: 1, ...(part === undefined ? {} : { placed: { default: part } }) };
    });
  const poolOf = (world: DispatchWorld, request: Body) =>
    world.sesCalls.find((call) => call.request.id === request['id'])?.pool;

  test.each(['shared', 'spare'])('on one pool takes pool %s', async (pool) => {
    const world = await createDispatchWorld(dynamo);
    await assignPools(world, 'gmail', both({ [pool]: 1 }));
    world.intake.put(message({ to: 'a@gmail.com' }));
    await world.settle();
    expect(poolsUsed(world)).toEqual([`gmail.com ${pool}`]);
  });

  test('on two is spread over them by message, and a message that SES put off takes its own again', async () => {
    const world = await createDispatchWorld(dynamo);
    await assignPools(world, 'gmail', both({ shared: 1, spare: 1 }));
    const requests = Array.from({ length: 10 }, (_, index) =>
      message({ to: 'a@gmail.com', id: `spread-${index}` }),
    );
    const busy: SendAnswer = { ok: false, refusal: { kind: 'throttled' }, detail: 'busy' };
    world.answer = () => busy;
    for (const request of requests) world.intake.put(request);
    await world.runOnce();
    const first = requests.map((request) => poolOf(world, request));
    world.sesCalls.length = 0;
    world.answer = accepted;
    await world.settle();
    expect(new Set(first)).toEqual(new Set(['shared', 'spare']));
    expect(requests.map((request) => poolOf(world, request))).toEqual(first);
  });
});

describe('a hold', () => {
  test('keeps its part of the mail, says so, and lets it go when it ends; others leave at once', async () => {
    const world = await createDispatchWorld(dynamo);
    await give(world);
    const start = world.time.clock();
    const request = batch(['a@gmail.com', 'b@yahoo.com']);
    world.intake.put(request);
    await world.runOnce();
    expect(await world.outcomes(request)).toEqual(['held/reputation-hold', 'accepted']);
    await world.settle(2 * hourMs);
    expect(world.sesCalls).toHaveLength(1);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted', 'accepted']);
    const [, released] = world.sesCalls.map(({ at }) => at - start);
    expect(released).toBeGreaterThanOrEqual(3 * hourMs);
    expect(released).toBeLessThan(3 * hourMs + 2 * minuteMs);
  });

  test('leases none of the rate for mail that cannot go', async () => {
    const world = await createDispatchWorld(dynamo);
    await give(world);
    let leases = 0;
    const pacer = {
      ...world.ports.pacer,
      lease: (...asked: Parameters<typeof world.ports.pacer.lease>) => {
        leases += 1;
        return world.ports.pacer.lease(...asked);
      },
    };
    world.intake.put(message({ to: 'a@gmail.com' }));
    await world.runOnce({ pacer });
    expect([leases, world.sesCalls.length]).toEqual([0, 0]);
  });

  test('that comes while mail waits for its turn still holds it', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 10 });
    await world.ports.pacer.lease(200, epochMs(world.time.clock() + 90 * secondMs));
    const request = message({ to: 'a@gmail.com' });
    world.intake.put(request);
    const pause = async (milliseconds: number) => {
      await give(world);
      await world.time.pause(milliseconds);
    };
    await world.runOnce({ pause });
    expect(world.sesCalls).toEqual([]);
    expect(await world.outcomes(request)).toEqual(['held/reputation-hold']);
  });

  test('that cannot be read lets the mail wait; the kill switch sends it without a look at any order', async () => {
    const world = await createDispatchWorld(dynamo);
    await put(world, { ...assignmentKeys.order(stream, 'odd'), kind: 'who knows' });
    world.intake.put(message({ to: 'a@yahoo.com' }));
    await world.runOnce();
    expect(world.sesCalls).toEqual([]);
    expect(world.failures).not.toEqual([]);
    await automation(world, 'off');
    await world.settle(hourMs);
    expect(world.sesCalls).toHaveLength(1);
  });
});

test('with automation off, holds and moves are forgotten at once; frozen, they stand', async () => {
  const world = await createDispatchWorld(dynamo);
  await give(world, { region: { tenant: 'default', provider: 'yahoo' } });
  await assign(world, 'gmail', 'spare');
  await automation(world, 'freeze');
  world.intake.put(batch(['a@gmail.com', 'b@yahoo.com']));
  await world.runOnce();
  expect(poolsUsed(world)).toEqual(['gmail.com spare']);
  await automation(world, 'off');
  await world.settle(10 * minuteMs);
  world.intake.put(message({ to: 'c@gmail.com' }));
  await world.settle(minuteMs);
  expect(poolsUsed(world).slice(1)).toEqual(['yahoo.com shared', 'gmail.com shared']);
});

describe('a trial of a pool', () => {
  test('sends mail of the tenants that it names, and the journal tells it as canary mail', async () => {
    const world = await createDispatchWorld(dynamo);
    const region = { provider: 'gmail' };
    await give(world, { kind: 'slow', share: 1, region, trial: true, tenants: ['default'] });
    world.intake.put(batch(['a@gmail.com', 'b@yahoo.com']));
    await world.settle();
    const attempts = await readJournal(world.tables.ledger, bucketAt(world.time.clock()));
    const kinds = attempts.flatMap(({ entries }) => entries.map(({ e }) => e));
    expect(kinds.toSorted()).toEqual(['canary', undefined]);
    expect(world.sesCalls.map(({ kind }) => kind).toSorted()).toEqual(['canary', undefined]);
  });

  test('holds the mail of everybody whom it does not name', async () => {
    const world = await createDispatchWorld(dynamo);
    const region = { provider: 'gmail' };
    await give(world, { kind: 'slow', share: 1, region, trial: true, tenants: ['acme'] });
    const request = message({ to: 'a@gmail.com' });
    world.intake.put(request);
    await world.runOnce();
    expect(await world.outcomes(request)).toEqual(['held/reputation-hold']);
  });
});

describe('probes', () => {
  const probes = { tenants: ['default'], mails: 3 };

  test('of a listed tenant leave, three in all environments; the journal tells them from other mail', async () => {
    const world = await createDispatchWorld(dynamo);
    await give(world, { probes });
    const requests = Array.from({ length: 5 }, (_, index) =>
      message({ to: `p${index}@gmail.com` }),
    );
    for (const request of requests) {
      world.intake.put(request);
      // Each invocation begins with nothing remembered, as another environment does.
      await world.runOnce();
    }
    expect(world.sesCalls.map(({ kind }) => kind)).toEqual(['probe', 'probe', 'probe']);
    const outcomes = await Promise.all(requests.map((request) => world.outcomes(request)));
    expect(outcomes.flat().sort()).toEqual([
      ...Array(3).fill('accepted'),
      ...Array(2).fill('held/reputation-hold'),
    ]);
    const attempts = await readJournal(world.tables.ledger, bucketAt(world.time.clock()));
    expect(attempts.flatMap(({ entries }) => entries.map(({ e }) => e))).toEqual(
      Array(3).fill('probe'),
    );
  });

  test('are three also where one batch asks for fifty', async () => {
    const world = await createDispatchWorld(dynamo);
    await give(world, { probes });
    world.intake.put(batch(Array.from({ length: 50 }, (_, index) => `p${index}@gmail.com`)));
    await world.settle(hourMs);
    expect(world.sesCalls).toHaveLength(3);
  });

  test('are none of a tenant that is not listed', async () => {
    const world = await createDispatchWorld(dynamo);
    await give(world, { probes: { tenants: ['globex'], mails: 3 } });
    world.intake.put(message({ to: 'a@gmail.com' }));
    await world.settle(hourMs);
    expect(world.sesCalls).toEqual([]);
  });
});

describe('the journal', () => {
  test('says before SES is called what is sent, of whom and where, in the ten seconds of its attempt', async () => {
    const world = await createDispatchWorld(dynamo);
    await world.setTenant({ tenant: 'acme', fromOwned: ['acme.example'] });
    const bucket = bucketAt(world.time.clock());
    const seen: unknown[] = [];
    world.answer = async (mail) => {
      seen.push((await readJournal(world.tables.ledger, bucket)).flatMap(sentOf));
      return mail.recipientIndex === 1
        ? { ok: false, refusal: { kind: 'reject', reason: 'content-rejected' }, detail: 'no' }
        : { ok: true, sesMessageId: `ses-${mail.recipientIndex}` };
    };
    const tags = { campaign: 'spring' };
    const own = { tenant: 'acme', from: 'ada@acme.example', tags };
    world.intake.put(batch(['a@gmail.com', 'b@gmail.com', 'c@yahoo.com'], own));
    await world.runOnce();
    const origin = {
      tenant: 'acme',
      identity: 'acme.example',
      stream,
      pool: 'shared',
      campaign: 'spring',
    };
    const sent = (provider: string, count: number) => ({
      origin: { ...origin, provider },
      at: bucket,
      count,
    });
    expect(seen[0]).toEqual([sent('gmail', 2), sent('yahoo', 1)]);
    const after = (await readJournal(world.tables.ledger, bucket)).flatMap(sentOf);
    expect(after).toEqual([sent('gmail', 1), sent('yahoo', 1)]);
  });
});
