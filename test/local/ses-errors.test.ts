import { randomBytes } from 'node:crypto';
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  CreateDedicatedIpPoolCommand,
  CreateEmailIdentityCommand,
  CreateEmailTemplateCommand,
  DeleteDedicatedIpPoolCommand,
  type EventDestinationDefinition,
  GetConfigurationSetCommand,
  GetDedicatedIpPoolCommand,
  GetSuppressedDestinationCommand,
  ListContactListsCommand,
  ListSuppressedDestinationsCommand,
  PutConfigurationSetDeliveryOptionsCommand,
  PutConfigurationSetSendingOptionsCommand,
  PutDedicatedIpInPoolCommand,
  PutDedicatedIpPoolScalingAttributesCommand,
  PutEmailIdentityMailFromAttributesCommand,
  SendEmailCommand,
  type SendEmailRequest,
} from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  mail,
  openWorkbench,
  refusalOf,
  simple,
  topicArn,
  type Workbench,
} from './ses-workbench.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
});

afterAll(() => bench.close());

const sendRefusal = (changes: Partial<SendEmailRequest>) =>
  refusalOf(bench.client.send(new SendEmailCommand(mail(changes))));

const withHeader = (Name: string, Value: string): Partial<SendEmailRequest> => ({
  Content: {
    Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } }, Headers: [{ Name, Value }] },
  },
});
const tagged = (Name: string, Value: string) => ({ EmailTags: [{ Name, Value }] });
const to = (...ToAddresses: string[]) => ({ Destination: { ToAddresses } });
const from = (FromEmailAddress: string) => ({ FromEmailAddress });
const raw = (text: string) => ({ Content: { Raw: { Data: Buffer.from(text) } } });

const notVerified =
  'Email address is not verified. The following identities failed the check in region US-EAST-1: ';
const badTag = "only alphanumeric ASCII characters, '_', and '-' are allowed.";

