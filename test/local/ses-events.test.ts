import { readFileSync } from 'node:fs';
import {
  CreateConfigurationSetEventDestinationCommand,
  PutConfigurationSetDeliveryOptionsCommand,
  SendEmailCommand,
  type SendEmailRequest,
  UpdateConfigurationSetEventDestinationCommand,
} from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  mail,
  openSet,
  openWorkbench,
  type SesEvent,
  simple,
  topicArn,
  type Workbench,
} from './ses-workbench.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});

afterAll(() => bench.close());

/** Sends and returns the events of that message, in order of publication. */
async function eventsOf(changes: Partial<SendEmailRequest> = {}): Promise<readonly SesEvent[]> {
  const { MessageId } = await bench.client.send(new SendEmailCommand(mail(changes)));
  await bench.settle();
  return bench.events().filter((event) => event.mail.messageId === MessageId);
}

function to(address: string): Partial<SendEmailRequest> {
  return { Destination: { ToAddresses: [address] } };
}

async function script(address: string, outcome: string, more: object = {}): Promise<void> {
  const answer = await bench.local('PUT', '/ses/recipients', { address, outcome, ...more });
  expect(answer.status).toBe(200);
}

const virus = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(
  '-',
);

/** What the emulator adds to the documented examples, each seen on AWS or in its field list. */
const beyondTheExamples = [
  'mail.tags.ses:operation',
  'mail.tags.campaign',
  'mail.tags.ses:source-ip',
  'mail.tags.ses:from-domain',
  'mail.tags.ses:caller-identity',
  'complaint.complaintSubType',
  'delivery.remoteMtaIp',
];

/** Every path of a JSON value with its type; array elements share one path. */
function paths(value: unknown, at = ''): Map<string, string> {
  const found = new Map([
    [at, Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value],
  ]);
  const children: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((element) => ['[]', element])
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  for (const [key, child] of children) {
    const path = at === '' ? key : `${at}.${key}`;
    for (const [inner, type] of paths(child, path)) found.set(inner, type);
  }
  return found;
}

describe('each event type has the shape of its example in the developer guide', () => {
  const tags = { EmailTags: [{ Name: 'campaign', Value: 'spring' }] };
  const template = {
    Content: {
      Template: {
        TemplateContent: { Subject: '{{name}}', Text: '{{attributeName}}' },
        TemplateData: '{"name":"n"}',
      },
    },
  };
  const cases: readonly (readonly [string, string, Partial<SendEmailRequest>])[] = [
    ['send', 'Send', {}],
    ['delivery', 'Delivery', {}],
    ['bounce', 'Bounce', to('bounce@simulator.amazonses.com')],
    ['complaint', 'Complaint', to('complaint@simulator.amazonses.com')],
    ['reject', 'Reject', { Content: simple(virus) }],
    ['rendering-failure', 'Rendering Failure', template],
    ['delivery-delay', 'DeliveryDelay', to('slow@example.net')],
  ];
  test.each(cases)('%s', async (file, eventType, changes) => {
    await script('slow@example.net', 'delay');
    const event = (await eventsOf({ ...changes, ...tags })).find(
      (one) => one.eventType === eventType,
    );
    expectDocumented(file, event);
  });

  test.each([
    ['open', 'Open', {}],
    ['click', 'Click', { link: 'https://example.com/a', linkTags: { samplekey0: ['a'] } }],
    ['subscription', 'Subscription', { contactList: 'News', topic: 'Weekly' }],
  ])('%s, once a reader did it', async (file, eventType, more) => {
    const { MessageId } = await bench.client.send(new SendEmailCommand(mail(tags)));
    await bench.local('POST', '/ses/engagement', { messageId: MessageId, event: file, ...more });
    await bench.settle();
    const event = bench
      .events()
      .find((one) => one.mail.messageId === MessageId && one.eventType === eventType);
    expectDocumented(file, event);
  });

  function expectDocumented(file: string, event: SesEvent | undefined): void {
    const url = new URL(`../fixtures/ses/${file}.json`, import.meta.url);
    const documented = paths(JSON.parse(readFileSync(url, 'utf8')));
    const actual = paths(event);
    const extra = [...actual.keys()].filter(
      (path) => !documented.has(path) && !beyondTheExamples.includes(path.replace('.[]', '')),
    );
    expect(Object.fromEntries(actual)).toMatchObject(Object.fromEntries(documented));
    expect(extra).toEqual([]);
  }
});

