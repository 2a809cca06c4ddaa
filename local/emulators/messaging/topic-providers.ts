import type { Json, JsonObject, Physical, Place, Resource, ResourceProviders } from '../../aws.ts';
import { asText, isList, objectOr, stringAt } from '../../json-access.ts';
import type { Note } from '../../note.ts';
import { attributeEntries, type InProcessClient } from './in-process-client.ts';
import { refuseUnknownProperties } from './properties.ts';

export type TopicOptions = {
  readonly client: InProcessClient;
  readonly place: Place;
  readonly note: Note;
  /** Makes a queue whose messages are handed to this function; returns the queue's ARN. */
  readonly queueForFunction: (functionArn: string, subscriptionId: string) => Promise<string>;
};

type Subscription = {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** Subscription properties that are SNS subscription attributes of the same name. */
const subscriptionAttributeKeys = ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery'];
const topicAttributeKeys = [
  'ContentBasedDeduplication',
  'DisplayName',
  'FifoTopic',
  'KmsMasterKeyId',
];
/** Topic properties without meaning in the box: tracing, signatures, archives and delivery logs. */
const topicKeysWithoutMeaning = [
  'ArchivePolicy',
  'DataProtectionPolicy',
  'DeliveryStatusLogging',
  'FifoThroughputScope',
  'SignatureVersion',
  'Tags',
  'TracingConfig',
];

/** Returns how SNS topics and subscriptions are created. */
export function createTopicProviders(options: TopicOptions): ResourceProviders {
  return {
    'AWS::SNS::Topic': (resource) => createTopic(resource, options),
    'AWS::SNS::Subscription': (resource) => createSubscription(resource, options),
  };
}

async function createTopic(resource: Resource, options: TopicOptions): Promise<Physical> {
  const own = ['TopicName', 'Subscription'];
  refuseUnknownProperties(resource, [...own, ...topicAttributeKeys, ...topicKeysWithoutMeaning]);
  const { properties } = resource;
  const suffix = String(properties['FifoTopic']) === 'true' ? '.fifo' : '';
  const name = stringAt(properties, 'TopicName') ?? `${resource.logicalId}${suffix}`;
  const { partition, region, accountId } = options.place;
  const topicArn = `arn:${partition}:sns:${region}:${accountId}:${name}`;
  const attributes = attributeEntries(texts(properties, topicAttributeKeys));
  await options.client.query('CreateTopic', { Name: name, ...attributes });
  const inline = properties['Subscription'];
  for (const entry of isList(inline) ? inline : []) {
    await subscribe(resource, { ...subscriptionOf(objectOr(entry)), topicArn }, options);
  }
  return { ref: topicArn, attributes: { TopicArn: topicArn, TopicName: name } };
}

async function createSubscription(resource: Resource, options: TopicOptions): Promise<Physical> {
  const own = ['TopicArn', 'Protocol', 'Endpoint', 'Region', 'RedrivePolicy', 'DeliveryPolicy'];
  refuseUnknownProperties(resource, [...own, ...subscriptionAttributeKeys]);
  for (const key of ['RedrivePolicy', 'DeliveryPolicy']) {
    if (resource.properties[key] === undefined) continue;
    options.note(
      resource,
      `${key} has no effect: a delivery between topic and queue never fails here`,
    );
  }
  const subscription = subscriptionOf(resource.properties);
  const arn = await subscribe(resource, subscription, options);
  return { ref: arn ?? `${subscription.topicArn}:${resource.logicalId}`, attributes: {} };
}

function subscriptionOf(properties: JsonObject): Subscription {
  return {
    topicArn: stringAt(properties, 'TopicArn') ?? '',
    protocol: stringAt(properties, 'Protocol') ?? '',
    endpoint: stringAt(properties, 'Endpoint') ?? '',
    attributes: texts(properties, subscriptionAttributeKeys),
  };
}

async function subscribe(
  resource: Resource,
  subscription: Subscription,
  options: TopicOptions,
): Promise<string | undefined> {
  const queueArn = await queueArnOf(resource, subscription, options);
  if (queueArn === undefined) {
    options.note(
      resource,
      `protocol ${subscription.protocol} leaves the machine: what ${subscription.endpoint} would get is shown at /_local/notifications`,
    );
  }
  const xml = await options.client.query('Subscribe', {
    TopicArn: subscription.topicArn,
    Protocol: queueArn === undefined ? subscription.protocol : 'sqs',
    Endpoint: queueArn ?? subscription.endpoint,
    ...attributeEntries(attributesOf(subscription)),
  });
  return /<SubscriptionArn>([^<]+)</.exec(xml)?.[1];
}

/** SNS never delivers raw to a function; the event is made from the envelope. */
function attributesOf(subscription: Subscription): Readonly<Record<string, string>> {
  const { RawMessageDelivery: _raw, ...others } = subscription.attributes;
  return subscription.protocol === 'lambda' ? others : subscription.attributes;
}

async function queueArnOf(
  resource: Resource,
  subscription: Subscription,
  options: TopicOptions,
): Promise<string | undefined> {
  if (subscription.protocol === 'sqs') return subscription.endpoint;
  if (subscription.protocol !== 'lambda') return undefined;
  return options.queueForFunction(subscription.endpoint, resource.logicalId);
}

function texts(properties: JsonObject, keys: readonly string[]): Readonly<Record<string, string>> {
  const given = keys.map((key): readonly [string, Json | undefined] => [key, properties[key]]);
  return Object.fromEntries(
    given.flatMap(([key, value]) => (value === undefined ? [] : [[key, asText(value)]])),
  );
}