/** What is wrong with the request, the change that makes it so, and SES's words. */
const badRequests: readonly (readonly [string, Partial<SendEmailRequest>, string])[] = [
  ['sender without domain', from('sender'), "Missing final '@domain'"],
  ['sender with empty domain', from('sender@'), 'Missing domain'],
  ['sender with IDN domain', from('sender@exämple.com'), 'Domain contains control or whitespace'],
  [
    'sender with umlaut',
    from('sänder@example.com'),
    'Local address contains control or whitespace',
  ],
  [
    'line break in sender',
    from('A\r\nBcc: x <a@example.com>'),
    'Local address contains control or whitespace',
  ],
  ['recipient without at', to('github:somebody'), "Missing final '@domain'"],
  [
    'recipient with colon',
    to('github:somebody@example.net'),
    'Local address contains illegal character',
  ],
  ['recipient with double dot', to('a@example..net'), 'Domain contains dot-dot'],
  ['recipient with underscore domain', to('a@ex_ample.net'), 'Domain contains illegal character'],
  ['bad reply-to', { ReplyToAddresses: ['nobody'] }, "Missing final '@domain'"],
  ['no recipient', { Destination: {} }, 'At least one destination address is required.'],
  [
    '51 recipients',
    to(...Array.from({ length: 51 }, (_, n) => `r${n}@example.net`)),
    'Recipient count exceeds 50.',
  ],
  ['tag value with colon', tagged('id', 'event:id'), `Invalid tag value <event:id>: ${badTag}`],
  ['tag name with at', tagged('a@b', 'x'), `Invalid tag name <a@b>: ${badTag}`],
  [
    'tag name of 257',
    tagged('a'.repeat(257), 'x'),
    `Invalid tag name <${'a'.repeat(257)}>: must be at most 256 characters.`,
  ],
  ['empty tag value', tagged('a', ''), 'Invalid tag value <>: must not be empty.'],
  [
    'two kinds of content',
    { Content: { ...simple('x'), Raw: { Data: Buffer.from('x') } } },
    'Content must contain exactly one of Simple, Raw or Template.',
  ],
  ['no content', { Content: {} }, 'Content must contain exactly one of Simple, Raw or Template.'],
  [
    'no body',
    { Content: { Simple: { Subject: { Data: 's' }, Body: {} } } },
    'Body must contain at least one of Text or Html.',
  ],
  [
    'line break in subject',
    {
      Content: { Simple: { Subject: { Data: 's\r\nBcc: x@y.z' }, Body: { Text: { Data: 't' } } } },
    },
    'Header value contains control characters: Subject',
  ],
  [
    'header name with colon',
    withHeader('X:Y', 'v'),
    'Invalid header <X:Y>: the name must be printable ASCII (33 to 126) without colon.',
  ],
  [
    'header name of 127',
    withHeader('x'.repeat(127), 'v'),
    `Invalid header <${'x'.repeat(127)}>: the name must be at most 126 characters.`,
  ],
  [
    'header value with line break',
    withHeader('X-A', 'v\r\nBcc: x@y.z'),
    'Invalid header <X-A>: the value must be printable ASCII.',
  ],
  [
    'header value of 996',
    withHeader('X', 'v'.repeat(996)),
    'Invalid header <X>: the value must be at most 995 characters.',
  ],
  [
    'header of 997 in all',
    withHeader('X-A', 'v'.repeat(994)),
    'Invalid header <X-A>: name and value together must be at most 996 characters.',
  ],
  ['a second Subject', withHeader('subject', 'again'), "Duplicate header 'subject'."],
  [
    'unknown charset',
    {
      Content: {
        Simple: { Subject: { Data: 's', Charset: 'KOI8-R' }, Body: { Text: { Data: 't' } } },
      },
    },
    'Unsupported charset <KOI8-R>. Supported here: UTF-8, US-ASCII, ISO-8859-1',
  ],
  [
    'raw without From',
    { ...raw('To: a@example.net\r\n\r\nx'), FromEmailAddress: undefined },
    "Missing required header 'From'.",
  ],
  [
    'raw without recipients',
    { ...raw('From: a@example.com\r\n\r\nx'), Destination: undefined },
    "Missing required header 'To'.",
  ],
  [
    'template without sender',
    { Content: { Template: { TemplateName: 'welcome' } }, FromEmailAddress: undefined },
    'Source cannot be empty',
  ],
  [
    'template without template',
    { Content: { Template: {} } },
    'Template must specify TemplateName, TemplateArn or TemplateContent.',
  ],
  [
    'inline template with a block',
    { Content: { Template: { TemplateContent: { Text: '{{#if a}}b{{/if}}' } } } },
    'Template contains unsupported operations.',
  ],
  [
    'template data that is no object',
    { Content: { Template: { TemplateContent: { Text: 'x' }, TemplateData: '[1]' } } },
    'TemplateData must be a JSON object in a string.',
  ],
  [
    'identity ARN that is none',
    { FromEmailAddressIdentityArn: 'example.com' },
    'Invalid identity ARN <example.com>.',
  ],
];

describe('SendEmail refuses with BadRequestException', () => {
  test.each(badRequests)('%s', async (_what, changes, message) => {
    expect(await sendRefusal(changes)).toEqual({
      name: 'BadRequestException',
      status: 400,
      message,
    });
  });

  test('a Simple message without sender, with an answer that has no text', async () => {
    const answer = await sendRefusal({ FromEmailAddress: undefined });
    expect(answer).toMatchObject({ name: 'BadRequestException', status: 400 });
  });

  test('a message beyond 40 MB', async () => {
    // Straight to the emulator: the request itself is larger than the local endpoint reads.
    const attachment = {
      FileName: 'big.bin',
      RawContent: randomBytes(31_000_000).toString('base64'),
    };
    const body = {
      ...mail(),
      Content: {
        Simple: {
          Subject: { Data: 's' },
          Body: { Text: { Data: 't' } },
          Attachments: [attachment],
        },
      },
    };
    const answer = await bench.ses.handle({
      service: 'ses',
      principal: 'tester',
      method: 'POST',
      url: '/v2/email/outbound-emails',
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
    });
    expect(answer.status).toBe(400);
    expect(String(answer.body)).toMatch(
      /Message length is more than 41943040 bytes long: '4\d{7}'\./,
    );
  });
});

