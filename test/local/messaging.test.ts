import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Json, type JsonObject, localPlace, type Physical } from '../../local/aws.ts';
import { createMessaging, type Messaging } from '../../local/emulators/messaging/messaging.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

const notes: string[] = [];
const dropped: string[] = [];
const invocations: { readonly functionArn: string; readonly payload: Json }[] = [];
let messaging: Messaging;
let endpoint: Endpoint;
let sqs: SQSClient;
let sns: SNSClient;
let s3: S3Client;

beforeAll(async () => {
  messaging = await createMessaging({
    place: localPlace,
    endpointUrl: () => endpoint.url,
    note: (one, why) => notes.push(`${one.logicalId}: ${why}`),
    onDropped: (functionArn, message) => dropped.push(`${functionArn} ${message}`),
    invokeAsync: async (functionArn, payload) => {
      invocations.push({ functionArn, payload });
      return functionArn.endsWith(':Gone')
        ? { error: { type: 'ResourceNotFoundException', message: 'no such function' } }
        : {};
    },
  });
  const { sqs: queues, sns: topics, s3: buckets, sts } = messaging;
  endpoint = await openEndpoint(0, {
    emulators: { sqs: queues, sns: topics, s3: buckets, sts },
    localRoutes: {},
    authorize: () => undefined,
    onFailure: (_request, cause) => {
      throw cause;
    },
  });
  const config = clientConfig(endpoint.url);
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
  s3 = new S3Client(config);
});

afterAll(async () => {
  for (const client of [sqs, sns, s3]) client.destroy();
  await messaging.close();
  await endpoint.close();
});

test('SQS answers at the URL of a queue too, as AWS does', async () => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'at-url' }));
  const sent = await askSqs(QueueUrl, {
    headers: {
      'x-amz-target': 'AmazonSQS.SendMessage',
      'content-type': 'application/x-amz-json-1.0',
    },
    body: JSON.stringify({ QueueUrl, MessageBody: 'by curl' }),
  });
  expect(sent).toMatchObject({ status: 200, text: expect.stringContaining('"MessageId"') });
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['by curl']);
});

const json = 'application/x-amz-json-1.0';
const form = 'application/x-www-form-urlencoded';
const query = 'Action=SendMessage&MessageBody=x&Version=2012-11-05';

test.each([
  ['the Query protocol', { 'content-type': form }, query],
  [
    'a form with the target of JSON',
    { 'content-type': form, 'x-amz-target': 'AmazonSQS.SendMessage' },
    '{}',
  ],
  [
    'the target of another service',
    { 'content-type': json, 'x-amz-target': 'AmazonSNS.Publish' },
    '{}',
  ],
  ['JSON without a target', { 'content-type': json }, '{}'],
])(
  'what is signed for SQS and is %s is refused by SQS, with what it speaks',
  async (_, headers, body) => {
    for (const path of ['/', '/000000000000/urls']) {
      const answer = await askSqs(`${endpoint.url}${path}`, { headers, body });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        __type: 'InvalidAction',
        message: expect.stringMatching(
          /the box speaks the JSON protocol of SQS, not the older Query/,
        ),
      });
    }
  },
);

async function askSqs(
  url: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<{ readonly status: number; readonly text: string }> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=owner/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, authorization }, body });
  return { status: answer.status, text: await answer.text() };
}

test('queue URLs lead to the endpoint, wherever they come from', async () => {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'urls' }));
  const expected = `${endpoint.url}/000000000000/urls`;
  expect(QueueUrl).toBe(expected);
  const found = await sqs.send(new GetQueueUrlCommand({ QueueName: 'urls' }));
  expect(found.QueueUrl).toBe(expected);
  const listed = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'urls' }));
  expect(listed.QueueUrls).toEqual([expected]);
});

test('a queue of the template has the attributes of the template', async () => {
  const dead = await create('AWS::SQS::Queue', 'Dead', {});
  const RedrivePolicy = { deadLetterTargetArn: dead.attributes['Arn'] ?? '', maxReceiveCount: 2 };
  const queue = await create('AWS::SQS::Queue', 'Intake', { VisibilityTimeout: 0, RedrivePolicy });
  expect(queue).toEqual({
    ref: `${endpoint.url}/000000000000/Intake`,
    attributes: {
      Arn: 'arn:aws:sqs:us-east-1:000000000000:Intake',
      QueueName: 'Intake',
      QueueUrl: `${endpoint.url}/000000000000/Intake`,
    },
  });
  const answer = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.ref, AttributeNames: ['All'] }),
  );
  expect(answer.Attributes).toMatchObject({
    VisibilityTimeout: '0',
    RedrivePolicy: JSON.stringify(RedrivePolicy),
  });
});

test('a message received too often lands in the dead-letter queue', async () => {
  const queue = `${endpoint.url}/000000000000/Intake`;
  await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'poison' }));
  for (let look = 0; look < 3; look += 1) {
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue }));
  }
  const depths = await messaging.queueDepths();
  expect(depths.find((one) => one.name === 'Dead')?.visible).toBe(1);
});

