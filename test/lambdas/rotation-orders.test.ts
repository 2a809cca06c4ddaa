/** What a person holds stands in every stream until it is lifted. */
import { expect, test } from 'vitest';
import { hourMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createRotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

test('an order that is lifted by its id is gone from every stream, and undoing that holds again', async () => {
  const world = await createRotationWorld(dynamo);
  await world.command({ do: 'hold', region: { tenant: 'bolt' }, forMs: hourMs });
  const [order] = await world.orders('marketing');
  const orderId = order?.id ?? '';
  expect((await world.orders('transactional')).map(({ id }) => id)).toEqual([orderId]);
  const { id } = await world.command({ do: 'lift', orderId });
  expect([await world.orders('marketing'), await world.orders('transactional')]).toEqual([[], []]);
  await world.command({ do: 'undo', decision: id });
  expect(await world.orders('marketing')).toMatchObject([{ id: orderId, region: order?.region }]);
});

test('lifting what does not stand is refused, with the command that lists what does', async () => {
  const world = await createRotationWorld(dynamo);
  await world.command({ do: 'lift', orderId: '000000000000.1' });
  expect(await world.decisions()).toMatchObject([
    {
      done: false,
      brake: 'refused',
      evidence: ['refused: no order 000000000000.1 stands; see goodstanding orders list'],
    },
  ]);
});
