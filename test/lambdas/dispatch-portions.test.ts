/** Goal: a delivery of many campaigns asks about recipients shortly before their mail leaves, not all at once. */
import { expect, test } from 'vitest';
import { epochMs, secondMs } from '../../domain/time.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

/** Returns how many recipients each question to the suppression list was about. */
async function questionsOf(world: DispatchWorld): Promise<readonly number[]> {
  const asked: number[] = [];
  const { readSuppressions } = world.ports;
  await world.runOnce({
    readSuppressions: (questions, now) => {
      asked.push(questions.length);
      return readSuppressions(questions, now);
    },
  });
  return asked;
}

const campaign = (name: string, count: number) => batch(addresses(count, name));

test('ten campaigns in one delivery are asked about one by one, and nobody twice', async () => {
  const world = await createDispatchWorld(dynamo, { policy: { lane: 'marketing' } });
  for (let index = 0; index < 10; index += 1) world.intake.put(campaign(`c${index}-`, 50));
  expect(await questionsOf(world)).toEqual(Array(10).fill(50));
  expect(world.sesCalls).toHaveLength(500);
});

test('ten messages are asked about together', async () => {
  const world = await createDispatchWorld(dynamo);
  for (let index = 0; index < 10; index += 1) world.intake.put(message());
  expect(await questionsOf(world)).toEqual([10]);
});

test('small campaigns share a question, and a large one stands alone', async () => {
  const world = await createDispatchWorld(dynamo);
  for (const count of [20, 30, 1, 50, 2, 3]) world.intake.put(campaign(`s${count}-`, count));
  expect(await questionsOf(world)).toEqual([50, 1, 50, 5]);
});

test('what finds no time any more comes again without a claim', async () => {
  const world = await createDispatchWorld(dynamo);
  const first = campaign('first-', 50);
  const second = campaign('second-', 50);
  world.intake.put(first);
  world.intake.put(second);
  const { send } = world.ports;
  await world.runOnce({
    deadline: epochMs(world.time.clock() + 31 * secondMs),
    send: async (mail) => {
      world.time.advance(100);
      return send(mail);
    },
  });
  expect(await world.outcome(second)).toBeUndefined();
  await world.settle();
  expect(await world.outcomes(second)).toEqual(Array(50).fill('accepted'));
  expect(new Set(world.sesCalls.map(({ recipient }) => recipient.address.address)).size).toBe(100);
});
