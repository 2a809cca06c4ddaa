/** Slowed mail of which the oldest goes first is old sooner where it does not live for long. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { createDispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();

test('mail that expires soon is old at half of its life, and leaves by its share before it expires', async () => {
  const world = await createDispatchWorld(dynamo);
  const start = world.time.clock();
  const oldestFirstSince = epochMs(start - 2 * hourMs);
  const order: Order = {
    ...{ id: 'd1.0', decision: 'd1', kind: 'slow', region: { provider: 'gmail' }, share: 1 },
    ...{ since: oldestFirstSince, oldestFirstSince, until: epochMs(start + hourMs) },
  };
  const { dynamo: client, name } = world.tables.assignments;
  const item = toItem({ ...assignmentKeys.order('transactional', order.id), ...order });
  await client.send(new PutItemCommand({ TableName: name, Item: item }));
  const expiresAt = new Date(start + 10 * minuteMs).toISOString();
  for (let index = 0; index < 10; index += 1) {
    world.intake.put(message({ to: `code${index}@gmail.com`, expiresAt }));
    world.intake.put(message({ to: `letter${index}@gmail.com` }));
  }
  await world.settle(9 * minuteMs);
  const sent = (word: string) =>
    world.sesCalls.filter(({ recipient }) => recipient.address.localPart.startsWith(word)).length;
  expect(sent('code')).toBe(10);
  expect(sent('letter')).toBeLessThan(10);
});
