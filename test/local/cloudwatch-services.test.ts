import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JsonObject, localPlace } from '../../local/aws.ts';
import { sendingMetrics } from '../../local/emulators/cloudwatch/sending-metrics.ts';
import { functionMetrics, ruleMetrics } from '../../local/emulators/cloudwatch/service-metrics.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { createServices, type Services } from '../../local/services.ts';
import { clientConfig } from './clients.ts';

let services: Services;
let endpoint: Endpoint;
let sqs: SQSClient;
let sns: SNSClient;
let ses: SESv2Client;
let dynamodb: DynamoDBClient;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  services = await createServices({
    place: localPlace,
    clock: Date.now,
    endpointUrl: () => endpoint.url,
    note: () => {},
    onLog: () => {},
    seed: 1,
    meter: undefined,
  });
  endpoint = await openEndpoint(0, {
    emulators: services.emulators,
    localRoutes: services.localRoutes,
    authorize: () => undefined,
    onFailure: (_request, cause) => console.error(cause),
  });
  const config = clientConfig(endpoint.url);
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
  ses = new SESv2Client(config);
  dynamodb = new DynamoDBClient(config);
  cloudwatch = new CloudWatchClient(config);
  await create('AWS::SQS::Queue', { QueueName: 'inbox' });
  await create('AWS::SNS::Topic', { TopicName: 'people' });
  await create('AWS::SES::EmailIdentity', { EmailIdentity: 'example.com' });
  services.start();
  await local('PUT', '/_local/alarms', { speed: 300 });
});

afterAll(async () => {
  for (const client of [sqs, sns, ses, dynamodb, cloudwatch]) client.destroy();
  await services.close();
  await endpoint.close();
});

async function create(type: string, properties: JsonObject) {
  const provider = services.providers[type];
  if (provider === undefined) throw new Error(`no provider for ${type}`);
  return provider({ type, logicalId: type.replaceAll(':', ''), properties });
}