test('an event says who sent what to whom', async () => {
  const [send, delivery] = await eventsOf({
    Destination: { ToAddresses: ['Ann <ann@example.net>'], BccAddresses: ['boss@example.net'] },
    ReplyToAddresses: ['reply@example.com'],
    EmailTags: [{ Name: 'campaign', Value: 'spring' }],
  });
  expect(send?.mail).toMatchObject({
    source: 'Sender Name <sender@example.com>',
    sourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/example.com',
    sendingAccountId: '000000000000',
    destination: ['ann@example.net', 'boss@example.net'],
    commonHeaders: {
      from: ['Sender Name <sender@example.com>'],
      replyTo: ['reply@example.com'],
      to: ['Ann <ann@example.net>'],
      messageId: send?.mail.messageId,
      subject: 'Message sent from Amazon SES',
    },
    tags: {
      'ses:configuration-set': ['reporting'],
      'ses:caller-identity': ['tester'],
      'ses:from-domain': ['example.com'],
      campaign: ['spring'],
    },
  });
  expect(JSON.stringify(send?.mail['headers'])).not.toContain('boss@example.net');
  expect(delivery?.mail['tags']).toMatchObject({
    'ses:outgoing-ip': [expect.stringMatching(/^54\.240\./)],
  });
  expect(send?.mail['tags']).not.toHaveProperty('ses:outgoing-ip');
});