test('a queue property that the box does not know is refused by name', async () => {
  await expect(create('AWS::SQS::Queue', 'Odd', { Colour: 'blue' })).rejects.toThrow(
    'Odd asks for Colour',
  );
});

test('a FIFO queue of the template is named so and keeps its order within a group', async () => {
  const queue = await create('AWS::SQS::Queue', 'Ordered', {
    FifoQueue: true,
    ContentBasedDeduplication: true,
  });
  expect(queue.attributes['QueueName']).toBe('Ordered.fifo');
  const send = { QueueUrl: queue.ref, MessageGroupId: 'g' };
  await sqs.send(new SendMessageCommand({ ...send, MessageBody: 'first' }));
  await sqs.send(new SendMessageCommand({ ...send, MessageBody: 'second' }));
  const [message] = await receive(queue.ref, { MessageSystemAttributeNames: ['All'] });
  expect(message).toMatchObject({ Body: 'first', Attributes: { MessageGroupId: 'g' } });
});

test('a standard queue keeps the group of a message and hides how', async () => {
  const queue = await create('AWS::SQS::Queue', 'Fair', {});
  const colour = { DataType: 'String', StringValue: 'blue' };
  const plain = await sqs.send(
    new SendMessageCommand({ QueueUrl: queue.ref, MessageBody: 'one', MessageGroupId: 'tenant-a' }),
  );
  expect(plain.MD5OfMessageAttributes).toBeUndefined();
  const batch = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queue.ref,
      Entries: [
        {
          Id: 'x',
          MessageBody: 'two',
          MessageGroupId: 'tenant-b',
          MessageAttributes: { colour },
        },
      ],
    }),
  );
  const received = await receive(queue.ref, {
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['MessageGroupId'],
    MessageAttributeNames: ['colour'],
  });
  expect(received).toMatchObject([
    { Body: 'one', Attributes: { MessageGroupId: 'tenant-a' } },
    { Body: 'two', Attributes: { MessageGroupId: 'tenant-b' }, MessageAttributes: { colour } },
  ]);
  expect(received[0]).not.toHaveProperty('MessageAttributes');
  expect(Object.keys(received[1]?.MessageAttributes ?? {})).toEqual(['colour']);
  expect(received[1]?.MD5OfMessageAttributes).toBe(batch.Successful?.[0]?.MD5OfMessageAttributes);
});

test('message attributes come only when asked for', async () => {
  const queue = await create('AWS::SQS::Queue', 'Quiet', {});
  const MessageAttributes = { colour: { DataType: 'String', StringValue: 'blue' } };
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queue.ref, MessageBody: 'x', MessageAttributes }),
  );
  const [message] = await receive(queue.ref, {});
  expect(message?.Body).toBe('x');
  expect(message).not.toHaveProperty('MessageAttributes');
});

test('depths count visible and in-flight messages', async () => {
  const queue = await create('AWS::SQS::Queue', 'Deep', {});
  for (const body of ['1', '2', '3']) {
    await messaging.sendMessage(queue.attributes['Arn'] ?? '', body);
  }
  await receive(queue.ref, {});
  const depths = await messaging.queueDepths();
  expect(depths.find((one) => one.name === 'Deep')).toEqual({
    name: 'Deep',
    visible: 2,
    inFlight: 1,
    delayed: 0,
  });
});

test('a topic delivers raw to a queue, and only what the filter on the body admits', async () => {
  const queue = await create('AWS::SQS::Queue', 'Feedback', {});
  const topic = await create('AWS::SNS::Topic', 'Events', {});
  expect(topic.ref).toBe('arn:aws:sns:us-east-1:000000000000:Events');
  await create('AWS::SNS::Subscription', 'Sub', {
    TopicArn: topic.ref,
    Protocol: 'sqs',
    Endpoint: queue.attributes['Arn'] ?? '',
    RawMessageDelivery: true,
    FilterPolicyScope: 'MessageBody',
    FilterPolicy: { eventType: ['Bounce'] },
  });
  const bounces = Array.from({ length: 23 }, (_, n) => JSON.stringify({ eventType: 'Bounce', n }));
  await messaging.publish(topic.ref, [...bounces, JSON.stringify({ eventType: 'Open' })]);
  await sns.send(new PublishCommand({ TopicArn: topic.ref, Message: '{"eventType":"Bounce"}' }));
  const depths = await messaging.queueDepths();
  expect(depths.find((one) => one.name === 'Feedback')?.visible).toBe(24);
  const [message] = await receive(queue.ref, {});
  expect(message?.Body).toBe(bounces[0]);
});

test('publishing to a topic that does not exist is an error', async () => {
  await expect(
    messaging.publish('arn:aws:sns:us-east-1:000000000000:Nowhere', ['x']),
  ).rejects.toThrow('Topic does not exist');
});

