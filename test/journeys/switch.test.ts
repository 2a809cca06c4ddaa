/**
 * Goal: while SES takes no mail it waits untouched in its queue, and all of it leaves by itself afterwards,
 * each once. Method: SES is paused, the quota spent, a configuration set paused and a queue switched off
 * by hand, and the account function runs when we say so instead of every minute.
 */
import {
  type EventSourceMappingConfiguration,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { PutConfigurationSetSendingOptionsCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLambda, createSes, localTarget } from '../../adapters/clients.ts';
import { sesHoldReasons } from '../../domain/reasons.ts';
import { message, newId } from '../support/requests.ts';
import { changeAccount, mailsTo } from './support/mailboxes.ts';
import { until, untilOne } from './support/outcomes.ts';
import { fireSchedule } from './support/schedules.ts';
import { invoke, newTenant, openWorld, redelivery, type World } from './support/world.ts';

const tenant = 'acme';
let world: World;
let lambda: ReturnType<typeof createLambda>;

beforeAll(async () => {
  world = await openWorld({ journey: 'switch', stack: 'many' });
  lambda = createLambda(localTarget(world.endpoint));
  await newTenant(world, tenant);
});

afterAll(async () => {
  lambda.destroy();
  await world.close();
});

type Stream = 'transactional' | 'marketing';

/** Enqueues one mail and returns its body, id and queue message id. */
async function put(stream: Stream = 'transactional') {
  const id = newId();
  const to = `${id}@recipient.example`;
  const body = message({ id, tenant, to, stream });
  const [queueMessageId] = await world.enqueue([body], stream);
  return { id, tenant, to, body, queueMessageId };
}

/** The event source mappings of a stream's dispatch. */
async function mappingsOf(stream: Stream): Promise<readonly EventSourceMappingConfiguration[]> {
  const FunctionName = world.names.dispatchFunction(stream);
  const listed = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  return listed.EventSourceMappings ?? [];
}

const statesOf = async (stream: Stream) => (await mappingsOf(stream)).map(({ State }) => State);

/** Lets the account function run and waits until a stream's queues are all read, or none is. */
async function runUntil(state: 'Enabled' | 'Disabled', stream: Stream = 'transactional') {
  await fireSchedule(world, world.names.accountFunction);
  await until(
    () => statesOf(stream),
    (states) => states.length > 0 && states.every((one) => one === state),
  );
}

async function depthOf(stream: Stream) {
  const depths = await world.runtime.queueDepths();
  return depths.find(({ name }) => name === world.names.intakeQueue(stream));
}

/** SQS would deliver a refused mail again after half a minute; this is that delivery, early. */
async function deliverAgain({ body, queueMessageId }: Awaited<ReturnType<typeof put>>) {
  const records = { Records: [redelivery(queueMessageId, body)] };
  expect(await invoke(world, world.names.dispatchFunction('transactional'), records)).toBe(
    undefined,
  );
}

describe('while SES takes no mail', { concurrent: false }, () => {
  test.each([
    ['is paused', 'sending-paused', { sendingEnabled: false }, { sendingEnabled: true }],
    ['has spent its quota', 'quota-spent', { max24HourSend: 1 }, { max24HourSend: 5_000_000 }],
  ] as const)(
    'because the account %s, it waits in its queue, and all leaves once when that is over',
    async (_, reason, closed, open) => {
      const before = await put();
      await untilOne(world, before, 'delivered');
      await changeAccount(world, closed);
      const refused = await put();
      const held = await untilOne(world, refused, 'held');
      expect(held).toMatchObject({ reason, explanation: sesHoldReasons[reason] });
      await runUntil('Disabled');
      const waiting = [await put(), await put(), await put()];
      // Visible means that nobody has received it.
      expect(await depthOf('transactional')).toMatchObject({ visible: waiting.length });
      await changeAccount(world, open);
      await runUntil('Enabled');
      await deliverAgain(refused);
      for (const one of [refused, ...waiting]) {
        await untilOne(world, one, 'delivered');
        expect(await mailsTo(world, one.to)).toHaveLength(1);
      }
      const parked = await world.runtime.queueDepths();
      const dead = parked.find(({ name }) => name === world.names.parkedQueue('transactional'));
      expect(dead?.visible).toBe(0);
    },
  );

  test('a queue that an operator switched off stays off when the others go on', async () => {
    const [mapping] = await mappingsOf('marketing');
    const UUID = mapping?.UUID ?? '';
    const turn = (Enabled: boolean) =>
      lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await turn(false);
    await changeAccount(world, { sendingEnabled: false });
    await runUntil('Disabled');
    await changeAccount(world, { sendingEnabled: true });
    await runUntil('Enabled');
    const seen = await until(
      () => mappingsOf('marketing'),
      (all) => all.every((one) => one.UUID === UUID || one.State === 'Enabled'),
    );
    expect(seen.find((one) => one.UUID === UUID)?.State).toBe('Disabled');
    await turn(true);
  });

  test('because one configuration set is paused, its stream waits and the other goes on', async () => {
    const ses = createSes(localTarget(world.endpoint));
    await ses.send(
      new PutConfigurationSetSendingOptionsCommand({
        ConfigurationSetName: world.names.configurationSet('marketing', 'managed'),
        SendingEnabled: false,
      }),
    );
    ses.destroy();
    const switched = () => world.logs.filter((line) => line.includes('"SwitchedOff":1'));
    const earlier = switched().length;
    const refused = await put('marketing');
    expect(await untilOne(world, refused, 'held')).toMatchObject({ reason: 'sending-paused' });
    await runUntil('Disabled', 'marketing');
    expect(await statesOf('transactional')).not.toContain('Disabled');
    const other = await put();
    await untilOne(world, other, 'delivered');
    const lines = await until(
      async () => switched().slice(earlier),
      ({ length }) => length > 0,
    );
    for (const line of lines) expect(line).toContain('"Stream":"marketing"');
  });
});
