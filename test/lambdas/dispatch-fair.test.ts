/**
 * The promise: one tenant's flood leaves the intake for the overflow lane, where nobody waits behind it;
 * nothing is lost or sent twice on the way, and who keeps to its share never notices.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { createPacer } from '../../adapters/pacing-store.ts';
import { metrics } from '../../contract/metrics.ts';
import { emptyWindow } from '../../domain/fair-share.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { DispatchPorts } from '../../lambdas/dispatch/ports.ts';
import type { Overflow } from '../../lambdas/dispatch/share.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createIntake, type Intake } from '../support/intake.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

/** Half of 10/s for ten seconds, shared by two environments. */
const ratePerSecond = 10;
const allowance = 25;

const dynamo = await dynamoOfFile();
let world: DispatchWorld;
let lane: Intake;
let overflow: Overflow;

beforeEach(async () => {
  world = await createDispatchWorld(dynamo, {
    policy: { tenantShare: 0.5, concurrency: 2 },
    ratePerSecond,
  });
  for (const tenant of ['loud', 'quiet']) await world.setTenant({ tenant });
  lane = createIntake(world.time, 'overflow');
  overflow = {
    window: emptyWindow,
    pacer: createPacer(world.tables.pacing, { lane: 'marketing', headroom: 1 }, world.time.clock),
    move: (messages) =>
      world.faults.run('move', async () => {
        for (const { body, group, attributes } of messages) lane.put(body, { group, attributes });
        return new Set(messages.map(({ queueMessageId }) => queueMessageId));
      }),
  };
});

/** Puts `count` mails of one tenant into the intake. */
function flood(count: number, tenant = 'loud'): readonly Body[] {
  const requests = Array.from({ length: count }, () => message({ tenant }));
  for (const request of requests) world.intake.put(request, { group: tenant });
  return requests;
}

async function drainIntake(over: Partial<DispatchPorts> = {}): Promise<void> {
  while (await world.runOnce({ overflow, ...over }));
}

/** Takes one batch off the overflow queue, as Lambda does for its own mapping. */
async function runOverflow(over: Partial<DispatchPorts> = {}): Promise<void> {
  const records = lane.receive();
  const deadline = epochMs(world.time.clock() + 120 * secondMs);
  const returnLater: DispatchPorts['returnLater'] = async (record, afterMs) =>
    lane.returnLater(record, afterMs);
  const ports = { ...world.ports, overflow, deadline, returnLater, ...over };
  lane.settle(records, await dispatch(records, ports));
}

async function drainOverflow(): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const at = lane.nextAt();
    if (at === undefined) return;
    world.time.advanceTo(at);
    await runOverflow();
  }
  throw new Error(`${lane.size()} messages will not leave the overflow lane`);
}

function sentOf(requests: readonly Body[]): readonly number[] {
  return requests.map(({ id }) => world.sesCalls.filter(({ request }) => request.id === id).length);
}

const once = (requests: readonly Body[]) => requests.map(() => 1);

