import {
  CreateConfigurationSetCommand,
  DeleteSuppressedDestinationCommand,
  GetAccountCommand,
  GetSuppressedDestinationCommand,
  ListEmailTemplatesCommand,
  ListSuppressedDestinationsCommand,
  type ListSuppressedDestinationsRequest,
  PutAccountDedicatedIpWarmupAttributesCommand,
  PutAccountSendingAttributesCommand,
  PutAccountSuppressionAttributesCommand,
  PutConfigurationSetSuppressionOptionsCommand,
  PutSuppressedDestinationCommand,
  SendEmailCommand,
  type SendEmailRequest,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mail, openWorkbench, refusalOf, type SesEvent, type Workbench } from './ses-workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(() => bench.close());

const send = (changes: Partial<SendEmailRequest> = {}) =>
  bench.client.send(new SendEmailCommand(mail(changes)));
const to = (...ToAddresses: string[]) => ({ Destination: { ToAddresses } });

async function set(account: object): Promise<void> {
  expect((await bench.local('PUT', '/ses/account', account)).status).toBe(200);
}

async function eventsOf(changes: Partial<SendEmailRequest>): Promise<readonly SesEvent[]> {
  const { MessageId } = await send(changes);
  await bench.settle();
  return bench.events().filter((event) => event.mail.messageId === MessageId);
}

describe('the send rate', () => {
  const throttled = {
    name: 'TooManyRequestsException',
    status: 429,
    message: 'Maximum sending rate exceeded.',
  };

  test('allows a burst of one second and then refuses', async () => {
    await set({ maxSendRate: 3 });
    bench.skip(60_000);
    for (let n = 0; n < 3; n += 1) await send();
    expect(await refusalOf(send())).toEqual(throttled);
    bench.skip(1_000);
    await send();
  });

  test('lets one message go into debt, which later messages pay', async () => {
    await set({ maxSendRate: 1 });
    bench.skip(60_000);
    await send(to(...Array.from({ length: 5 }, (_, n) => `r${n}@example.net`)));
    bench.skip(4_000);
    expect(await refusalOf(send())).toEqual(throttled);
    bench.skip(1_000);
    await send();
  });

  test('binds the simulator too', async () => {
    await set({ maxSendRate: 1 });
    bench.skip(60_000);
    await send(to('success@simulator.amazonses.com'));
    expect(await refusalOf(send(to('success@simulator.amazonses.com')))).toEqual(throttled);
  });
});

describe('the daily quota', () => {
  test('counts recipients of 24 hours, without the simulator', async () => {
    await set({ max24HourSend: 3 });
    await send(to('a@example.net', 'b@example.net', 'success@simulator.amazonses.com'));
    const quota = async () => (await bench.client.send(new GetAccountCommand({}))).SendQuota;
    expect(await quota()).toEqual({ Max24HourSend: 3, MaxSendRate: 500, SentLast24Hours: 2 });
    expect(await refusalOf(send(to('c@example.net', 'd@example.net')))).toEqual({
      name: 'LimitExceededException',
      status: 400,
      message: 'Daily message quota exceeded.',
    });
    await send(to('c@example.net'));
    bench.skip(24 * 3_600_000 + 60_000);
    expect((await quota())?.SentLast24Hours).toBe(0);
    await send();
  });

  test('may be unlimited', async () => {
    await set({ max24HourSend: -1 });
    await send();
  });
});

