import type { JsonObject, Physical, Resource, ResourceProviders } from '../../../aws.ts';
import type { SesContext } from '../context.ts';
import { apiEventType } from '../events/event-names.ts';
import { conform } from '../model/conform.ts';
import type { InputOf, ServedName } from '../model/operation-contract.ts';
import { perform, shapeOf } from '../model/operations.ts';
import { identityKey } from './identity.ts';
import { createIdentity, dkimTokens } from './identity-operations.ts';
import { isObject, type Renaming, renamed } from './renamed.ts';

const deployer = { principal: 'cloudformation', sourceIp: '127.0.0.1' };

/** CloudFormation's names where they differ from the API's; any other name must be the API's. */
const renamings = {
  configurationSet: { Name: 'ConfigurationSetName' },
  destination: {
    KinesisFirehoseDestination: {
      to: 'KinesisFirehoseDestination',
      members: { IAMRoleARN: 'IamRoleArn', DeliveryStreamARN: 'DeliveryStreamArn' },
    },
    SnsDestination: { to: 'SnsDestination', members: { TopicARN: 'TopicArn' } },
  },
  template: { SubjectPart: 'Subject', TextPart: 'Text', HtmlPart: 'Html' },
} as const satisfies Readonly<Record<string, Renaming>>;

/** How SES's CloudFormation types come into being: through the API's own checks. */
export function sesResources(context: SesContext): ResourceProviders {
  const call = async (name: ServedName, input: object): Promise<void> => {
    await perform(name, structuredClone(input), { context, caller: deployer });
  };
  return {
    'AWS::SES::ConfigurationSet': async (resource) => {
      const named = { Name: defaultName(resource), ...resource.properties };
      await call('CreateConfigurationSet', renamed(named, renamings.configurationSet));
      return physical(named.Name);
    },
    'AWS::SES::ConfigurationSetEventDestination': async (resource) => {
      const input = destinationInput(resource);
      await call('CreateConfigurationSetEventDestination', input);
      return physical(input.EventDestinationName);
    },
    'AWS::SES::DedicatedIpPool': async (resource) => {
      const named = { PoolName: defaultName(resource).toLowerCase(), ...resource.properties };
      await call('CreateDedicatedIpPool', named);
      return physical(named.PoolName);
    },
    'AWS::SES::EmailIdentity': (resource) => deployIdentity(context, resource, call),
    'AWS::SES::Template': async (resource) => {
      const { TemplateName, ...parts } = objectAt(resource.properties, 'Template');
      const name = TemplateName ?? defaultName(resource);
      const content = renamed(parts, renamings.template);
      await call('CreateEmailTemplate', { TemplateName: name, TemplateContent: content });
      return physical(String(name));
    },
  };
}

function physical(ref: string, attributes: Readonly<Record<string, string>> = {}): Physical {
  return { ref, attributes: { Id: ref, ...attributes } };
}

function defaultName({ logicalId }: Resource): string {
  return logicalId.slice(0, 64);
}

function destinationInput(resource: Resource): JsonObject & { EventDestinationName: string } {
  const { ConfigurationSetName = null, ...rest } = resource.properties;
  const { Name, ...definition } = objectAt(rest, 'EventDestination');
  const types = definition['MatchingEventTypes'];
  return {
    ConfigurationSetName,
    EventDestinationName: typeof Name === 'string' ? Name : defaultName(resource),
    EventDestination: {
      ...cloudWatchSources(renamed(definition, renamings.destination)),
      MatchingEventTypes: Array.isArray(types)
        ? types.map((type) => apiEventType(String(type)))
        : [],
    },
  };
}

const dimensionSources: Readonly<Record<string, string>> = {
  messageTag: 'MESSAGE_TAG',
  emailHeader: 'EMAIL_HEADER',
  linkTag: 'LINK_TAG',
};

function cloudWatchSources(definition: JsonObject): JsonObject {
  const dimensions = objectAt(definition, 'CloudWatchDestination')['DimensionConfigurations'];
  if (!Array.isArray(dimensions)) return definition;
  const DimensionConfigurations = dimensions.map((dimension) => ({
    ...dimension,
    DimensionValueSource:
      dimensionSources[dimension.DimensionValueSource] ?? dimension.DimensionValueSource,
  }));
  return { ...definition, CloudWatchDestination: { DimensionConfigurations } };
}

type Call = (name: ServedName, input: object) => Promise<void>;

const identityProperties = new Set([
  'EmailIdentity',
  'ConfigurationSetAttributes',
  'DkimAttributes',
  'DkimSigningAttributes',
  'FeedbackAttributes',
  'MailFromAttributes',
  'Tags',
]);

/** Identities of a template count as verified: the DNS records they ask for would be deployed too. */
async function deployIdentity(
  context: SesContext,
  { logicalId, properties }: Resource,
  call: Call,
): Promise<Physical> {
  const unknown = Object.keys(properties).filter((name) => !identityProperties.has(name));
  const name = properties['EmailIdentity'];
  if (unknown.length > 0 || typeof name !== 'string') {
    throw new Error(
      `${logicalId}: AWS::SES::EmailIdentity needs EmailIdentity and knows ` +
        `${[...identityProperties].join(', ')}; got ${Object.keys(properties).join(', ')}`,
    );
  }
  // FeedbackAttributes is only accepted: feedback never comes by e-mail here.
  const given = ['DkimSigningAttributes', 'Tags'].filter((key) => properties[key] !== undefined);
  const input: unknown = {
    EmailIdentity: name,
    ...objectAt(properties, 'ConfigurationSetAttributes'),
    ...Object.fromEntries(given.map((key) => [key, structuredClone(properties[key])])),
  };
  conform<InputOf<'CreateEmailIdentity'>>(shapeOf('CreateEmailIdentity'), input);
  createIdentity(context, input, true);
  const mailFrom = objectAt(properties, 'MailFromAttributes');
  if (Object.keys(mailFrom).length > 0) {
    await call('PutEmailIdentityMailFromAttributes', { EmailIdentity: name, ...mailFrom });
  }
  const dkim = objectAt(properties, 'DkimAttributes');
  if (Object.keys(dkim).length > 0) {
    await call('PutEmailIdentityDkimAttributes', { EmailIdentity: name, ...dkim });
  }
  return physical(name, dkimRecords(identityKey(name)));
}

function dkimRecords(name: string): Readonly<Record<string, string>> {
  const records: Record<string, string> = {};
  for (const [position, token] of dkimTokens(name).entries()) {
    records[`DkimDNSTokenName${position + 1}`] = `${token}._domainkey.${name}`;
    records[`DkimDNSTokenValue${position + 1}`] = `${token}.dkim.amazonses.com`;
  }
  return records;
}

function objectAt(properties: JsonObject, name: string): JsonObject {
  const value = properties[name];
  return value !== undefined && isObject(value) ? value : {};
}
