import {
  CreateConfigurationSetCommand,
  CreateDedicatedIpPoolCommand,
  CreateEmailIdentityCommand,
  DeleteConfigurationSetCommand,
  DeleteConfigurationSetEventDestinationCommand,
  DeleteDedicatedIpPoolCommand,
  DeleteEmailIdentityCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetDedicatedIpCommand,
  GetDedicatedIpPoolCommand,
  GetDedicatedIpsCommand,
  GetEmailIdentityCommand,
  GetEmailTemplateCommand,
  ListConfigurationSetsCommand,
  ListDedicatedIpPoolsCommand,
  ListEmailIdentitiesCommand,
  PutConfigurationSetDeliveryOptionsCommand,
  PutConfigurationSetReputationOptionsCommand,
  PutDedicatedIpInPoolCommand,
  PutDedicatedIpPoolScalingAttributesCommand,
  PutDedicatedIpWarmupAttributesCommand,
  PutEmailIdentityDkimAttributesCommand,
  PutEmailIdentityMailFromAttributesCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject, Physical } from '../../local/aws.ts';
import {
  mail,
  openSet,
  openWorkbench,
  refusalOf,
  topicArn,
  type Workbench,
} from './ses-workbench.ts';

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(() => bench.close());

describe('configuration sets', () => {
  const describeSet = (ConfigurationSetName: string) =>
    bench.client.send(new GetConfigurationSetCommand({ ConfigurationSetName }));

  test('give back what was put in', async () => {
    await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName: 'pool-a' }));
    const options = {
      DeliveryOptions: {
        TlsPolicy: 'REQUIRE',
        SendingPoolName: 'pool-a',
        MaxDeliverySeconds: 3600,
      },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE'] },
      TrackingOptions: { CustomRedirectDomain: 'click.example.com', HttpsPolicy: 'REQUIRE' },
      VdmOptions: { DashboardOptions: { EngagementMetrics: 'DISABLED' } },
      ArchivingOptions: {
        ArchiveArn: 'arn:aws:ses:us-east-1:000000000000:mailmanager-archive/a-1',
      },
      Tags: [{ Key: 'stream', Value: 'marketing' }],
    } as const;
    await bench.client.send(
      new CreateConfigurationSetCommand({
        ConfigurationSetName: 'full',
        ...structuredClone(options),
        SuppressionOptions: { SuppressedReasons: ['BOUNCE'] },
        Tags: [...options.Tags],
      }),
    );
    expect(await describeSet('full')).toMatchObject({
      ...options,
      ReputationOptions: { ReputationMetricsEnabled: true },
      SendingOptions: { SendingEnabled: true },
    });
  });

  test('forget the delivery options that a PUT leaves out', async () => {
    const ConfigurationSetName = 'reporting';
    await bench.client.send(
      new PutConfigurationSetDeliveryOptionsCommand({
        ConfigurationSetName,
        TlsPolicy: 'REQUIRE',
        MaxDeliverySeconds: 600,
      }),
    );
    await bench.client.send(
      new PutConfigurationSetDeliveryOptionsCommand({
        ConfigurationSetName,
        SendingPoolName: 'ses-shared-pool',
      }),
    );
    await bench.client.send(
      new PutConfigurationSetReputationOptionsCommand({
        ConfigurationSetName,
        ReputationMetricsEnabled: false,
      }),
    );
    const set = await describeSet(ConfigurationSetName);
    expect(set.DeliveryOptions).toEqual({ SendingPoolName: 'ses-shared-pool' });
    expect(set.ReputationOptions).toEqual({ ReputationMetricsEnabled: false });
  });

  test('are listed, filtered and deleted', async () => {
    for (const name of ['a-1', 'a-2', 'b-1']) await openSet(bench.client, name);
    const first = await bench.client.send(
      new ListConfigurationSetsCommand({
        Filter: { CONFIGURATION_SET_NAME_CONTAINS: 'a-' },
        PageSize: 1,
      }),
    );
    expect(first.ConfigurationSets).toEqual(['a-1']);
    const rest = await bench.client.send(
      new ListConfigurationSetsCommand({
        Filter: { CONFIGURATION_SET_NAME_CONTAINS: 'a-' },
        NextToken: first.NextToken,
      }),
    );
    expect(rest.ConfigurationSets).toEqual(['a-2']);
    await bench.client.send(new DeleteConfigurationSetCommand({ ConfigurationSetName: 'a-1' }));
    expect((await refusalOf(describeSet('a-1')))?.name).toBe('NotFoundException');
  });

  test('give up an event destination', async () => {
    const ConfigurationSetName = 'reporting';
    await bench.client.send(
      new DeleteConfigurationSetEventDestinationCommand({
        ConfigurationSetName,
        EventDestinationName: 'all',
      }),
    );
    const { EventDestinations } = await bench.client.send(
      new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName }),
    );
    expect(EventDestinations).toEqual([]);
    const again = bench.client.send(
      new DeleteConfigurationSetEventDestinationCommand({
        ConfigurationSetName,
        EventDestinationName: 'all',
      }),
    );
    expect(await refusalOf(again)).toMatchObject({
      name: 'NotFoundException',
      message:
        'An event destination with name <all> does not exist for configuration set <reporting>.',
    });
  });
});