describe('SendEmail refuses by state', () => {
  test('an unverified sender', async () => {
    expect(await sendRefusal(from('me@other.example'))).toEqual({
      name: 'MessageRejected',
      status: 400,
      message: `${notVerified}me@other.example`,
    });
  });

  test('a sender whose identity lost its verification, until it has it back', async () => {
    await bench.local('PUT', '/ses/identities', { identity: 'brand.example', verified: false });
    const sender = from('a@mail.brand.example');
    expect((await sendRefusal(sender))?.name).toBe('MessageRejected');
    await bench.local('PUT', '/ses/identities', { identity: 'brand.example', verified: true });
    expect(await sendRefusal(sender)).toBeUndefined();
  });

  test('an unknown configuration set', async () => {
    expect(await sendRefusal({ ConfigurationSetName: 'nowhere' })).toEqual({
      name: 'NotFoundException',
      status: 404,
      message: 'Configuration set <nowhere> does not exist.',
    });
  });

  test('an unknown template', async () => {
    expect(await sendRefusal({ Content: { Template: { TemplateName: 'none' } } })).toEqual({
      name: 'NotFoundException',
      status: 404,
      message: 'Template none does not exist',
    });
  });

  test('a paused configuration set', async () => {
    await bench.client.send(new CreateConfigurationSetCommand({ ConfigurationSetName: 'paused' }));
    await bench.client.send(
      new PutConfigurationSetSendingOptionsCommand({
        ConfigurationSetName: 'paused',
        SendingEnabled: false,
      }),
    );
    expect(await sendRefusal({ ConfigurationSetName: 'paused' })).toEqual({
      name: 'SendingPausedException',
      status: 400,
      message: 'Sending is paused for configuration set paused',
    });
  });

  test('a pool that was deleted under its configuration set', async () => {
    await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName: 'brief' }));
    await bench.client.send(
      new CreateConfigurationSetCommand({
        ConfigurationSetName: 'bound',
        DeliveryOptions: { SendingPoolName: 'brief' },
      }),
    );
    expect(await sendRefusal({ ConfigurationSetName: 'bound' })).toBeUndefined();
    await bench.client.send(new DeleteDedicatedIpPoolCommand({ PoolName: 'brief' }));
    expect(await sendRefusal({ ConfigurationSetName: 'bound' })).toMatchObject({
      name: 'BadRequestException',
      message: 'Invalid Sending Pool Name: IP Pool <brief> is not valid',
    });
  });

  test('a MAIL FROM domain that failed, where the identity insists on it', async () => {
    await bench.local('PUT', '/ses/identities', { identity: 'strict.example', verified: true });
    await bench.client.send(
      new PutEmailIdentityMailFromAttributesCommand({
        EmailIdentity: 'strict.example',
        MailFromDomain: 'bounce.strict.example',
        BehaviorOnMxFailure: 'REJECT_MESSAGE',
      }),
    );
    expect(await sendRefusal(from('a@strict.example'))).toBeUndefined();
    await bench.local('PUT', '/ses/identities', {
      identity: 'strict.example',
      mailFromDomainVerified: false,
    });
    expect(await sendRefusal(from('a@strict.example'))).toMatchObject({
      name: 'MailFromDomainNotVerifiedException',
      status: 400,
    });
  });
});

