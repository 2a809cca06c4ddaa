import {
  CreateDedicatedIpPoolCommand,
  PutConfigurationSetDeliveryOptionsCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mail, openSet, openWorkbench, type SesEvent, type Workbench } from './ses-workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
  for (const [pool, ip] of [
    ['one', '192.0.2.10'],
    ['two', '198.51.100.10'],
  ] as const) {
    await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName: pool }));
    await bench.local('PUT', '/ses/dedicated-ips', { pool, ips: [ip], warm: true });
    await openSet(bench.client, pool);
    await bench.client.send(
      new PutConfigurationSetDeliveryOptionsCommand({
        ConfigurationSetName: pool,
        SendingPoolName: pool,
        MaxDeliverySeconds: 840,
      }),
    );
  }
});

afterEach(() => bench.close());

const world = async (method: string, body: unknown): Promise<unknown> => {
  const answer = await bench.local(method, '/world', body);
  expect(answer.status).toBe(200);
  return answer.json();
};

/** Sends through a set and returns the events after Send, once there are none to come. */
async function eventsOf(set: string, address: string): Promise<readonly SesEvent[]> {
  const Destination = { ToAddresses: [address] };
  const { MessageId } = await bench.client.send(
    new SendEmailCommand(mail({ ConfigurationSetName: set, Destination })),
  );
  await bench.settle();
  return bench
    .events()
    .filter((event) => event.mail.messageId === MessageId && event.eventType !== 'Send');
}

const namesOf = (events: readonly SesEvent[]) => events.map(({ eventType }) => eventType);

describe('while the mailbox providers are off', () => {
  test('all mail is delivered, and nothing can happen', async () => {
    expect(await (await bench.local('GET', '/world')).json()).toMatchObject({
      on: false,
      speed: 1,
    });
    const event = { kind: 'block-ip', ip: '192.0.2.10', provider: 'microsoft' };
    expect((await bench.local('POST', '/world', event)).status).toBe(400);
    expect(namesOf(await eventsOf('one', 'any@outlook.com'))).toEqual(['Delivery']);
  });
});