describe('identities', () => {
  const read = (EmailIdentity: string) =>
    bench.client.send(new GetEmailIdentityCommand({ EmailIdentity }));

  test('wait for verification, keep DKIM and MAIL FROM settings', async () => {
    const EmailIdentity = 'New.Example';
    const made = await bench.client.send(
      new CreateEmailIdentityCommand({ EmailIdentity, Tags: [{ Key: 'k', Value: 'v' }] }),
    );
    expect(made).toMatchObject({
      IdentityType: 'DOMAIN',
      VerifiedForSendingStatus: false,
      DkimAttributes: { Status: 'PENDING' },
    });
    expect(made.DkimAttributes?.Tokens).toHaveLength(3);
    await bench.client.send(
      new PutEmailIdentityDkimAttributesCommand({ EmailIdentity, SigningEnabled: false }),
    );
    await bench.client.send(
      new PutEmailIdentityMailFromAttributesCommand({
        EmailIdentity,
        MailFromDomain: 'mail.new.example',
      }),
    );
    await bench.local('PUT', '/ses/identities', { identity: 'new.example', verified: true });
    expect(await read(EmailIdentity)).toMatchObject({
      VerifiedForSendingStatus: true,
      DkimAttributes: { SigningEnabled: false, Status: 'SUCCESS' },
      MailFromAttributes: {
        MailFromDomain: 'mail.new.example',
        MailFromDomainStatus: 'SUCCESS',
        BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
      },
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    await bench.client.send(new PutEmailIdentityMailFromAttributesCommand({ EmailIdentity }));
    expect(await read(EmailIdentity)).not.toHaveProperty('MailFromAttributes');
  });

  test('are listed by name, type and status, and deleted', async () => {
    await bench.client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'me@new.example' }));
    const names = async (Filter: Record<string, string>) =>
      (await bench.client.send(new ListEmailIdentitiesCommand({ Filter }))).EmailIdentities?.map(
        (one) => one.IdentityName,
      );
    expect(await names({})).toEqual(['example.com', 'me@new.example']);
    expect(await names({ IDENTITY_TYPE: 'EMAIL_ADDRESS' })).toEqual(['me@new.example']);
    expect(await names({ VERIFICATION_STATUS: 'SUCCESS' })).toEqual(['example.com']);
    expect(await names({ IDENTITY_NAME_CONTAINS: 'new' })).toEqual(['me@new.example']);
    await bench.client.send(new DeleteEmailIdentityCommand({ EmailIdentity: 'me@new.example' }));
    expect((await refusalOf(read('me@new.example')))?.name).toBe('NotFoundException');
  });

  test.each([
    ['a@mail.example.com', 'example.com'],
    ['A@EXAMPLE.COM', 'example.com'],
    ['Vip <vip@example.com>', 'vip@example.com'],
    ['a@unknown.example', 'unknown.example'],
    ['a@com', 'com'],
  ])('%s is covered by %s', async (from, identity) => {
    await bench.client.send(new CreateEmailIdentityCommand({ EmailIdentity: 'vip@example.com' }));
    expect(bench.ses.identityFor(from)).toBe(identity);
  });
});