test('message ids look like SES ids', async () => {
  const { MessageId } = await bench.client.send(new SendEmailCommand(mail()));
  expect(MessageId).toMatch(
    /^0100[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-000000$/,
  );
});

describe('outcomes', () => {
  test.each([
    ['success@simulator.amazonses.com', ['Send', 'Delivery']],
    ['success+label@simulator.amazonses.com', ['Send', 'Delivery']],
    ['bounce+label@simulator.amazonses.com', ['Send', 'Bounce']],
    ['ooto@simulator.amazonses.com', ['Send', 'Delivery', 'Bounce']],
    ['complaint@simulator.amazonses.com', ['Send', 'Delivery', 'Complaint']],
    ['suppressionlist@simulator.amazonses.com', ['Send', 'Bounce']],
  ])('%s', async (address, types) => {
    expect((await eventsOf(to(address))).map(({ eventType }) => eventType)).toEqual(types);
  });

  test.each([
    ['bounce', { bounceType: 'Permanent', bounceSubType: 'General' }],
    ['softBounce', { bounceType: 'Transient', bounceSubType: 'MailboxFull' }],
    ['block', { bounceType: 'Transient', bounceSubType: 'General' }],
    ['suppressed', { bounceType: 'Permanent', bounceSubType: 'Suppressed' }],
  ])('a recipient scripted to %s', async (outcome, bounce) => {
    await script(`${outcome}@example.org`, outcome);
    const events = await eventsOf(to(`${outcome}@Example.org`));
    expect(events.map(({ eventType }) => eventType)).toEqual(['Send', 'Bounce']);
    expect(events[1]?.['bounce']).toMatchObject(bounce);
  });

  test('a script brings its own words', async () => {
    await script('words@example.org', 'softBounce', {
      status: '4.7.0',
      diagnosticCode: 'smtp; 421 4.7.0 try later',
      bounceSubType: 'CustomTimeoutExceeded',
    });
    const [, bounce] = await eventsOf(to('words@example.org'));
    expect(bounce?.['bounce']).toMatchObject({
      bounceSubType: 'CustomTimeoutExceeded',
      bouncedRecipients: [{ status: '4.7.0', diagnosticCode: 'smtp; 421 4.7.0 try later' }],
    });
  });

  test('a delayed mail arrives in the end', async () => {
    await script('late@example.org', 'delay', { delayType: 'IPFailure' });
    const events = await eventsOf(to('late@example.org'));
    expect(events.map(({ eventType }) => eventType)).toEqual(['Send', 'DeliveryDelay', 'Delivery']);
    expect(events[1]?.['deliveryDelay']).toMatchObject({ delayType: 'IPFailure' });
  });

  test('a silent recipient says nothing after Send, until it is unscripted', async () => {
    await script('mute@example.org', 'silent');
    expect((await eventsOf(to('mute@example.org'))).map(({ eventType }) => eventType)).toEqual([
      'Send',
    ]);
    await bench.local('DELETE', '/ses/recipients?address=mute%40example.org');
    expect(await eventsOf(to('mute@example.org'))).toHaveLength(2);
  });

  test('simulated bounces of one request come as one event, other recipients on their own', async () => {
    const simulated = ['bounce+1@simulator.amazonses.com', 'bounce+2@simulator.amazonses.com'];
    const events = await eventsOf({
      Destination: { ToAddresses: [...simulated, 'ok@example.net'] },
    });
    const bounces = events.filter(({ eventType }) => eventType === 'Bounce');
    expect(bounces).toHaveLength(1);
    expect(bounces[0]?.['bounce']).toMatchObject({
      bouncedRecipients: simulated.map((emailAddress) => ({ emailAddress })),
    });
    expect(events.filter(({ eventType }) => eventType === 'Delivery')).toHaveLength(1);
  });

  test('a virus in an attachment is accepted and rejected', async () => {
    const content = simple('see attachment');
    const attachment = { FileName: 'eicar.com', RawContent: Buffer.from(virus) };
    const events = await eventsOf({
      Content: {
        Simple: {
          ...content.Simple,
          Attachments: [attachment],
          Subject: content.Simple?.Subject,
          Body: content.Simple?.Body,
        },
      },
    });
    expect(events.map(({ eventType }) => eventType)).toEqual(['Reject']);
    const raw = `From: a@example.com\r\nTo: b@example.net\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(virus).toString('base64')}\r\n`;
    const again = await eventsOf({ Content: { Raw: { Data: Buffer.from(raw) } } });
    expect(again.map(({ eventType }) => eventType)).toEqual(['Reject']);
  });
});

describe('destinations', () => {
  test('only matching, enabled destinations are told, and several may be', async () => {
    await openSet(bench.client, 'choosy');
    const second = 'arn:aws:sns:us-east-1:000000000000:second';
    const destination = (
      name: string,
      types: readonly ('BOUNCE' | 'DELIVERY')[],
      enabled: boolean,
    ) =>
      new CreateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: 'choosy',
        EventDestinationName: name,
        EventDestination: {
          Enabled: enabled,
          MatchingEventTypes: [...types],
          SnsDestination: { TopicArn: second },
        },
      });
    await bench.client.send(destination('deliveries', ['DELIVERY'], true));
    await bench.client.send(destination('off', ['DELIVERY'], false));
    await bench.client.send(
      new UpdateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: 'choosy',
        EventDestinationName: 'all',
        EventDestination: {
          Enabled: true,
          MatchingEventTypes: ['SEND', 'DELIVERY'],
          SnsDestination: { TopicArn: topicArn },
        },
      }),
    );
    await bench.settle();
    const before = bench.published.length;
    await eventsOf({ ConfigurationSetName: 'choosy' });
    await eventsOf({ ConfigurationSetName: 'choosy', ...to('bounce@simulator.amazonses.com') });
    const seen = bench.published
      .slice(before)
      .map((one) => [one.topicArn, JSON.parse(one.text).eventType]);
    expect(seen).toEqual([
      [topicArn, 'Send'],
      [topicArn, 'Delivery'],
      [second, 'Delivery'],
      [topicArn, 'Send'],
    ]);
  });

  test('a new topic first hears that it was validated', () => {
    expect(bench.published[0]).toEqual({
      topicArn,
      text: 'Successfully validated SNS topic for Amazon SES event publishing.',
    });
  });

  test('the default bus gets the event with its detail type', async () => {
    await bench.client.send(
      new CreateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: 'reporting',
        EventDestinationName: 'bus',
        EventDestination: {
          Enabled: true,
          MatchingEventTypes: ['COMPLAINT'],
          EventBridgeDestination: {
            EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
          },
        },
      }),
    );
    await eventsOf(to('complaint@simulator.amazonses.com'));
    expect(bench.busEntries).toHaveLength(1);
    expect(bench.busEntries[0]).toMatchObject({
      Source: 'aws.ses',
      DetailType: 'Email Complaint Received',
      Resources: ['arn:aws:ses:us-east-1:000000000000:identity/example.com'],
    });
    expect(JSON.parse(String(bench.busEntries[0]?.['Detail'])).eventType).toBe('Complaint');
  });

  test('a sink that is not emulated is named once', async () => {
    await bench.client.send(
      new CreateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: 'reporting',
        EventDestinationName: 'metrics',
        EventDestination: {
          Enabled: true,
          MatchingEventTypes: ['SEND'],
          CloudWatchDestination: {
            DimensionConfigurations: [
              {
                DimensionName: 'campaign',
                DimensionValueSource: 'MESSAGE_TAG',
                DefaultDimensionValue: 'none',
              },
            ],
          },
        },
      }),
    );
    await eventsOf();
    const notes = await (await bench.local('GET', '/ses/notes')).json();
    expect(notes).toContainEqual({
      text: 'event destination metrics of reporting: CloudWatchDestination is not emulated',
      count: 1,
    });
  });

  test('a mail without a configuration set makes no events', async () => {
    const { ConfigurationSetName: _none, ...plain } = mail();
    const before = bench.published.length;
    await bench.client.send(new SendEmailCommand(plain));
    await bench.settle();
    expect(bench.published.length).toBe(before);
  });
});

test('the delay that SES still tries for follows the configuration set', async () => {
  await openSet(bench.client, 'hasty');
  await bench.client.send(
    new PutConfigurationSetDeliveryOptionsCommand({
      ConfigurationSetName: 'hasty',
      MaxDeliverySeconds: 600,
    }),
  );
  await script('slow@example.net', 'delay');
  const events = await eventsOf({ ConfigurationSetName: 'hasty', ...to('slow@example.net') });
  const delay = events.find(({ eventType }) => eventType === 'DeliveryDelay');
  const sent = Date.parse(String(delay?.mail['timestamp']));
  expect(delay?.['deliveryDelay']).toMatchObject({
    expirationTime: new Date(sent + 600_000).toISOString(),
  });
});

test('a templated mail hides its subject from the Send event only', async () => {
  const content = {
    Template: {
      TemplateContent: { Subject: 'Hi {{name}}', Text: 'x' },
      TemplateData: '{"name":"Ann"}',
    },
  };
  const [send, delivery] = await eventsOf({ Content: content });
  expect(send?.mail['commonHeaders']).not.toHaveProperty('subject');
  expect(delivery?.mail['commonHeaders']).toMatchObject({ subject: 'Hi Ann' });
});