describe('the request must have the shape of the SDK', () => {
  const post = (body: unknown) =>
    bench.ses.handle({
      service: 'ses',
      principal: 'tester',
      method: 'POST',
      url: '/v2/email/outbound-emails',
      headers: {},
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  const content = { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } };

  test.each([
    [
      'an unknown member',
      { Content: content, Subject: 'x' },
      'BadRequestException',
      /^Unknown member Subject of SendEmailRequest\. Known members: Content, /,
    ],
    [
      'a missing member',
      {},
      'BadRequestException',
      /Value at 'content' failed to satisfy constraint: Member must not be null/,
    ],
    [
      'a missing inner member',
      { Content: content, EmailTags: [{ Name: 'a' }] },
      'BadRequestException',
      /Value at 'emailTags\.1\.member\.value' failed/,
    ],
    [
      'a number for a string',
      { Content: content, ConfigurationSetName: 7 },
      'SerializationException',
      /^NUMBER_VALUE can not be converted to a String$/,
    ],
    [
      'a string for a list',
      { Content: content, ReplyToAddresses: 'a@b.c' },
      'SerializationException',
      /^Expected list or null$/,
    ],
    ['a list for a structure', { Content: [] }, 'SerializationException', /^Start of list found/],
    [
      'an unlisted value',
      { Content: content, ConfigurationOverrides: { Tracking: { OpenTrackingEnabled: 'NO' } } },
      'BadRequestException',
      /Value at 'configurationOverrides\.tracking\.openTrackingEnabled' failed to satisfy constraint: Member must satisfy enum value set: \[DISABLED, ENABLED\]/,
    ],
    [
      'bytes that are no base64',
      { Content: { Raw: { Data: 'a b' } } },
      'SerializationException',
      /base64/,
    ],
    ['no JSON', 'nonsense{', 'SerializationException', /^null$/],
  ])('%s', async (_what, body, code, text) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.headers?.['x-amzn-errortype']).toBe(code);
    expect(String(JSON.parse(String(answer.body)).message)).toMatch(text);
  });

  test('null means absent', async () => {
    const answer = await post({
      ...mail(),
      Content: content,
      TenantName: null,
      Destination: { ToAddresses: ['a@example.net'], CcAddresses: null },
    });
    expect(answer.status).toBe(200);
  });

  test('an operation that is not served is named', async () => {
    expect(await refusalOf(bench.client.send(new ListContactListsCommand({})))).toEqual({
      name: 'UnknownOperationException',
      status: 404,
      message: 'the local SES does not serve ListContactLists (GET /v2/email/contact-lists)',
    });
  });
});

