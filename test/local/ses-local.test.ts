import { SendEmailCommand, type SendEmailRequest } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Mailbox } from '../../local/emulators/ses/sending/mailbox.ts';
import { mail, openWorkbench, type Workbench } from './ses-workbench.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});

afterAll(() => bench.close());

const send = async (changes: Partial<SendEmailRequest>): Promise<string> =>
  (await bench.client.send(new SendEmailCommand(mail(changes)))).MessageId ?? '';

type Summary = { readonly index: number; readonly messageId: string; readonly status: string };

const list = async (query = ''): Promise<readonly Summary[]> =>
  JSON.parse(await (await bench.local('GET', `/messages${query}`)).text());

describe('GET /_local/messages', () => {
  test('shows messages in order and finds them by index, recipient and tag', async () => {
    const tag = (Value: string) => ({ EmailTags: [{ Name: 'send-id', Value }] });
    const one = await send({
      ...tag('s1'),
      Destination: { ToAddresses: ['Ann <Ann@example.net>'], CcAddresses: ['c@example.net'] },
      TenantName: 't1',
    });
    const two = await send(tag('s2'));
    await bench.settle();
    const all = await list();
    expect(all.map(({ messageId }) => messageId)).toEqual([one, two]);
    expect(all[0]).toEqual({
      index: 1,
      messageId: one,
      operation: 'SendEmail',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      from: 'Sender Name <sender@example.com>',
      destination: { to: ['Ann <Ann@example.net>'], cc: ['c@example.net'], bcc: [] },
      configurationSet: 'reporting',
      pool: 'ses-shared-pool',
      tags: { 'send-id': 's1' },
      subject: 'Message sent from Amazon SES',
      size: expect.any(Number),
      status: 'delivered',
    });
    const ids = async (query: string) => (await list(query)).map(({ messageId }) => messageId);
    expect(await ids('?since=1')).toEqual([two]);
    expect(await ids('?to=ann%40example.net')).toEqual([one]);
    expect(await ids('?tag=send-id:s2')).toEqual([two]);
    expect(await ids('?limit=1')).toEqual([one]);
    const detail = await (await bench.local('GET', `/messages/${one}`)).json();
    expect(detail).toMatchObject({
      tenant: 't1',
      operation: 'SendEmail',
      recipients: { 'Ann@example.net': 'delivered', 'c@example.net': 'delivered' },
      request: { TenantName: 't1' },
    });
  });

  test('says what became of each recipient', async () => {
    const id = await send({
      Destination: { ToAddresses: ['bounce@simulator.amazonses.com', 'ok@example.net'] },
    });
    expect((await list()).at(-1)?.status).toBe('accepted');
    await bench.settle();
    const detail = await (await bench.local('GET', `/messages/${id}`)).json();
    expect(detail).toMatchObject({
      status: 'mixed',
      recipients: { 'bounce@simulator.amazonses.com': 'bounced', 'ok@example.net': 'delivered' },
    });
  });

  test('answers 404 for what it does not have, and forgets on DELETE', async () => {
    expect((await bench.local('GET', '/messages/none')).status).toBe(404);
    expect((await bench.local('GET', '/ses/weather')).status).toBe(404);
    expect((await bench.local('DELETE', '/messages')).status).toBe(204);
    expect(await list()).toEqual([]);
    await send({});
    expect((await list())[0]?.index).toBe(4);
  });

  test('refuses a body that is not JSON or not what it knows', async () => {
    const bad = await fetch(`${bench.url}/_local/ses/account`, { method: 'PUT', body: 'x{' });
    expect(bad.status).toBe(400);
    expect(
      (await bench.local('PUT', '/ses/recipients', { address: 'a@b.c', outcome: 'magic' })).status,
    ).toBe(400);
    expect((await bench.local('PUT', '/ses/dedicated-ips', { pool: 'none', ips: [] })).status).toBe(
      400,
    );
  });

  test('a key that is not known is refused with those that are', async () => {
    const answer = await bench.local('PUT', '/ses/account', { rate: 3 });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(
      'the body: got rate, allowed are productionAccess, sendingEnabled, suspended, maxSendRate',
    );
  });

  test('honours a request that turns tracking off', async () => {
    const id = await send({
      ConfigurationOverrides: { Tracking: { OpenTrackingEnabled: 'DISABLED' } },
    });
    const engage = (event: string, more: object = {}) =>
      bench.local('POST', '/ses/engagement', { messageId: id, event, ...more });
    expect((await engage('open')).status).toBe(400);
    expect((await engage('click', { link: 'https://example.com' })).status).toBe(200);
  });
});

test('the mailbox keeps 50,000 messages and counts what it dropped', async () => {
  const { MessageId = '' } = await bench.client.send(new SendEmailCommand(mail()));
  expect((await bench.local('GET', '/messages')).headers.get('x-dropped')).toBe('0');
  expect(MessageId).not.toBe('');
  const mailbox = new Mailbox();
  const { index: _index, ...message } = mailbox.add(sample('first'));
  for (let n = 1; n <= 50_000; n += 1) mailbox.add({ ...message, messageId: `m${n}` });
  expect(mailbox.dropped).toBe(1);
  expect(mailbox.get('first')).toBeUndefined();
  expect(mailbox.get('m1')?.index).toBe(2);
});

function sample(messageId: string): Parameters<Mailbox['add']>[0] {
  const from = { text: 'a@example.com', bare: 'a@example.com' };
  return {
    operation: 'SendEmail',
    from,
    identityArn: undefined,
    destination: { to: [from], cc: [], bcc: [] },
    replyTo: [],
    feedbackTo: undefined,
    tags: [],
    configurationSetName: undefined,
    tenantName: undefined,
    openTracking: true,
    clickTracking: true,
    templated: false,
    content: { kind: 'raw', bytes: Buffer.alloc(0), headers: [] },
    request: {},
    messageId,
    atMs: 0,
    principal: 'tester',
    sourceIp: '127.0.0.1',
    sourceArn: '',
    pool: 'ses-shared-pool',
    deliverySecondsMax: 1,
    sizeBytes: 100,
    status: new Map(),
  };
}
