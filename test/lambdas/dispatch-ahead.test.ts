/** What a first delivery leases while it is being claimed: milliseconds, and nothing that goes to waste. */
import { expect, test } from 'vitest';
import { epochMs, hourMs } from '../../domain/time.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

/** A pacer that writes down what is leased, and fails the first time where that is wanted. */
function watchedPacer(world: DispatchWorld, firstFails: 'first fails' | 'none fails') {
  const counts: number[] = [];
  const { pacer } = world.ports;
  const lease: typeof pacer.lease = (count, endBy) => {
    counts.push(count);
    return firstFails === 'first fails' && counts.length === 1
      ? Promise.reject(new Error('DynamoDB throttles'))
      : pacer.lease(count, endBy);
  };
  return { counts, pacer: { ...pacer, lease } };
}

async function runOn(requests: readonly Body[], firstFails: 'first fails' | 'none fails') {
  const world = await createDispatchWorld(dynamo);
  const { counts, pacer } = watchedPacer(world, firstFails);
  for (const request of requests) world.intake.put(request);
  await world.runOnce({ pacer: { ...pacer, lane: 'transactional' } });
  return { world, counts };
}

test('an invocation leases once for all it sends', async () => {
  const { world, counts } = await runOn([message(), message(), batch(addresses(3))], 'none fails');
  expect(counts).toEqual([5]);
  expect(world.sesCalls).toHaveLength(5);
});

test('a lease that could not be had ahead is asked for again', async () => {
  const request = message();
  const { world, counts } = await runOn([request], 'first fails');
  expect(counts).toEqual([1, 1]);
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

test('nothing is leased ahead for a pool that may send no more', async () => {
  const world = await createDispatchWorld(dynamo);
  const { counts, pacer } = watchedPacer(world, 'none fails');
  const { allowances } = world.ports;
  const until = epochMs(world.time.clock() + hourMs);
  world.intake.put(message());
  await world.runOnce({
    pacer: { ...pacer, lane: 'transactional' },
    allowances: { ...allowances, spentUntil: async () => until },
  });
  expect(counts).toEqual([]);
  expect(world.sesCalls).toEqual([]);
});

test('a repeated request, delivered for the first time, is not sent, whatever was leased', async () => {
  const request = message();
  const { world } = await runOn([request], 'none fails');
  const { counts, pacer } = watchedPacer(world, 'none fails');
  world.intake.put(request);
  await world.runOnce({ pacer: { ...pacer, lane: 'transactional' } });
  expect(counts).toEqual([1]);
  expect(world.sesCalls).toHaveLength(1);
});

test('marketing leases after its claim: a repeated request takes none of the rate', async () => {
  const request = message();
  const { world } = await runOn([request], 'none fails');
  const { counts, pacer } = watchedPacer(world, 'none fails');
  world.intake.put(request);
  await world.runOnce({ pacer: { ...pacer, lane: 'marketing' } });
  expect(counts).toEqual([]);
});