describe('while they are on', () => {
  beforeEach(() => world('PUT', { on: true }));

  test('mail through a blocked address bounces at that provider; other pools and providers go on', async () => {
    await world('POST', { kind: 'block-ip', ip: '192.0.2.10', provider: 'microsoft' });
    const [bounce] = await eventsOf('one', 'any@outlook.com');
    expect(bounce).toMatchObject({
      eventType: 'Bounce',
      bounce: {
        bounceType: 'Transient',
        bounceSubType: 'General',
        reportingMTA: 'dns; a2-10.smtp-out.amazonses.com',
        bouncedRecipients: [
          {
            emailAddress: 'any@outlook.com',
            action: 'failed',
            status: '5.7.1',
            diagnosticCode: expect.stringContaining('messages from [192.0.2.10]'),
          },
        ],
      },
    });
    expect(await (await bench.local('GET', '/ses/suppression')).json()).toEqual([]);
    const [elsewhere] = await eventsOf('two', 'any@outlook.com');
    expect(elsewhere).toMatchObject({
      eventType: 'Delivery',
      mail: { tags: { 'ses:outgoing-ip': ['198.51.100.10'] } },
    });
    expect(namesOf(await eventsOf('one', 'any@gmail.com'))).toEqual(['Delivery']);
    await world('POST', { kind: 'forgive', name: '192.0.2.10' });
    expect(namesOf(await eventsOf('one', 'any@outlook.com'))).toEqual(['Delivery']);
  });

  test('what a recipient was told to do still goes first, and the simulator too', async () => {
    await world('POST', { kind: 'outage', provider: 'gmail', forMs: 3_600_000 });
    await bench.local('PUT', '/ses/recipients', { address: 'ann@gmail.com', outcome: 'delivery' });
    expect(namesOf(await eventsOf('one', 'ann@gmail.com'))).toEqual(['Delivery']);
    expect(namesOf(await eventsOf('one', 'bounce@simulator.amazonses.com'))).toEqual(['Bounce']);
  });

  test('deferred mail is tried again and arrives when the trouble is over', async () => {
    await world('PUT', { speed: 250 });
    await world('POST', { kind: 'outage', provider: 'yahoo', forMs: 5 * 60_000 });
    const events = await eventsOf('one', 'any@yahoo.co.uk');
    expect(namesOf(events).at(-1)).toBe('Delivery');
    expect(events[0]).toMatchObject({
      eventType: 'DeliveryDelay',
      deliveryDelay: {
        delayType: 'RecipientServerError',
        delayedRecipients: [{ diagnosticCode: expect.stringContaining('[#4.16.1]') }],
      },
    });
  });

  test('and expires after its delivery time with the last reply inside', async () => {
    await world('PUT', { speed: 5_000 });
    await world('POST', { kind: 'outage', provider: 'yahoo', forMs: 3_600_000 });
    const events = await eventsOf('one', 'any@yahoo.com');
    expect(namesOf(events)[0]).toBe('DeliveryDelay');
    expect(events.at(-1)).toMatchObject({
      eventType: 'Bounce',
      bounce: {
        bounceType: 'Transient',
        bounceSubType: 'CustomTimeoutExceeded',
        bouncedRecipients: [
          {
            status: '4.4.7',
            diagnosticCode: expect.stringMatching(
              /^smtp; 554 4\.4\.7 Message expired: unable to deliver in 14 minutes\.<451 .*>$/,
            ),
          },
        ],
      },
    });
  });

  test('a domain can be given to a provider, and a sender a bad list', async () => {
    await world('PUT', {
      domains: { 'firm.example': 'microsoft' },
      senders: { 'example.com': { unknownShare: 1 } },
    });
    expect(bench.ses.providerOf('firm.example')).toBe('microsoft');
    expect(bench.ses.providerOf('stranger.example')).toBeUndefined();
    const [bounce] = await eventsOf('one', 'gone@firm.example');
    expect(bounce).toMatchObject({
      eventType: 'Bounce',
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ status: /^5\.(5\.0|1\.10)$/ }] },
    });
    expect(await (await bench.local('GET', '/ses/suppression')).json()).toMatchObject([
      { address: 'gone@firm.example', reason: 'BOUNCE' },
    ]);
  });

  test('complaints come later, from providers that pass them on', async () => {
    await world('PUT', { speed: 100_000, senders: { 'example.com': { complaintShare: 1 } } });
    const { MessageId } = await bench.client.send(
      new SendEmailCommand(mail({ Destination: { ToAddresses: ['ann@yahoo.com'] } })),
    );
    const complained = () =>
      bench
        .events()
        .some((one) => one.mail.messageId === MessageId && one.eventType === 'Complaint');
    await expect.poll(complained, { timeout: 10_000 }).toBe(true);
  });

  test('a listed address shows on its lists, and is refused by name', async () => {
    await world('POST', [{ kind: 'list-ip', ip: '192.0.2.10', list: 'spamhaus-css' }]);
    const lists = await bench.local('GET', '/world/listings?name=192.0.2.10');
    expect(await lists.json()).toEqual({ name: '192.0.2.10', lists: ['spamhaus-css'] });
    expect(bench.ses.listingsOf('192.0.2.10')).toEqual(['spamhaus-css']);
    expect((await bench.local('GET', '/world/listings')).status).toBe(400);
    const [bounce] = await eventsOf('one', 'any@yahoo.com');
    expect(JSON.stringify(bounce)).toContain('[BL21]');
  });

  test('an address that is still cold is put off where it brings too much', async () => {
    await bench.local('PUT', '/ses/dedicated-ips', { pool: 'one', ips: ['192.0.2.77'] });
    await world('PUT', { speed: 20_000 });
    // More than the 300 of a cold day at Apple.
    const sends = Array.from({ length: 8 }, (_, turn) => {
      const ToAddresses = Array.from({ length: 50 }, (_, index) => `u${turn}-${index}@icloud.com`);
      const Destination = { ToAddresses };
      return bench.client.send(
        new SendEmailCommand(mail({ ConfigurationSetName: 'one', Destination })),
      );
    });
    await Promise.all(sends);
    await bench.settle();
    const delayed = bench.events().filter(({ eventType }) => eventType === 'DeliveryDelay');
    expect(delayed.length).toBeGreaterThanOrEqual(100);
    expect(JSON.stringify(delayed[0])).toMatch(/excessive volume|HCM1/);
  });

  test.each([
    [{ kind: 'earthquake' }, 'kind'],
    [{ kind: 'block-ip', ip: 'one', provider: 'gmail' }, 'ip'],
    [{ kind: 'outage', provider: 'gmail' }, 'forMs'],
  ])('an event that cannot be is refused: %j', async (event, what) => {
    const answer = await bench.local('POST', '/world', event);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(what);
  });

  test('switched off, all mail is delivered again', async () => {
    await world('POST', { kind: 'block-ip', ip: '192.0.2.10', provider: 'microsoft' });
    await world('PUT', { on: false });
    expect(namesOf(await eventsOf('one', 'any@outlook.com'))).toEqual(['Delivery']);
  });
});
