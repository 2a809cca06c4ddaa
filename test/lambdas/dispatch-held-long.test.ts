/** Mail that SES does not take for long: it leaves its queue, which would forget it. */
import { beforeEach, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeEach(async () => {
  world = await createDispatchWorld(dynamo);
  world.answer = () => ({
    ok: false,
    refusal: { kind: 'hold', reason: 'sending-paused' },
    detail: 'paused',
  });
});

const minutesLater = (at: number | undefined) =>
  Math.round(((at ?? 0) - world.time.clock()) / minuteMs);

test('young mail waits in its queue, for minutes', async () => {
  world.intake.put(message());
  world.time.advance(11 * hourMs);
  await world.runOnce();
  expect(world.later.nextAt()).toBeUndefined();
  expect(minutesLater(world.intake.nextAt())).toBeLessThanOrEqual(5);
});

test('mail that is twelve hours late leaves its queue, says why, and leaves once SES takes mail', async () => {
  const requests = [batch(addresses(3)), message(), message()];
  for (const request of requests) world.intake.put(request);
  world.time.advance(12 * hourMs);
  await world.runOnce();
  expect(world.intake.size()).toBe(0);
  expect(await world.outcomes(requests[0] ?? {})).toEqual(Array(3).fill('held/sending-paused'));
  // Days of it: each return is a new message, and none stays.
  await world.settle(60 * hourMs);
  expect(world.parked).toEqual([]);
  world.answer = accepted;
  world.sesCalls.length = 0;
  await world.settle(7 * hourMs);
  expect(world.sesCalls).toHaveLength(5);
  for (const request of requests)
    expect(new Set(await world.outcomes(request))).toEqual(new Set(['accepted']));
});

test('mail with a sendAt is late from then on, not from when it was enqueued', async () => {
  const sendAt = new Date(world.time.clock() + 20 * hourMs).toISOString();
  world.intake.put(message({ sendAt }));
  world.time.advance(21 * hourMs);
  await world.runOnce();
  expect(world.intake.size()).toBe(1);
});