describe('dedicated addresses', () => {
  const ips = async (PoolName?: string) =>
    (
      await bench.client.send(
        new GetDedicatedIpsCommand({ ...(PoolName === undefined ? {} : { PoolName }) }),
      )
    ).DedicatedIps;
  const lease = (pool: string, addresses: readonly string[]) =>
    bench.local('PUT', '/ses/dedicated-ips', { pool, ips: addresses });
  const outgoing = async (ConfigurationSetName: string) => {
    const { MessageId } = await bench.client.send(
      new SendEmailCommand(mail({ ConfigurationSetName })),
    );
    await bench.settle();
    const delivery = bench
      .events()
      .find((event) => event.mail.messageId === MessageId && event.eventType === 'Delivery');
    return JSON.stringify(delivery?.mail['tags']);
  };

  test('a standard pool is empty until addresses are leased; they warm up, move and stay', async () => {
    for (const PoolName of ['one', 'two'])
      await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName }));
    expect(await ips('one')).toEqual([]);
    await lease('one', ['192.0.2.10', '192.0.2.11']);
    expect(await ips('one')).toEqual([
      { Ip: '192.0.2.10', PoolName: 'one', WarmupStatus: 'IN_PROGRESS', WarmupPercentage: 0 },
      { Ip: '192.0.2.11', PoolName: 'one', WarmupStatus: 'IN_PROGRESS', WarmupPercentage: 0 },
    ]);
    const Ip = '192.0.2.10';
    await bench.client.send(
      new PutDedicatedIpWarmupAttributesCommand({ Ip, WarmupPercentage: 100 }),
    );
    await bench.client.send(new PutDedicatedIpInPoolCommand({ Ip, DestinationPoolName: 'two' }));
    expect((await bench.client.send(new GetDedicatedIpCommand({ Ip }))).DedicatedIp).toEqual({
      Ip,
      PoolName: 'two',
      WarmupStatus: 'DONE',
      WarmupPercentage: 100,
    });
    expect(
      await refusalOf(bench.client.send(new DeleteDedicatedIpPoolCommand({ PoolName: 'two' }))),
    ).toMatchObject({ name: 'BadRequestException' });
    await lease('two', []);
    await bench.client.send(new DeleteDedicatedIpPoolCommand({ PoolName: 'two' }));
    expect((await ips())?.map((one) => one.Ip)).toEqual(['192.0.2.11']);
  });

  test('a managed pool brings two addresses and takes them along', async () => {
    await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName: 'auto' }));
    await bench.client.send(
      new PutDedicatedIpPoolScalingAttributesCommand({ PoolName: 'auto', ScalingMode: 'MANAGED' }),
    );
    expect(await ips('auto')).toMatchObject([
      { WarmupStatus: 'NOT_APPLICABLE', WarmupPercentage: -1 },
      { WarmupStatus: 'NOT_APPLICABLE', WarmupPercentage: -1 },
    ]);
    expect(
      (await bench.client.send(new GetDedicatedIpPoolCommand({ PoolName: 'auto' }))).DedicatedIpPool
        ?.ScalingMode,
    ).toBe('MANAGED');
    const { DedicatedIpPools } = await bench.client.send(new ListDedicatedIpPoolsCommand({}));
    expect(DedicatedIpPools).toEqual(['auto', 'ses-default-dedicated-pool', 'ses-shared-pool']);
    await bench.client.send(new DeleteDedicatedIpPoolCommand({ PoolName: 'auto' }));
    expect(await ips()).toEqual([]);
  });

  test('a mail leaves through an address of its pool, else the default pool, else a shared one', async () => {
    await bench.client.send(new CreateDedicatedIpPoolCommand({ PoolName: 'own' }));
    await openSet(bench.client, 'pooled');
    await bench.client.send(
      new PutConfigurationSetDeliveryOptionsCommand({
        ConfigurationSetName: 'pooled',
        SendingPoolName: 'own',
      }),
    );
    expect(await outgoing('pooled')).toContain('"ses:outgoing-ip":["54.240.');
    await lease('own', ['192.0.2.20']);
    expect(await outgoing('pooled')).toContain('"ses:outgoing-ip":["192.0.2.20"]');
    expect(await outgoing('reporting')).toContain('"ses:outgoing-ip":["54.240.');
    await lease('ses-default-dedicated-pool', ['192.0.2.30']);
    expect(await outgoing('reporting')).toContain('"ses:outgoing-ip":["192.0.2.30"]');
  });
});

