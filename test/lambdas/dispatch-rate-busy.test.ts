/** Mail that waits for the rate, or for SES, is never parked for that, and nothing of it grows. */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { readRequest } from '../../adapters/ledger.ts';
import { pacingKeys } from '../../contract/table-keys.ts';
import { carriedDeliveries, waitForRate, waitMs } from '../../domain/failures.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

const paused = {
  ok: false,
  refusal: { kind: 'hold', reason: 'sending-paused' },
  detail: 'no',
} as const;

/** Leases the account's rate until `aheadMs` from now, as transactional mail does. */
async function leaseAll({ tables, time }: DispatchWorld, aheadMs: number): Promise<void> {
  await tables.pacing.dynamo.send(
    new UpdateItemCommand({
      TableName: tables.pacing.name,
      Key: toItem(pacingKeys.account),
      UpdateExpression: 'SET m = :m',
      ExpressionAttributeValues: toItem({ ':m': time.clock() + aheadMs }),
    }),
  );
}

function requestOf({ ports }: DispatchWorld, request: Body) {
  return readRequest(ports.ledger, messageIdOf('default', String(request['id'])));
}

/** Runs delivery after delivery, returns from the bucket among them, with something done before each. */
async function deliveries(
  world: DispatchWorld,
  count: number,
  before: () => Promise<unknown>,
): Promise<void> {
  for (let done = 0; done < count; ) {
    const [message = Infinity, schedule = Infinity] = [world.intake.nextAt(), world.later.nextAt()];
    world.time.advanceTo(Math.min(message, schedule));
    if (schedule < message) await world.later.run();
    else {
      await before();
      await world.runOnce();
      done += 1;
    }
  }
}

const slow = { ratePerSecond: 1, policy: { lane: 'marketing' } } as const;

describe('a campaign that others push back for days', () => {
  test('is neither claimed nor parked, and leaves when its turn comes', async () => {
    const world = await createDispatchWorld(dynamo, slow);
    const request = batch(addresses(3));
    world.intake.put(request);
    await deliveries(world, 110, () => leaseAll(world, 100 * secondMs));
    expect(await requestOf(world, request)).toBeUndefined();
    expect([world.parked, world.sesCalls]).toEqual([[], []]);
    expect(world.intake.receivesMax()).toBeLessThan(95);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(Array(3).fill('accepted'));
    expect(world.sesCalls).toHaveLength(3);
  });

  test('is held as rate-busy where it had begun, and its item stays as small as it was', async () => {
    const world = await createDispatchWorld(dynamo, slow);
    const request = batch(addresses(20));
    world.intake.put(request);
    const { pacer } = world.ports;
    const sizes: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      world.time.advanceTo(world.intake.nextAt() ?? 0);
      await world.runOnce({
        pacer: { ...pacer, lease: async () => ({ kind: 'too-far', aheadMs: 100 * secondMs }) },
      });
      sizes.push((await requestOf(world, request))?.attemptIds.length ?? 0);
    }
    expect(await world.outcomes(request)).toEqual(Array(20).fill('held/rate-busy'));
    expect(new Set(sizes)).toEqual(new Set([20]));
    await world.settle();
    expect(world.sesCalls).toHaveLength(20);
  });

  test('waits ever longer, and little where only its own time ends', () => {
    const waits = (aheadMs: number) => [1, 2, 9].map((n) => waitMs(waitForRate(aheadMs), n));
    expect(waits(80 * secondMs)).toEqual([40 * secondMs, 80 * secondMs, 5 * minuteMs]);
    expect(waits(10 * secondMs)).toEqual([5 * secondMs, 5 * secondMs, 5 * secondMs]);
    expect([1, 90].map(carriedDeliveries)).toEqual([1, 10]);
  });
});

test('a campaign that SES holds for two days names no attempt of which nothing was sent', async () => {
  const world = await createDispatchWorld(dynamo, slow);
  const request = batch(addresses(5));
  world.intake.put(request);
  world.answer = (mail) => (mail.recipientIndex === 0 ? accepted(mail) : paused);
  await world.settle(2 * dayMs);
  const seen = await requestOf(world, request);
  expect(seen?.attemptIds.length).toBeLessThanOrEqual(6);
  world.answer = accepted;
  await world.settle(2 * dayMs);
  expect(await world.outcomes(request)).toEqual(Array(5).fill('accepted'));
  expect(world.sesCalls.filter(({ recipientIndex }) => recipientIndex === 0)).toHaveLength(1);
});

test.each([
  ['a throttle', { kind: 'throttled' }],
  ['an answer 5xx', { kind: 'retry', reason: 'ses-error' }],
] as const)(
  'after a long hold %s lets the mail wait once more, and nobody parks it',
  async (_, refusal) => {
    const world = await createDispatchWorld(dynamo);
    const request = message();
    world.intake.put(request);
    world.answer = () => paused;
    await deliveries(world, 89, async () => undefined);
    let refusals = 0;
    world.answer = (mail) => {
      refusals += 1;
      return refusals > 3 ? accepted(mail) : { ok: false, refusal, detail: 'no' };
    };
    await world.settle(12 * hourMs);
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(world.parked).toEqual([]);
  },
);

test('a hold stops the attempts: what has not begun waits like it, unclaimed, and SES is asked once', async () => {
  const world = await createDispatchWorld(dynamo, slow);
  const [first, second] = [batch(addresses(50, 'a')), batch(addresses(50, 'b'))];
  world.intake.put(first);
  world.intake.put(second);
  world.answer = () => paused;
  await world.runOnce();
  expect(world.sesCalls).toHaveLength(1);
  expect(new Set(await world.outcomes(first))).toEqual(new Set(['held/sending-paused']));
  expect(await requestOf(world, second)).toBeUndefined();
  world.answer = accepted;
  await world.settle();
  expect(world.sesCalls).toHaveLength(101);
});