describe('the account', () => {
  test('answers GetAccount from the same state', async () => {
    await set({ productionAccess: false, maxSendRate: 14, max24HourSend: 200 });
    await bench.client.send(
      new PutAccountDedicatedIpWarmupAttributesCommand({ AutoWarmupEnabled: false }),
    );
    await bench.client.send(
      new PutAccountSuppressionAttributesCommand({ SuppressedReasons: ['COMPLAINT'] }),
    );
    expect(await bench.client.send(new GetAccountCommand({}))).toMatchObject({
      ProductionAccessEnabled: false,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      DedicatedIpAutoWarmupEnabled: false,
      SendQuota: { MaxSendRate: 14, Max24HourSend: 200 },
      SuppressionAttributes: { SuppressedReasons: ['COMPLAINT'] },
    });
  });

  test('in the sandbox sends only to verified recipients and the simulator', async () => {
    await set({ productionAccess: false });
    expect(await refusalOf(send(to('a@example.net', 'me@example.com', 'b@example.org')))).toEqual({
      name: 'MessageRejected',
      status: 400,
      message:
        'Email address is not verified. The following identities failed the check in region US-EAST-1: a@example.net, b@example.org',
    });
    await send(to('me@example.com', 'success@simulator.amazonses.com'));
  });

  test('can be paused by its owner', async () => {
    await bench.client.send(new PutAccountSendingAttributesCommand({ SendingEnabled: false }));
    expect(await refusalOf(send())).toMatchObject({ name: 'SendingPausedException', status: 400 });
    await bench.client.send(new PutAccountSendingAttributesCommand({ SendingEnabled: true }));
    await send();
  });

  test('suspended by AWS cannot be resumed by its owner', async () => {
    await set({ suspended: true });
    await bench.client.send(new PutAccountSendingAttributesCommand({ SendingEnabled: true }));
    expect(await refusalOf(send())).toMatchObject({
      name: 'AccountSuspendedException',
      status: 400,
    });
    expect((await bench.client.send(new GetAccountCommand({}))).EnforcementStatus).toBe('SHUTDOWN');
  });

  test('under review it still sends, and says so', async () => {
    await set({ inReview: true });
    await send();
    const { EnforcementStatus, SendingEnabled } = await bench.client.send(
      new GetAccountCommand({}),
    );
    expect([EnforcementStatus, SendingEnabled]).toEqual(['PROBATION', true]);
  });

  test('can be slowed down', async () => {
    await set({ latencyMs: 400 });
    const sending = send();
    expect(await (await bench.local('GET', '/messages')).json()).toEqual([]);
    await sending;
    expect(await (await bench.local('GET', '/messages')).json()).toHaveLength(1);
  });

  test('can be held to one control-plane call per second, which sending does not feel', async () => {
    await set({ controlPlaneRate: 1 });
    const list = () => bench.client.send(new ListEmailTemplatesCommand({}));
    await list();
    expect(await refusalOf(list())).toEqual({
      name: 'TooManyRequestsException',
      status: 429,
      message: 'Rate exceeded',
    });
    await send();
    bench.skip(1_000);
    await list();
  });

  test('refuses settings it does not know', async () => {
    const answer = await bench.local('PUT', '/ses/account', { rate: 5 });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ message: expect.stringContaining('rate') });
  });
});

