/** Writes that take effect though their answer is lost: nothing is doubted that is known. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { metrics } from '../../contract/metrics.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { type Body, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

/** Delivers with a ledger whose every put is made twice, as the SDK does when an answer is lost. */
async function runWithRepeatedPuts(world: DispatchWorld): Promise<void> {
  const { ledger } = world.ports;
  const send = async (command: Parameters<DynamoDBClient['send']>[0]) => {
    const answer = await ledger.dynamo.send(command);
    return command instanceof PutItemCommand ? ledger.dynamo.send(command) : answer;
  };
  const repeating = new Proxy(ledger.dynamo, {
    get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)),
  });
  await world.runOnce({ ledger: { ...ledger, dynamo: repeating } });
}

const paused = { kind: 'hold', reason: 'sending-paused' } as const;

test('a claim that meets itself is the claim of who made it: the mail leaves at once', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = message();
  world.intake.put(request);
  await runWithRepeatedPuts(world);
  expect(world.sesCalls).toHaveLength(1);
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

test('so is a later claim', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = message();
  world.intake.put(request);
  const take = world.answer;
  world.answer = () => ({ ok: false, refusal: paused, detail: 'no' });
  await world.runOnce();
  world.answer = take;
  world.time.advanceTo(world.intake.nextAt() ?? 0);
  await runWithRepeatedPuts(world);
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

test('the same request twice in one delivery is sent once, though one attempt would name both', async () => {
  const world = await createDispatchWorld(dynamo);
  const request = message();
  for (let copies = 0; copies < 2; copies += 1) world.intake.put(request);
  await world.settle();
  expect(world.sesCalls).toHaveLength(1);
});

test('whatever write fails once after it took effect, nothing is sent twice and what was never sent is not ambiguous', async () => {
  const doubted: (readonly [string | undefined, Body])[] = [];
  for (let call = 1; ; call += 1) {
    const world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
    const request = message();
    world.intake.put(request);
    world.faults.plan({ call, when: 'after', kind: 'once' });
    await world.runOnce();
    const struck = world.faults.struck();
    world.faults.plan(undefined);
    const wasSent = world.sesCalls.length > 0;
    await world.settle();
    if (!wasSent && (world.counts.get(metrics.ambiguous) ?? 0) > 0)
      doubted.push([struck?.at, request]);
    if (!wasSent) expect(await world.outcomes(request), struck?.at).toEqual(['accepted']);
    expect(world.sesCalls.length).toBeLessThanOrEqual(1);
    if (!struck) break;
  }
  expect(doubted).toEqual([]);
});
