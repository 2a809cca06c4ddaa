import * as z from 'zod';
import { getItem } from '../../../adapters/items.ts';
import { pacingKeys } from '../../../contract/table-keys.ts';
import { changeAccount } from './mailboxes.ts';
import { until } from './outcomes.ts';
import { fireSchedule } from './schedules.ts';
import type { World } from './world.ts';

/** Returns the rate that dispatch paces by, recipients per second. */
export async function readSendRate({ backend, names }: World): Promise<number | undefined> {
  const { dynamo } = backend.tables.ledger;
  const table = { dynamo, name: names.tables.pacing };
  return (await getItem(table, pacingKeys.account, z.object({ rate: z.number() })))?.rate;
}

/** Lets SES allow another rate, and the account function carry it to dispatch. */
export async function changeRate(world: World, maxSendRate: number): Promise<void> {
  await changeAccount(world, { maxSendRate });
  await fireSchedule(world, world.names.accountFunction);
  await until(
    () => readSendRate(world),
    (rate) => rate === maxSendRate,
  );
}