describe('the suppression list', () => {
  const put = (EmailAddress: string, Reason: 'BOUNCE' | 'COMPLAINT') =>
    bench.client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason }));
  const get = (EmailAddress: string) =>
    bench.client.send(new GetSuppressedDestinationCommand({ EmailAddress }));

  test('stores the domain without case and the local part with it', async () => {
    await put(' Foo@Example.NET', 'BOUNCE');
    expect((await get('Foo@example.net')).SuppressedDestination).toMatchObject({
      EmailAddress: 'Foo@example.net',
      Reason: 'BOUNCE',
      LastUpdateTime: expect.any(Date),
    });
    expect((await refusalOf(get('foo@example.net')))?.name).toBe('NotFoundException');
    await bench.client.send(
      new DeleteSuppressedDestinationCommand({ EmailAddress: 'Foo@EXAMPLE.net' }),
    );
    expect((await refusalOf(get('Foo@example.net')))?.name).toBe('NotFoundException');
  });

  test('is listed by page, reason and time', async () => {
    const start = new Date();
    for (let n = 0; n < 5; n += 1) await put(`b${n}@example.net`, 'BOUNCE');
    bench.skip(3_600_000);
    await put('c@example.net', 'COMPLAINT');
    const list = async (input: ListSuppressedDestinationsRequest) =>
      bench.client.send(new ListSuppressedDestinationsCommand(input));
    const names = (answer: Awaited<ReturnType<typeof list>>) =>
      answer.SuppressedDestinationSummaries?.map((one) => one.EmailAddress);
    const first = await list({ PageSize: 4 });
    expect(names(first)).toEqual([
      'b0@example.net',
      'b1@example.net',
      'b2@example.net',
      'b3@example.net',
    ]);
    expect(names(await list({ PageSize: 4, NextToken: first.NextToken }))).toEqual([
      'b4@example.net',
      'c@example.net',
    ]);
    expect(names(await list({ Reasons: ['COMPLAINT'] }))).toEqual(['c@example.net']);
    expect(names(await list({ StartDate: new Date(start.getTime() + 1_800_000) }))).toEqual([
      'c@example.net',
    ]);
    expect(names(await list({ EndDate: new Date(start.getTime() + 1_800_000) }))).toHaveLength(5);
    expect((await list({ Reasons: ['BOUNCE', 'COMPLAINT'] })).NextToken).toBeUndefined();
  });

  test('turns a send into a bounce or a complaint, whatever the case', async () => {
    await put('Gone@example.net', 'BOUNCE');
    await put('angry@example.net', 'COMPLAINT');
    const events = await eventsOf(to('gone@example.net', 'angry@example.net'));
    const outcomes = events.filter(({ eventType }) => eventType !== 'Send');
    expect(outcomes.find(({ eventType }) => eventType === 'Bounce')?.['bounce']).toMatchObject({
      bounceType: 'Permanent',
      bounceSubType: 'OnAccountSuppressionList',
      bouncedRecipients: [{ emailAddress: 'gone@example.net' }],
      reportingMTA: 'dns; amazonses.com',
    });
    expect(
      outcomes.find(({ eventType }) => eventType === 'Complaint')?.['complaint'],
    ).toMatchObject({
      complaintSubType: 'OnAccountSuppressionList',
    });
    expect(outcomes).toHaveLength(2);
  });

  test('binds only for reasons that the account or the configuration set names', async () => {
    await put('gone@example.net', 'BOUNCE');
    const types = async () =>
      (await eventsOf(to('gone@example.net'))).map(({ eventType }) => eventType);
    await bench.client.send(
      new PutAccountSuppressionAttributesCommand({ SuppressedReasons: ['COMPLAINT'] }),
    );
    expect(await types()).toEqual(['Send', 'Delivery']);
    const options = (SuppressedReasons: ('BOUNCE' | 'COMPLAINT')[]) =>
      bench.client.send(
        new PutConfigurationSetSuppressionOptionsCommand({
          ConfigurationSetName: 'reporting',
          SuppressedReasons,
        }),
      );
    await options(['BOUNCE']);
    expect(await types()).toEqual(['Send', 'Bounce']);
    await bench.client.send(
      new PutAccountSuppressionAttributesCommand({ SuppressedReasons: ['BOUNCE'] }),
    );
    await options([]);
    expect(await types()).toEqual(['Send', 'Delivery']);
  });

  test('grows by hard bounces and complaints, not by soft or simulated ones', async () => {
    const script = (address: string, outcome: string) =>
      bench.local('PUT', '/ses/recipients', { address, outcome });
    await script('hard@example.net', 'bounce');
    await script('soft@example.net', 'softBounce');
    await script('blocked@example.net', 'block');
    await script('angry@example.net', 'complaint');
    const [, ...events] = await eventsOf(
      to(
        'hard@example.net',
        'soft@example.net',
        'blocked@example.net',
        'angry@example.net',
        'bounce@simulator.amazonses.com',
        'complaint@simulator.amazonses.com',
      ),
    );
    const entries: readonly { address: string; reason: string; messageId: string }[] = JSON.parse(
      await (await bench.local('GET', '/ses/suppression')).text(),
    );
    expect(entries.map(({ address, reason }) => [address, reason]).sort()).toEqual([
      ['angry@example.net', 'COMPLAINT'],
      ['hard@example.net', 'BOUNCE'],
    ]);
    expect((await get('hard@example.net')).SuppressedDestination?.Attributes?.MessageId).toBe(
      events[0]?.mail.messageId,
    );
    const again = await eventsOf(to('hard@example.net'));
    expect(again[1]?.['bounce']).toMatchObject({ bounceSubType: 'OnAccountSuppressionList' });
  });

  test('does not grow when the account does not ask for it', async () => {
    await bench.client.send(new PutAccountSuppressionAttributesCommand({ SuppressedReasons: [] }));
    await bench.local('PUT', '/ses/recipients', { address: 'hard@example.net', outcome: 'bounce' });
    await eventsOf(to('hard@example.net'));
    expect((await refusalOf(get('hard@example.net')))?.name).toBe('NotFoundException');
  });
});

test('an identity may bring a default configuration set', async () => {
  await bench.client.send(new CreateConfigurationSetCommand({ ConfigurationSetName: 'preset' }));
  await bench.ses.providers['AWS::SES::EmailIdentity']?.({
    logicalId: 'Identity',
    type: 'AWS::SES::EmailIdentity',
    properties: {
      EmailIdentity: 'brand.example',
      ConfigurationSetAttributes: { ConfigurationSetName: 'preset' },
    },
  });
  const { ConfigurationSetName: _none, ...plain } = mail({ FromEmailAddress: 'a@brand.example' });
  const { MessageId } = await bench.client.send(new SendEmailCommand(plain));
  expect(await (await bench.local('GET', `/messages/${MessageId}`)).json()).toMatchObject({
    configurationSet: 'preset',
  });
});
