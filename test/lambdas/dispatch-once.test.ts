/**
 * The promise: a request is sent once, and if a crash makes that impossible to know, at most once more.
 * Dispatch runs on its real adapters over tables in memory; every call into the world can be its last.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { metrics } from '../../contract/metrics.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeAll(async () => {
  world = await createDispatchWorld(dynamo);
});

/** SES calls for one request, by recipient index. */
function callsFor(request: Readonly<Record<string, unknown>>): readonly number[] {
  return world.sesCalls
    .filter(({ request: sent }) => sent.id === request['id'])
    .map(({ recipientIndex }) => recipientIndex);
}

test('one message makes one call to SES, and the ledger says accepted', async () => {
  const request = message();
  world.intake.put(request);
  await world.settle();
  expect(callsFor(request)).toEqual([0]);
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

test('the call carries our tags, the tenant pool and its configuration set', async () => {
  const request = message();
  world.intake.put(request);
  await world.settle();
  const call = world.sesCalls.find(({ request: sent }) => sent.id === request['id']);
  const outcome = await world.outcome(request);
  expect(call).toMatchObject({
    messageId: outcome?.messageId,
    recipientIndex: 0,
    pool: 'shared',
    configurationSet: 'test-transactional-shared',
    recipient: { address: { address: 'grace@recipient.example' } },
  });
});

describe('the same id with the same content', () => {
  test('twice in one batch is sent once', async () => {
    const request = message();
    world.intake.put(request);
    world.intake.put(request);
    await world.settle();
    expect(callsFor(request)).toEqual([0]);
  });

  test('with its fields in another order is the same request', async () => {
    const request = message();
    world.intake.put(request);
    world.intake.put(Object.fromEntries(Object.entries(request).reverse()));
    await world.settle();
    expect(callsFor(request)).toEqual([0]);
    expect(await world.outcomes(request)).toEqual(['accepted']);
  });

  test('after success is dropped and counted', async () => {
    const request = message();
    const queueMessageId = world.intake.put(request);
    await world.settle();
    world.counts.clear();
    world.intake.put(request);
    world.intake.redeliver(queueMessageId);
    await world.settle();
    expect(callsFor(request)).toEqual([0]);
    expect(world.counts.get(metrics.repeated)).toBe(2);
  });

  test('from two tenants is two requests', async () => {
    await world.setTenant({ tenant: 'acme' });
    const request = message();
    world.intake.put(request);
    world.intake.put({ ...request, tenant: 'acme' });
    await world.settle();
    expect(callsFor(request)).toEqual([0, 0]);
  });

  test('raced by two invocations is sent once', async () => {
    const requests = Array.from({ length: 10 }, () => message());
    for (const request of [...requests, ...requests]) world.intake.put(request);
    // Two functions hold the same ten requests at the same time.
    await Promise.all([world.runOnce(), world.runOnce()]);
    await world.settle();
    for (const request of requests) expect(callsFor(request)).toEqual([0]);
  });
});

test('the same id with other content is refused by name, and the first stands', async () => {
  const request = message();
  world.intake.put(request);
  await world.settle();
  const queueMessageId = world.intake.put({ ...request, to: 'other@recipient.example' });
  await world.settle();
  expect(callsFor(request)).toEqual([0]);
  expect(await world.outcomes(request)).toEqual(['accepted']);
  expect(world.rejected.at(-1)).toMatchObject({ reason: 'id-reused', id: request['id'] });
  expect(await world.outcomes({ id: queueMessageId })).toEqual(['rejected/id-reused']);
});

test('a request that was rejected may be corrected under its id', async () => {
  const request = message({ to: 'no address' });
  world.intake.put(request);
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['rejected/recipient-without-domain']);
  world.intake.put({ ...request, to: 'grace@recipient.example' });
  await world.settle();
  expect(callsFor(request)).toEqual([0]);
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

type Crash = {
  /** Which call failed, when, and whether SES may have taken a mail whose result is not recorded. */
  readonly where: string;
  readonly open: boolean;
};

/**
 * Fails every call in turn, before and after it took effect, and lets the queue deliver again until
 * everything is settled; parked mail is sent back as a person would.
 */
async function crashEverywhere(
  kind: 'dead' | 'once',
  newRequest: () => Readonly<Record<string, unknown>>,
  check: (request: Readonly<Record<string, unknown>>, crash: Crash) => Promise<void>,
): Promise<void> {
  for (const when of ['before', 'after'] as const)
    for (let call = 1; ; call += 1) {
      const request = newRequest();
      world.intake.put(request);
      world.faults.plan({ call, when, kind });
      await world.runOnce();
      const struck = world.faults.struck();
      world.faults.plan(undefined);
      await world.settle();
      for (const { body } of world.parked.splice(0)) world.intake.put(body);
      await world.settle();
      if (!struck) break;
      const where = `${when} call ${call}, ${struck.at}`;
      await check(request, { where, open: isOpen(struck, when) });
    }
}

/** The window lies between the first call to SES and the write of its results. */
function isOpen(struck: { at: string; begun: readonly string[] }, when: 'before' | 'after') {
  const lastSend = struck.begun.lastIndexOf('send');
  if (lastSend < 0) return false;
  const recording = struck.begun.includes('UpdateItemCommand', lastSend + 1);
  return !recording || (struck.at === 'UpdateItemCommand' && when === 'before');
}

describe.each(['dead', 'once'] as const)('a crash at any call (%s)', (kind) => {
  test('loses no message and sends none more than twice, twice only around the call to SES', async () => {
    let doubles = 0;
    await crashEverywhere(
      kind,
      () => message(),
      async (request, { where, open }) => {
        const sent = callsFor(request).length;
        expect(await world.outcomes(request), where).toEqual(['accepted']);
        expect(sent, where).toBeGreaterThanOrEqual(1);
        expect(sent, where).toBeLessThanOrEqual(open ? 2 : 1);
        doubles += sent - 1;
      },
    );
    // The window is real: a test in which it never opened would prove nothing.
    expect(doubles).toBeGreaterThan(0);
  });

  test('repeats at most one attempt of a batch and drops none of its recipients', async () => {
    await crashEverywhere(
      kind,
      () => batch([...addresses(3), 'no address', 'r0@recipient.example']),
      async (request, { where, open }) => {
        const sent = callsFor(request);
        expect(await world.outcomes(request), where).toEqual([
          'accepted',
          'accepted',
          'accepted',
          'rejected/recipient-without-domain',
          'rejected/duplicate-recipient',
        ]);
        for (const index of [0, 1, 2]) {
          const times = sent.filter((one) => one === index).length;
          expect(times, where).toBeGreaterThanOrEqual(1);
          expect(times, where).toBeLessThanOrEqual(open ? 2 : 1);
        }
      },
    );
  });
});