describe('resources of a template', () => {
  const create = async (
    type: string,
    logicalId: string,
    properties: JsonObject,
  ): Promise<Physical> => {
    const provider = bench.ses.providers[type];
    if (provider === undefined) throw new Error(`no provider for ${type}`);
    return provider({ logicalId, type, properties });
  };

  test('come into being as the API shows them', async () => {
    expect(
      (
        await create('AWS::SES::DedicatedIpPool', 'Pool', {
          PoolName: 'stack-pool',
          ScalingMode: 'MANAGED',
        })
      ).ref,
    ).toBe('stack-pool');
    const set = await create('AWS::SES::ConfigurationSet', 'Set', {
      Name: 'stack-set',
      DeliveryOptions: {
        SendingPoolName: 'stack-pool',
        TlsPolicy: 'REQUIRE',
        MaxDeliverySeconds: 3600,
      },
      ReputationOptions: { ReputationMetricsEnabled: true },
      SendingOptions: { SendingEnabled: true },
      SuppressionOptions: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    });
    expect(set.ref).toBe('stack-set');
    await create('AWS::SES::ConfigurationSetEventDestination', 'Events', {
      ConfigurationSetName: 'stack-set',
      EventDestination: {
        Name: 'feedback',
        Enabled: true,
        MatchingEventTypes: ['send', 'renderingFailure', 'deliveryDelay'],
        SnsDestination: { TopicARN: topicArn },
      },
    });
    const described = await bench.client.send(
      new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: 'stack-set' }),
    );
    expect(described.EventDestinations).toEqual([
      {
        Name: 'feedback',
        Enabled: true,
        MatchingEventTypes: ['SEND', 'RENDERING_FAILURE', 'DELIVERY_DELAY'],
        SnsDestination: { TopicArn: topicArn },
      },
    ]);
    const identity = await create('AWS::SES::EmailIdentity', 'Identity', {
      EmailIdentity: 'stack.example',
      MailFromAttributes: {
        MailFromDomain: 'bounce.stack.example',
        BehaviorOnMxFailure: 'REJECT_MESSAGE',
      },
      DkimAttributes: { SigningEnabled: true },
      FeedbackAttributes: { EmailForwardingEnabled: false },
      Tags: [{ Key: 'stack', Value: 'one' }],
    });
    const read = await bench.client.send(
      new GetEmailIdentityCommand({ EmailIdentity: 'stack.example' }),
    );
    expect(read).toMatchObject({
      VerifiedForSendingStatus: true,
      Tags: [{ Key: 'stack', Value: 'one' }],
    });
    expect(identity.attributes['DkimDNSTokenName1']).toMatch(
      /^[0-9a-f]{32}\._domainkey\.stack\.example$/,
    );
    await bench.client.send(
      new SendEmailCommand(
        mail({ FromEmailAddress: 'a@stack.example', ConfigurationSetName: 'stack-set' }),
      ),
    );
    const template = await create('AWS::SES::Template', 'Welcome', {
      Template: {
        TemplateName: 'welcome',
        SubjectPart: 'Hi',
        TextPart: 'Hello',
        HtmlPart: '<p>Hello</p>',
      },
    });
    expect(template.ref).toBe('welcome');
    expect(
      (await bench.client.send(new GetEmailTemplateCommand({ TemplateName: 'welcome' })))
        .TemplateContent,
    ).toEqual({
      Subject: 'Hi',
      Text: 'Hello',
      Html: '<p>Hello</p>',
    });
  });

  test('get a name where the template gives none', async () => {
    expect((await create('AWS::SES::ConfigurationSet', 'SetABC123', {})).ref).toBe('SetABC123');
    expect((await create('AWS::SES::DedicatedIpPool', 'PoolABC', {})).ref).toBe('poolabc');
  });

  test.each([
    [
      'an unknown property',
      'AWS::SES::ConfigurationSet',
      { Name: 'x', Colour: 'red' },
      'Unknown member Colour',
    ],
    [
      'an unknown identity property',
      'AWS::SES::EmailIdentity',
      { EmailIdentity: 'x.example', Colour: 'red' },
      'AWS::SES::EmailIdentity needs EmailIdentity and knows',
    ],
    [
      'a pool that is not there',
      'AWS::SES::ConfigurationSet',
      { Name: 'x', DeliveryOptions: { SendingPoolName: 'none' } },
      "SendingPool <none> doesn't exist",
    ],
    [
      'an unknown event type',
      'AWS::SES::ConfigurationSetEventDestination',
      {
        ConfigurationSetName: 'reporting',
        EventDestination: { MatchingEventTypes: ['sent'], SnsDestination: { TopicARN: topicArn } },
      },
      'Member must satisfy enum value set',
    ],
  ])('fail on %s', async (_what, type, properties, text) => {
    await expect(create(type, 'Broken', properties)).rejects.toThrow(text);
  });
});
