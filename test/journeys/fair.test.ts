/**
 * Goal: one tenant's flood does not delay another's password reset, and nothing of it is lost on its way
 * through the overflow lane. Method: far more mail than the rate allows, then single mails of somebody
 * else; what counts is how many leave before them, not when.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { message, newId } from '../support/requests.ts';
import { allMails, mailsTo } from './support/mailboxes.ts';
import { until, untilOne } from './support/outcomes.ts';
import { changeRate } from './support/pace.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

const flood = 800;
/** Every so many mails of the flood one has its own time: it waits on the lane it came to. */
const scheduledEvery = 100;
/** In plain order all of the flood would leave first. */
const aheadMax = flood / 4;

let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'fair', stack: 'many' });
  await newTenant(world, 'loud');
  await newTenant(world, 'quiet');
});

afterAll(() => world.close());

test('mail of a tenant within its share overtakes the flood of another, which loses nothing', async () => {
  await changeRate(world, 10);
  const sendAt = new Date(Date.now() + 600_000).toISOString();
  const scheduled: string[] = [];
  const loud = Array.from({ length: flood }, (_, index) => {
    const id = newId('loud');
    if (index % scheduledEvery === 0) scheduled.push(id);
    const later = index % scheduledEvery === 0 ? { sendAt } : {};
    return message({ id, tenant: 'loud', to: 'many@recipient.example', ...later });
  });
  await put(loud, 'loud');
  const resets = Array.from({ length: 3 }, () =>
    message({ tenant: 'quiet', to: 'one@recipient.example' }),
  );
  await put(resets, 'quiet');

  await until(
    () => mailsTo(world, 'one@recipient.example'),
    (mails) => mails.length === resets.length,
  );
  const overtaken = await orderSent();
  const last = overtaken.findLastIndex((to) => to.startsWith('one@'));
  expect(last - resets.length).toBeLessThan(aheadMax);

  await changeRate(world, 5_000);
  await until(waiting, (messages) => messages === 0);
  const sent = await until(orderSent, (order) => count(order, 'many@') >= flood - scheduled.length);
  expect(count(sent, 'many@')).toBe(flood - scheduled.length);
  for (const id of scheduled) await untilOne(world, { id, tenant: 'loud' }, 'held');
});

async function put(requests: readonly object[], group: string): Promise<void> {
  const { sqs } = world.backend;
  const queueUrl = await readQueueUrl(sqs, world.names.intakeQueue('transactional'));
  const bodies = requests.map((request) => ({ body: JSON.stringify(request), group }));
  const taken = await sendBodies(sqs, queueUrl, bodies);
  expect(taken.every(Boolean)).toBe(true);
}

/** Messages that no function has taken yet. */
async function waiting(): Promise<number> {
  const { intakeQueue, overflowQueue } = world.names;
  const lanes = [intakeQueue('transactional'), overflowQueue('transactional')];
  const depths = await world.runtime.queueDepths();
  return depths
    .filter(({ name }) => lanes.includes(name))
    .reduce((sum, { visible }) => sum + visible, 0);
}

/** Whom SES was handed a mail for, in its order. */
async function orderSent(): Promise<readonly string[]> {
  return (await allMails(world)).map(({ destination }) => destination.to[0] ?? '');
}

function count(order: readonly string[], prefix: string): number {
  return order.filter((to) => to.startsWith(prefix)).length;
}