describe('while the intake is behind', () => {
  test('a tenant is sent its share from it and the rest leaves, untouched, in ten', async () => {
    const requests = flood(100);
    world.time.advance(3 * secondMs);
    await drainIntake();
    expect(world.sesCalls).toHaveLength(allowance);
    expect(lane.size()).toBe(100 - allowance);
    expect(world.counts.get(metrics.overflowed)).toBe(100 - allowance);
    expect(await world.outcome(requests.at(-1) ?? {})).toBeUndefined();
  });

  test('who keeps to its share stays, in the very batch that the flood leaves', async () => {
    const loud = flood(45);
    const quiet = flood(3, 'quiet');
    world.time.advance(3 * secondMs);
    await drainIntake();
    expect(sentOf(quiet)).toEqual(once(quiet));
    expect(world.sesCalls).toHaveLength(allowance + 3);
    await drainOverflow();
    expect(sentOf(loud)).toEqual(once(loud));
  });

  test('a message without a group belongs to the tenant of its body, and then has a group', async () => {
    for (let index = 0; index < 30; index += 1) world.intake.put(message({ tenant: 'loud' }));
    world.time.advance(3 * secondMs);
    await drainIntake();
    expect(new Set(lane.receive().map(({ group }) => group))).toEqual(new Set(['loud']));
  });

  test('what belongs to nobody stays and is answered', async () => {
    for (let index = 0; index < 40; index += 1) world.intake.put(`{ "tenant": ${index}`);
    world.time.advance(3 * secondMs);
    await drainIntake();
    expect(lane.size()).toBe(0);
    expect(world.rejected).toHaveLength(40);
  });

  test('body, attributes and the first instant survive the move', async () => {
    const [enqueuedAt, body] = [world.time.clock(), message({ tenant: 'loud' })];
    const parkedAt = '2026-01-01T00:00:00.000Z';
    flood(allowance);
    world.intake.put(body, { group: 'loud', attributes: { parkedAt, trace: 'abc' } });
    world.time.advance(3 * secondMs);
    await drainIntake();
    const [moved] = lane.receive();
    expect(JSON.parse(moved?.body ?? '')).toEqual(body);
    expect(moved).toMatchObject({
      enqueuedAt,
      parkedAt: Date.parse(parkedAt),
      lane: 'overflow',
      receiveCount: 2,
    });
    expect(moved?.attributes).toMatchObject({ parkedAt, trace: 'abc' });
  });
});

test('what has no id leaves with the flood, and the app finds its rejection by the id that SQS gave it', async () => {
  flood(allowance * 3);
  const queueMessageId = world.intake.put('this is no JSON', { group: 'loud' });
  world.time.advance(5 * secondMs);
  await drainIntake();
  expect(world.rejected).toEqual([]);
  await drainOverflow();
  expect(world.rejected.map((one) => one.queueMessageId)).toEqual([queueMessageId]);
});

test.each([{ group: 'loud' }, {}])(
  'a flood of stored requests counts as full batches and leaves (SQS is told: %j)',
  async (travelling) => {
    const requests = Array.from({ length: 12 }, (_, index) => {
      const s3Key = `requests/loud/${index}.json`;
      const request = batch(addresses(2, `stored${index}-`), { tenant: 'loud' });
      world.bucket.set(s3Key, Buffer.from(JSON.stringify(request)));
      world.intake.put({ version: 1, kind: 'stored', s3Key }, travelling);
      return request;
    });
    world.time.advance(60 * secondMs);
    await drainIntake();
    expect(lane.size()).toBe(11);
    await drainOverflow();
    for (const request of requests)
      expect(await world.outcomes(request)).toEqual(['accepted', 'accepted']);
  },
);

test('a body that SQS takes only without the mark of a move stays, and keeps none of the others', async () => {
  flood(allowance);
  const request = message({ tenant: 'loud' });
  const body = JSON.stringify(request);
  world.intake.put(body.padEnd(1_048_560), { group: 'loud' });
  flood(4);
  world.time.advance(3 * secondMs);
  await drainIntake();
  expect(sentOf([request])).toEqual([1]);
  expect(lane.size()).toBe(4);
});

test('a message with as many attributes as SQS takes stays, and keeps none of the others', async () => {
  flood(allowance);
  const names = Array.from({ length: 10 }, (_, index) => [`a${index}`, 'x']);
  const full = message({ tenant: 'loud' });
  world.intake.put(full, { group: 'loud', attributes: Object.fromEntries(names) });
  flood(4);
  world.time.advance(3 * secondMs);
  await drainIntake();
  expect(sentOf([full])).toEqual([1]);
  expect(lane.size()).toBe(4);
});

test('while the intake is not behind nothing moves, however much one tenant sends', async () => {
  for (let round = 0; round < 10; round += 1) {
    flood(10);
    await drainIntake();
  }
  expect(world.sesCalls).toHaveLength(100);
  expect(lane.size()).toBe(0);
});