async function local(method: string, path: string, body?: object): Promise<JsonObject> {
  const answer = await fetch(`${endpoint.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return JSON.parse(await answer.text());
}

/** The sum of the last minutes, or nothing where the metric has no value. */
async function measured(
  Namespace: string,
  MetricName: string,
  dimensions: Readonly<Record<string, string>>,
) {
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime: new Date(Date.now() - 120_000),
      EndTime: new Date(Date.now() + 1_000),
      Period: 3_600,
      Statistics: ['Sum'],
    }),
  );
  return Datapoints.at(-1)?.Sum;
}

/** What a gauge of the queue showed last. */
async function latestValue(named: { Namespace: string; MetricName: string }) {
  const Metric = { ...named, Dimensions: [{ Name: 'QueueName', Value: 'inbox' }] };
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(Date.now() - 10_000),
      EndTime: new Date(Date.now() + 1_000),
      MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 1, Stat: 'Average' } }],
    }),
  );
  return MetricDataResults?.[0]?.Values?.[0];
}

test('a queue counts what comes and goes, and measures how much waits and how long', async () => {
  const QueueUrl = `${endpoint.url}/000000000000/inbox`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
  const Entries = ['two', 'three'].map((Id) => ({ Id, MessageBody: Id }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2 }),
  );
  const ReceiptHandle = Messages[0]?.ReceiptHandle;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const queue = { QueueName: 'inbox' };
  expect(await measured('AWS/SQS', 'NumberOfMessagesSent', queue)).toBe(3);
  expect(await measured('AWS/SQS', 'NumberOfMessagesReceived', queue)).toBe(2);
  expect(await measured('AWS/SQS', 'NumberOfMessagesDeleted', queue)).toBe(1);
  const patient = { timeout: 5_000 };
  const latest = (MetricName: string) => latestValue({ Namespace: 'AWS/SQS', MetricName });
  await expect.poll(() => latest('ApproximateNumberOfMessagesVisible'), patient).toBe(1);
  await expect.poll(() => latest('ApproximateNumberOfMessagesNotVisible'), patient).toBe(1);
  await expect.poll(() => latest('ApproximateAgeOfOldestMessage'), patient).toBeGreaterThan(0);
});

test('an alarm on a queue tells people: what is published can be seen, by protocol', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:people';
  await create('AWS::SNS::Subscription', {
    TopicArn,
    Protocol: 'email',
    Endpoint: 'ada@example.org',
  });
  await create('AWS::CloudWatch::Alarm', {
    AlarmName: 'mail-waits',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: 'inbox' }],
    Statistic: 'Maximum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    AlarmActions: [TopicArn],
  });
  await expect
    .poll(() => local('GET', '/_local/notifications'), { timeout: 5_000 })
    .toMatchObject({
      notifications: [
        {
          topicArn: TopicArn,
          subject: 'ALARM: "mail-waits" in us-east-1',
          deliveries: [{ protocol: 'email', endpoint: 'ada@example.org', isConfirmed: false }],
        },
      ],
    });
  const events = await local('GET', '/_local/events');
  expect(JSON.stringify(events)).toContain('"detail-type":"CloudWatch Alarm State Change"');
});

test('a subscriber by mail is pending until somebody confirms, and gets the text of his protocol', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:people';
  const subscriptions = async () => {
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn }),
    );
    return Subscriptions.map(({ SubscriptionArn }) => SubscriptionArn);
  };
  expect(await subscriptions()).toEqual(['PendingConfirmation']);
  const { last = 0 } = await local('GET', '/_local/notifications');
  expect(await local('PUT', '/_local/notifications', { confirm: 'ada@example.org' })).toEqual({
    confirmed: [TopicArn],
  });
  expect(await subscriptions()).toEqual([expect.stringMatching(/^arn:aws:sns:.*:people:/)]);
  await sns.send(
    new PublishCommand({
      TopicArn,
      Subject: 'A page',
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'short', email: 'Dear Ada' }),
    }),
  );
  expect(await local('GET', `/_local/notifications?since=${last}`)).toMatchObject({
    notifications: [
      {
        subject: 'A page',
        message: 'short',
        deliveries: [{ isConfirmed: true, message: 'Dear Ada' }],
      },
    ],
  });
  expect(await measured('AWS/SNS', 'NumberOfMessagesPublished', { TopicName: 'people' })).toBe(2);
});

test('queues get the default text of a message that has one for each protocol', async () => {
  const queueArn = 'arn:aws:sqs:us-east-1:000000000000:heard';
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:heard';
  await create('AWS::SQS::Queue', { QueueName: 'heard' });
  await create('AWS::SNS::Topic', { TopicName: 'heard' });
  await create('AWS::SNS::Subscription', {
    ...{ TopicArn, Protocol: 'sqs', Endpoint: queueArn },
    RawMessageDelivery: true,
  });
  const Message = JSON.stringify({ default: 'short', email: 'long' });
  await sns.send(new PublishCommand({ TopicArn, MessageStructure: 'json', Message }));
  const QueueUrl = `${endpoint.url}/000000000000/heard`;
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['short']);
});

test('a notice that a function cannot be given is counted as failed', async () => {
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:deaf';
  await create('AWS::SNS::Topic', { TopicName: 'deaf' });
  await create('AWS::SNS::Subscription', {
    TopicArn,
    Protocol: 'lambda',
    Endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:Gone',
  });
  await sns.send(new PublishCommand({ TopicArn, Message: 'anyone?' }));
  const failed = () => measured('AWS/SNS', 'NumberOfNotificationsFailed', { TopicName: 'deaf' });
  await expect.poll(failed, { timeout: 5_000 }).toBe(1);
});

test('what SES takes and hands over is counted for the account', async () => {
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: 'news@example.com',
      Destination: { ToAddresses: ['ada@example.org'] },
      Content: { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'Hello' } } } },
    }),
  );
  await expect.poll(() => measured('AWS/SES', 'Delivery', {}), { timeout: 5_000 }).toBe(1);
  expect(await measured('AWS/SES', 'Send', {})).toBe(1);
});

test('the capacity of a table is counted as soon as an alarm looks at it', async () => {
  await create('AWS::DynamoDB::Table', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  const put = () =>
    dynamodb.send(new PutItemCommand({ TableName: 'ledger', Item: { pk: { S: 'a' } } }));
  const written = () =>
    measured('AWS/DynamoDB', 'ConsumedWriteCapacityUnits', { TableName: 'ledger' });
  await put();
  expect(await written()).toBeUndefined();
  await create('AWS::CloudWatch::Alarm', {
    AlarmName: 'dear',
    Namespace: 'AWS/DynamoDB',
    MetricName: 'ConsumedWriteCapacityUnits',
    Dimensions: [{ Name: 'TableName', Value: 'ledger' }],
    ...{ Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 1_000 },
    ComparisonOperator: 'GreaterThanThreshold',
  });
  await put();
  expect(await written()).toBe(1);
});

test('functions and rules are measured as Lambda and EventBridge measure them', () => {
  const rows: [string, Readonly<Record<string, string>>, number][] = [];
  const measure: Parameters<typeof functionMetrics>[0] = ({ metric, values }) =>
    rows.push([metric.name, metric.dimensions, values[0] ?? Number.NaN]);
  const run = { functionName: 'Send', durationMs: 12, concurrentCount: 2 };
  functionMetrics(measure)({ ...run, status: 'failed' });
  functionMetrics(measure)({ ...run, status: 'throttled' });
  const ofFunction = { FunctionName: 'Send' };
  expect(rows.splice(0)).toEqual([
    ['Throttles', ofFunction, 0],
    ['Invocations', ofFunction, 1],
    ['Errors', ofFunction, 1],
    ['Duration', ofFunction, 12],
    ['ConcurrentExecutions', ofFunction, 2],
    ['Throttles', ofFunction, 1],
  ]);
  ruleMetrics(measure)({ rule: 'Match', isTaken: true });
  ruleMetrics(measure)({ rule: 'Match', isTaken: false });
  expect(rows.map(([name, , value]) => [name, value])).toEqual([
    ['Invocations', 1],
    ['Invocations', 1],
    ['FailedInvocations', 1],
  ]);
});

test('reputation rates count permanent bounces and complaints by mail, once there is enough mail', () => {
  const rates: [string, Readonly<Record<string, string>>, number][] = [];
  const sending = sendingMetrics({
    measure: ({ metric, values }) => {
      if (metric.name.startsWith('Reputation.'))
        rates.push([metric.name, metric.dimensions, values[0] ?? Number.NaN]);
    },
    hasReputationMetrics: (name) => name === 'watched',
    rateVolume: () => 200,
  });
  const happen = (
    name: 'Send' | 'Bounce' | 'Complaint',
    set: string,
    body: JsonObject = {},
  ): void => sending.onEvent({ name, configurationSetName: set, body });
  const bounced = (bounceType: string, emailAddress: string) => ({
    bounceType,
    bouncedRecipients: [{ emailAddress }],
  });
  for (let mail = 0; mail < 49; mail += 1) happen('Send', 'watched');
  happen('Bounce', 'watched', bounced('Permanent', 'dead@example.org'));
  sending.sample();
  expect(rates).toEqual([]);
  for (let mail = 0; mail < 51; mail += 1) happen('Send', 'other');
  happen('Send', 'watched');
  happen('Bounce', 'watched', bounced('Transient', 'full@example.org'));
  happen('Bounce', 'watched', bounced('Permanent', 'bounce@simulator.amazonses.com'));
  happen('Complaint', 'other', { complainedRecipients: [{ emailAddress: 'a@example.org' }] });
  sending.sample();
  expect(rates).toEqual([
    ['Reputation.BounceRate', {}, 1 / 101],
    ['Reputation.ComplaintRate', {}, 1 / 101],
    ['Reputation.BounceRate', { 'ses:configuration-set': 'watched' }, 1 / 50],
    ['Reputation.ComplaintRate', { 'ses:configuration-set': 'watched' }, 0],
  ]);
  // The oldest mail is forgotten, and its bounces with it.
  for (let mail = 0; mail <= 200; mail += 1) happen('Send', 'watched');
  rates.splice(0);
  sending.sample();
  expect(rates.map(([, , rate]) => rate)).toEqual([0, 0, 0, 0]);
});