test('a topic invokes a subscribed function with the SNS event', async () => {
  const topic = await create('AWS::SNS::Topic', 'Alarms', {});
  await create('AWS::SNS::Subscription', 'ToFunction', {
    TopicArn: topic.ref,
    Protocol: 'lambda',
    Endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:Rotate',
  });
  await sns.send(
    new PublishCommand({ TopicArn: topic.ref, Message: 'pool burns', Subject: 'ALARM' }),
  );
  await vi.waitFor(() => expect(invocations).toHaveLength(1));
  expect(invocations[0]).toMatchObject({
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Rotate',
    payload: {
      Records: [
        {
          EventSource: 'aws:sns',
          Sns: { Message: 'pool burns', Subject: 'ALARM', TopicArn: topic.ref },
        },
      ],
    },
  });
  expect(dropped).toEqual([]);
  const listed = await sqs.send(new ListQueuesCommand({}));
  expect(listed.QueueUrls?.filter((url) => url.includes('sns-to-lambda'))).toEqual([]);
});

test('a notification that no function takes is reported, not lost in silence', async () => {
  const topic = await create('AWS::SNS::Topic', 'Orphaned', {});
  await create('AWS::SNS::Subscription', 'ToNobody', {
    TopicArn: topic.ref,
    Protocol: 'lambda',
    Endpoint: 'arn:aws:lambda:us-east-1:000000000000:function:Gone',
  });
  await sns.send(new PublishCommand({ TopicArn: topic.ref, Message: 'anyone?' }));
  await vi.waitFor(() =>
    expect(dropped).toEqual([expect.stringContaining('ResourceNotFoundException')]),
  );
});

test('a subscription that leaves the machine is noted and delivers nothing', async () => {
  const topic = await create('AWS::SNS::Topic', 'Ops', {});
  await create('AWS::SNS::Subscription', 'Mail', {
    TopicArn: topic.ref,
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  expect(notes).toContain(
    'Mail: protocol email leaves the machine: what ops@example.com would get is shown at /_local/notifications',
  );
});

test('a bucket of the template keeps objects', async () => {
  const bucket = await create('AWS::S3::Bucket', 'MessageBodies', {
    PublicAccessBlockConfiguration: { BlockPublicAcls: true },
    VersioningConfiguration: { Status: 'Enabled' },
  });
  expect(bucket.ref).toBe('messagebodies');
  expect(notes).toContainEqual(expect.stringContaining('VersioningConfiguration has no effect'));
  const at = { Bucket: bucket.ref, Key: 'a/b c.json' };
  await s3.send(new PutObjectCommand({ ...at, Body: 'grüße' }));
  const read = await s3.send(new GetObjectCommand(at));
  expect(await read.Body?.transformToString()).toBe('grüße');
  const head = await s3.send(new HeadObjectCommand(at));
  expect(head.ContentLength).toBe(Buffer.byteLength('grüße'));
  const list = await s3.send(new ListObjectsV2Command({ Bucket: bucket.ref, Prefix: 'a/' }));
  expect(list.Contents?.map((one) => one.Key)).toEqual(['a/b c.json']);
});

test('an empty object and a missing one behave as in S3', async () => {
  await s3.send(new CreateBucketCommand({ Bucket: 'plain' }));
  await s3.send(new PutObjectCommand({ Bucket: 'plain', Key: 'empty', Body: new Uint8Array() }));
  const head = await s3.send(new HeadObjectCommand({ Bucket: 'plain', Key: 'empty' }));
  expect(head.ContentLength).toBe(0);
  const missing = s3.send(new GetObjectCommand({ Bucket: 'plain', Key: 'nothing' }));
  await expect(missing).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('event notifications of a bucket are refused', async () => {
  const NotificationConfiguration = { QueueConfigurations: [] };
  await expect(create('AWS::S3::Bucket', 'Loud', { NotificationConfiguration })).rejects.toThrow(
    'Loud asks for NotificationConfiguration',
  );
});

test('a deleted message does not come back', async () => {
  const queue = await create('AWS::SQS::Queue', 'Once', { VisibilityTimeout: 0 });
  await sqs.send(new SendMessageCommand({ QueueUrl: queue.ref, MessageBody: 'x' }));
  const [message] = await receive(queue.ref, {});
  await sqs.send(
    new DeleteMessageCommand({ QueueUrl: queue.ref, ReceiptHandle: message?.ReceiptHandle }),
  );
  expect(await receive(queue.ref, {})).toEqual([]);
});

async function receive(
  queueUrl: string,
  options: Omit<ConstructorParameters<typeof ReceiveMessageCommand>[0], 'QueueUrl'>,
): Promise<readonly Message[]> {
  const answer = await sqs.send(new ReceiveMessageCommand({ ...options, QueueUrl: queueUrl }));
  return answer.Messages ?? [];
}

async function create(type: string, logicalId: string, properties: JsonObject): Promise<Physical> {
  const provider = messaging.providers[type];
  if (provider === undefined) throw new Error(`no provider for ${type}`);
  return provider({ logicalId, type, properties });
}
