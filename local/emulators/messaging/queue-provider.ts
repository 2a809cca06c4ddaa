import type { JsonObject, Place, ResourceProvider } from '../../aws.ts';
import { asText, stringAt } from '../../json-access.ts';
import type { InProcessClient } from './in-process-client.ts';
import { refuseUnknownProperties } from './properties.ts';

/** CloudFormation properties of a queue that are SQS attributes of the same name. */
const attributeKeys = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

/** Returns how `AWS::SQS::Queue` is created. */
export function createQueueProvider(options: {
  readonly client: InProcessClient;
  readonly place: Place;
  readonly queueUrl: (name: string) => string;
}): ResourceProvider {
  return async (resource) => {
    refuseUnknownProperties(resource, [...attributeKeys, 'QueueName', 'Tags']);
    const { properties } = resource;
    const suffix = String(properties['FifoQueue']) === 'true' ? '.fifo' : '';
    const name = stringAt(properties, 'QueueName') ?? `${resource.logicalId}${suffix}`;
    await options.client.sqs('CreateQueue', {
      QueueName: name,
      Attributes: attributesOf(properties),
    });
    const { partition, region, accountId } = options.place;
    return {
      ref: options.queueUrl(name),
      attributes: {
        Arn: `arn:${partition}:sqs:${region}:${accountId}:${name}`,
        QueueName: name,
        QueueUrl: options.queueUrl(name),
      },
    };
  };
}

function attributesOf(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([key]) => attributeKeys.includes(key))
      .map(([key, value]) => [key, asText(value)]),
  );
}