test('what an environment sent before the queue fell behind counts', async () => {
  flood(30);
  world.time.advance(secondMs);
  await world.runOnce({ overflow });
  await world.runOnce({ overflow });
  world.time.advance(2 * secondMs);
  await world.runOnce({ overflow });
  expect(world.sesCalls).toHaveLength(allowance);
  expect(lane.size()).toBe(5);
});

test('a message that waited because we said so does not make the queue look behind', async () => {
  flood(40);
  const records = world.intake.receive().map(({ dueAt: _first, ...record }) => record);
  world.time.advance(60 * secondMs);
  const moves: number[] = [];
  const move: Overflow['move'] = async (messages) => {
    moves.push(messages.length);
    return new Set();
  };
  const window = new Map([[Math.floor(world.time.clock() / secondMs), new Map([['loud', 99]])]]);
  const deadline = epochMs(world.time.clock() + 120 * secondMs);
  await dispatch(records, { ...world.ports, deadline, overflow: { ...overflow, window, move } });
  expect(moves).toEqual([]);
});

describe('when the overflow queue', () => {
  test('takes only some, the others are sent from where they are', async () => {
    const requests = flood(60);
    world.time.advance(3 * secondMs);
    const move: Overflow['move'] = (messages) => overflow.move(messages.slice(0, 4));
    const part: Overflow = { ...overflow, move };
    await drainIntake({ overflow: part });
    expect(lane.size()).toBeGreaterThan(0);
    await drainOverflow();
    expect(sentOf(requests)).toEqual(once(requests));
  });

  test('cannot be written, all is sent from the intake and the failure is told', async () => {
    const requests = flood(40);
    world.time.advance(3 * secondMs);
    world.faults.outage(/^move$/);
    await drainIntake();
    world.faults.outage(undefined);
    expect(sentOf(requests)).toEqual(once(requests));
    expect(world.failures.length).toBeGreaterThan(0);
    expect(lane.size()).toBe(0);
  });

  test.each(['once', 'dead'] as const)(
    'has them although the move failed (%s), both copies together are sent once',
    async (kind) => {
      const requests = flood(allowance + 10);
      world.time.advance(3 * secondMs);
      await world.runOnce({ overflow });
      await world.runOnce({ overflow });
      // A new environment reads SES's rate first.
      world.faults.plan({ call: 2, when: 'after', kind });
      await world.runOnce({ overflow });
      expect(world.faults.struck()?.at).toBe('move');
      world.faults.plan(undefined);
      await drainOverflow();
      await world.settle();
      await drainOverflow();
      expect(sentOf(requests)).toEqual(once(requests));
      expect(world.intake.size()).toBe(0);
    },
  );
});

describe('mail on the overflow lane', () => {
  test('is never moved again, and leaves at the pace of that lane', async () => {
    flood(60);
    world.time.advance(3 * secondMs);
    await drainIntake();
    const [waiting, before] = [lane.size(), world.sesCalls.length];
    let leased = 0;
    const pacer: Overflow['pacer'] = {
      ...overflow.pacer,
      lease: (count, endBy) => {
        leased += count;
        return overflow.pacer.lease(count, endBy);
      },
    };
    await runOverflow({ overflow: { ...overflow, pacer } });
    expect(leased).toBe(10);
    expect(world.sesCalls).toHaveLength(before + 10);
    expect(lane.size()).toBe(waiting - 10);
  });

  test('says nothing about how late the stream is', async () => {
    flood(allowance + 10);
    world.time.advance(3 * secondMs);
    await drainIntake();
    world.time.advance(3600 * secondMs);
    const ages: number[] = [];
    const tally = { ...world.ports.tally, dueAge: (seconds: number) => void ages.push(seconds) };
    await runOverflow({ tally });
    expect(ages).toEqual([]);
  });
});