describe('control-plane errors', () => {
  const pool = (PoolName: string) =>
    bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName }));
  const set = (ConfigurationSetName: string) =>
    bench.client.send(new CreateConfigurationSetCommand({ ConfigurationSetName }));
  const destination = (definition: EventDestinationDefinition) =>
    bench.client.send(
      new CreateConfigurationSetEventDestinationCommand({
        ConfigurationSetName: 'reporting',
        EventDestinationName: 'new',
        EventDestination: { MatchingEventTypes: ['SEND'], ...definition },
      }),
    );
  const sns = { SnsDestination: { TopicArn: topicArn } };
  beforeAll(async () => {
    await pool('managed-one');
    await bench.client.send(
      new PutDedicatedIpPoolScalingAttributesCommand({
        PoolName: 'managed-one',
        ScalingMode: 'MANAGED',
      }),
    );
    await bench.client.send(
      new CreateEmailTemplateCommand({ TemplateName: 'taken', TemplateContent: { Text: 'x' } }),
    );
  });

  test.each([
    [
      'a set twice',
      () => set('reporting'),
      'AlreadyExistsException',
      'Configuration set reporting already exists.',
    ],
    [
      'a set name with a space',
      () => set('a b'),
      'BadRequestException',
      'Invalid configuration set name <a b>: 1 to 64 letters, digits, hyphens and underscores',
    ],
    [
      'a set that is not there',
      () => bench.client.send(new GetConfigurationSetCommand({ ConfigurationSetName: 'none' })),
      'NotFoundException',
      'Configuration set <none> does not exist.',
    ],
    [
      'an unknown pool',
      () =>
        bench.client.send(
          new PutConfigurationSetDeliveryOptionsCommand({
            ConfigurationSetName: 'reporting',
            SendingPoolName: 'none',
          }),
        ),
      'BadRequestException',
      "SendingPool <none> doesn't exist",
    ],
    [
      'a deadline too short',
      () =>
        bench.client.send(
          new PutConfigurationSetDeliveryOptionsCommand({
            ConfigurationSetName: 'reporting',
            MaxDeliverySeconds: 299,
          }),
        ),
      'BadRequestException',
      "1 validation error detected: Value at 'maxDeliverySeconds' failed to satisfy constraint: Member must have value greater than or equal to 300",
    ],
    ['no sink', () => destination({}), 'BadRequestException', 'Event destination is not provided.'],
    [
      'two sinks',
      () => destination({ ...sns, PinpointDestination: {} }),
      'BadRequestException',
      'Please provide only one destination with each request. Either a Firehose Destination or a Cloudwatch Destination or an SNS Destination or an EventBridge Destination.',
    ],
    [
      'no event type',
      () => destination({ ...sns, MatchingEventTypes: [] }),
      'BadRequestException',
      'At least one event type must be specified.',
    ],
    [
      'a FIFO topic',
      () => destination({ SnsDestination: { TopicArn: `${topicArn}.fifo` } }),
      'BadRequestException',
      `SNS topic <${topicArn}.fifo> is a FIFO topic, which is not supported.`,
    ],
    [
      'a custom bus',
      () =>
        destination({
          EventBridgeDestination: {
            EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/own',
          },
        }),
      'BadRequestException',
      'EventBridge bus <arn:aws:events:us-east-1:000000000000:event-bus/own> is not the default bus <arn:aws:events:us-east-1:000000000000:event-bus/default>.',
    ],
    [
      'a pool twice',
      () => pool('managed-one'),
      'AlreadyExistsException',
      'The pool <managed-one> already exists.',
    ],
    [
      'a pool in capitals',
      () => pool('Pool'),
      'BadRequestException',
      'Invalid pool name <Pool>: 1 to 64 lower-case letters, digits, hyphens and underscores',
    ],
    [
      "SES's own pool",
      () => bench.client.send(new GetDedicatedIpPoolCommand({ PoolName: 'ses-shared-pool' })),
      'BadRequestException',
      'Pool name describes either a shared or default dedicated ip pool',
    ],
    [
      'managed to standard',
      () =>
        bench.client.send(
          new PutDedicatedIpPoolScalingAttributesCommand({
            PoolName: 'managed-one',
            ScalingMode: 'STANDARD',
          }),
        ),
      'BadRequestException',
      'A managed dedicated IP pool cannot be converted to a standard one.',
    ],
    [
      'a foreign address',
      () =>
        bench.client.send(
          new PutDedicatedIpInPoolCommand({ Ip: '192.0.2.1', DestinationPoolName: 'managed-one' }),
        ),
      'NotFoundException',
      'The dedicated IP <192.0.2.1> does not exist in your account.',
    ],
    [
      'an address not suppressed',
      () =>
        bench.client.send(new GetSuppressedDestinationCommand({ EmailAddress: 'A@Example.NET' })),
      'NotFoundException',
      'Email address A@example.net does not exist on your suppression list.',
    ],
    [
      'a tenant nobody created',
      () =>
        bench.client.send(
          new GetSuppressedDestinationCommand({ EmailAddress: 'a@b.c', TenantName: 't1' }),
        ),
      'NotFoundException',
      'Tenant <t1> does not exist.',
    ],
    [
      'a stale page token',
      () => bench.client.send(new ListSuppressedDestinationsCommand({ NextToken: 'old' })),
      'InvalidNextTokenException',
      'The specified request includes an invalid or expired token.',
    ],
    [
      'an identity twice',
      () => bench.client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'example.com' })),
      'AlreadyExistsException',
      'Email identity example.com already exist.',
    ],
    [
      'a template twice',
      () =>
        bench.client.send(
          new CreateEmailTemplateCommand({ TemplateName: 'taken', TemplateContent: { Text: 'x' } }),
        ),
      'AlreadyExistsException',
      'Template taken already exists.',
    ],
    [
      'an empty template',
      () =>
        bench.client.send(
          new CreateEmailTemplateCommand({ TemplateName: 'empty', TemplateContent: {} }),
        ),
      'BadRequestException',
      'Template must have at least a subject, text, or html part.',
    ],
    [
      'a huge template',
      () =>
        bench.client.send(
          new CreateEmailTemplateCommand({
            TemplateName: 'huge',
            TemplateContent: { Text: 'x'.repeat(512_001) },
          }),
        ),
      'BadRequestException',
      'Template is 512001 bytes long; the limit is 512000 bytes',
    ],
  ])('%s', async (_what, attempt, name, message) => {
    expect(await refusalOf(attempt())).toMatchObject({ name, message });
  });

  test('an eleventh event destination', async () => {
    await set('full');
    const add = (n: number) =>
      bench.client.send(
        new CreateConfigurationSetEventDestinationCommand({
          ConfigurationSetName: 'full',
          EventDestinationName: `d${n}`,
          EventDestination: { MatchingEventTypes: ['SEND'], ...sns },
        }),
      );
    for (let n = 1; n <= 10; n += 1) await add(n);
    expect(await refusalOf(add(11))).toMatchObject({ name: 'LimitExceededException', status: 400 });
  });
});
