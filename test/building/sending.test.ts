import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { plain, rich } from './support/configs.ts';
import { build, text } from './support/template.ts';

const small = await build(plain);
const large = await build(rich);

test('a domain signs with 2048-bit Easy DKIM and bounces to its own sub-domain', () => {
  small.template.hasResourceProperties('AWS::SES::EmailIdentity', {
    EmailIdentity: 'example.com',
    DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
    MailFromAttributes: {
      MailFromDomain: 'bounce.example.com',
      BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
    },
    FeedbackAttributes: { EmailForwardingEnabled: false },
  });
});

test('an existing identity is left alone, an address gets no DNS attributes', () => {
  const identities = large
    .ofType('AWS::SES::EmailIdentity')
    .map(([, { Properties }]) => Properties['EmailIdentity']);
  expect(identities).toEqual(['example.com', 'news.example.com', 'example.org', 'me@example.edu']);
  large.template.hasResourceProperties('AWS::SES::EmailIdentity', {
    EmailIdentity: 'me@example.edu',
    MailFromAttributes: Match.absent(),
  });
});

test('records of a domain below its zone get their full names in that zone', () => {
  const records = large
    .ofType('AWS::Route53::RecordSet')
    .map(([, { Properties }]) => ({
      name: text(Properties['Name']),
      type: Properties['Type'],
      zone: Properties['HostedZoneId'],
      values: z.array(z.unknown()).parse(Properties['ResourceRecords']).map(text),
    }))
    .filter(({ name }) => name.includes('news'));
  const dkim = (n: number) => ({
    name: expect.stringMatching(
      new RegExp(`^<Identitiesnewsexamplecom.*\\.DkimDNSTokenName${n}>$`),
    ),
    type: 'CNAME',
    zone: 'Z0123456789ABC',
    values: [
      expect.stringMatching(new RegExp(`^<Identitiesnewsexamplecom.*\\.DkimDNSTokenValue${n}>$`)),
    ],
  });
  expect(records).toEqual([
    dkim(1),
    dkim(2),
    dkim(3),
    {
      name: 'bounce.news.example.com.',
      type: 'MX',
      zone: 'Z0123456789ABC',
      values: ['10 feedback-smtp.<AWS::Region>.amazonses.com'],
    },
    {
      name: 'bounce.news.example.com.',
      type: 'TXT',
      zone: 'Z0123456789ABC',
      values: ['"v=spf1 include:amazonses.com ~all"'],
    },
  ]);
});

test('without a zone the records to create are printed, and DMARC is only suggested', () => {
  const withoutIds = large.outputs['ExampleOrgDns']?.replace(/<Identities[^.]*\./g, '<');
  expect(withoutIds?.split('\n')).toEqual([
    '<DkimDNSTokenName1>. CNAME <DkimDNSTokenValue1>.',
    '<DkimDNSTokenName2>. CNAME <DkimDNSTokenValue2>.',
    '<DkimDNSTokenName3>. CNAME <DkimDNSTokenValue3>.',
    'returns.example.org. MX 10 feedback-smtp.<AWS::Region>.amazonses.com.',
    'returns.example.org. TXT "v=spf1 include:amazonses.com ~all"',
    '_dmarc.example.org. TXT "v=DMARC1; p=none"',
  ]);
  expect(large.outputs['ExampleComDns']).toBe('_dmarc.example.com. TXT "v=DMARC1; p=none"');
  expect(large.outputs).not.toHaveProperty('ExampleNetDns');
});

test('two domains that would print under one output id are told apart', async () => {
  const { outputs } = await build({
    ...plain,
    sendingDomains: [{ domain: 'my-mail.com' }, { domain: 'my.mail.com' }],
  });
  expect(outputs['MyMailComDns']).toContain('bounce.my-mail.com.');
  expect(outputs['MyMailCom2Dns']).toContain('bounce.my.mail.com.');
});

test('a newcomer gets no dedicated pool, and sets that name the shared one', () => {
  small.template.resourceCountIs('AWS::SES::DedicatedIpPool', 0);
  for (const [, { Properties }] of small.ofType('AWS::SES::ConfigurationSet'))
    expect(Properties['DeliveryOptions']).toMatchObject({ SendingPoolName: 'ses-shared-pool' });
});

test('standard and managed pools are created once each, shared ones never', () => {
  const pools = large
    .ofType('AWS::SES::DedicatedIpPool')
    .map(([, { Properties }]) => [Properties['PoolName'], Properties['ScalingMode']]);
  expect(pools).toEqual([
    ['acme-mail-leased', 'STANDARD'],
    ['acme-mail-spare', 'STANDARD'],
    ['acme-mail-managed', 'MANAGED'],
    ['acme-mail-old', 'STANDARD'],
    ['acme-mail-quarantine', 'STANDARD'],
  ]);
});

test('each stream has a configuration set for each of its pools, retiring ones included', () => {
  const sets = large
    .ofType('AWS::SES::ConfigurationSet')
    .map(([, { Properties }]) => Properties['Name']);
  expect(sets).toEqual([
    'acme-mail-transactional-leased',
    'acme-mail-transactional-spare',
    'acme-mail-transactional-shared',
    'acme-mail-lifecycle-managed',
    'acme-mail-lifecycle-leased',
    'acme-mail-marketing-managed',
    'acme-mail-marketing-old',
  ]);
});

test('a set asks for TLS, measures reputation and lets SES suppress complaints only', () => {
  large.template.hasResourceProperties('AWS::SES::ConfigurationSet', {
    Name: 'acme-mail-lifecycle-managed',
    DeliveryOptions: { TlsPolicy: 'REQUIRE', MaxDeliverySeconds: 3600 },
    ReputationOptions: { ReputationMetricsEnabled: true },
    SendingOptions: { SendingEnabled: true },
    SuppressionOptions: { SuppressedReasons: ['COMPLAINT'] },
  });
});

test('a set reports what decides, Delivery only where a stream asks, never Send, Open or Click', () => {
  const eventDestination = z.object({
    Name: z.string(),
    MatchingEventTypes: z.array(z.string()),
    SnsDestination: z.object({ TopicARN: z.unknown() }),
  });
  const heard = small.ofType('AWS::SES::ConfigurationSetEventDestination').map(([, found]) => {
    const destination = eventDestination.parse(found.Properties['EventDestination']);
    return [
      text(found.Properties['ConfigurationSetName']).replace(/[0-9A-F]{8}>/, '>'),
      destination.MatchingEventTypes.join(' '),
      text(destination.SnsDestination.TopicARN).replace(/[0-9A-F]{8}>/, '>'),
    ];
  });
  const decisive = 'bounce complaint reject renderingFailure deliveryDelay';
  expect(heard).toEqual([
    ['<Sendingtransactionalshared>', decisive, '<EventsFeedback>'],
    ['<Sendingtransactionalshared>', 'delivery', '<EventsDelivery>'],
    ['<Sendingmarketingshared>', decisive, '<EventsFeedback>'],
  ]);
});

test('SES resources are created one after another', () => {
  const created = Object.entries(large.resources).filter(
    ([, { Type }]) => Type.startsWith('AWS::SES::') || Type === 'AWS::Route53::RecordSet',
  );
  const ids = new Set(created.map(([id]) => id));
  const first = created.filter(([, { DependsOn }]) => !DependsOn.some((id) => ids.has(id)));
  expect(first).toHaveLength(1);
});
