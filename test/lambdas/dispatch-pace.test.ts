/** SES's rate is used evenly and never exceeded; what does not fit into an invocation goes on in the next. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { type Dynamo, openDynamo } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

let dynamo: Dynamo;

beforeAll(async () => {
  dynamo = await openDynamo();
});
afterAll(() => dynamo.close());

function sent(world: DispatchWorld, request: Body): readonly number[] {
  return world.sesCalls
    .filter(({ request: one }) => one.id === request['id'])
    .map(({ recipientIndex }) => recipientIndex);
}

describe('an account that may send one recipient a second', () => {
  test('is handed one a second, in attempts of two', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    const request = batch(addresses(25));
    world.intake.put(request);
    await world.settle();
    const times = world.sesCalls.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(secondMs);
    const attempts = new Map<string, number>();
    for (const { attemptId } of world.sesCalls)
      attempts.set(attemptId, (attempts.get(attemptId) ?? 0) + 1);
    expect([...attempts.values()]).toEqual([...Array.from({ length: 12 }, () => 2), 1]);
  });

  test('takes several invocations for a large batch, and nobody is left out or repeated', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    const requests = Array.from({ length: 5 }, (_, index) => batch(addresses(50, `b${index}-`)));
    for (const request of requests) world.intake.put(request);
    await world.runOnce();
    const first = world.sesCalls.length;
    expect(first).toBeGreaterThan(0);
    // An invocation lasts two minutes, so it cannot have handed over more than 120.
    expect(first).toBeLessThanOrEqual(120);
    await world.settle();
    const each = Array.from({ length: 50 }, (_, index) => index);
    for (const request of requests) {
      expect([...sent(world, request)].sort((a, b) => a - b)).toEqual(each);
      expect(await world.outcomes(request)).toEqual(Array(50).fill('accepted'));
    }
  });

  test('ends every invocation before its time is up', async () => {
    const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
    for (let index = 0; index < 5; index += 1) world.intake.put(batch(addresses(50, `t${index}-`)));
    for (let runs = 0; runs < 3; runs += 1) {
      const start = world.time.clock();
      await world.runOnce();
      expect(world.time.clock() - start).toBeLessThanOrEqual(110 * secondMs);
      world.time.advance(60 * secondMs);
    }
  });
});

test('a faster account is never handed more in a second than its rate', async () => {
  const world = await createDispatchWorld(dynamo, { ratePerSecond: 14 });
  for (let index = 0; index < 40; index += 1) world.intake.put(message());
  world.intake.put(batch(addresses(50)));
  await world.settle();
  const times = world.sesCalls.map(({ at }) => at);
  expect(times).toHaveLength(90);
  for (const start of times)
    expect(times.filter((at) => at >= start && at < start + secondMs).length).toBeLessThanOrEqual(
      15,
    );
});

test('when the pace cannot be leased again, what SES said of the others is still recorded', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = batch(addresses(5));
  let leases = 0;
  const pacer = {
    ...world.ports.pacer,
    lease: async (count: number, endBy: EpochMs) => {
      leases += 1;
      if (leases > 1) throw new Error('DynamoDB throttles');
      return world.ports.pacer.lease(count, endBy);
    },
  };
  world.answer = (mail) =>
    mail.recipientIndex === 2 && leases === 1
      ? { ok: false, refusal: { kind: 'throttled' }, detail: 'Maximum sending rate exceeded.' }
      : accepted(mail);
  world.intake.put(request);
  await world.runOnce({ pacer });
  expect(await world.outcomes(request)).toEqual([
    'accepted',
    'accepted',
    'pending',
    'accepted',
    'accepted',
  ]);
  await world.settle();
  expect(sent(world, request)).toEqual([0, 1, 2, 3, 4, 2]);
});

test('eight batches at one recipient a second take little more than the rate asks for', async () => {
  const world = await createDispatchWorld(dynamo, { ratePerSecond: 1 });
  const start = world.time.clock();
  for (let index = 0; index < 8; index += 1)
    world.intake.put(batch(addresses(50, `eight-${index}-`)));
  await world.settle();
  expect(world.sesCalls).toHaveLength(400);
  expect((world.time.clock() - start) / secondMs).toBeLessThan(480);
});
