import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  type Message,
  type MessageAttributeValue,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { namesOf } from '../../contract/names.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { localPlace } from '../../local/aws.ts';
import { createDynamodb } from '../../local/emulators/dynamodb/dynamodb.ts';
import { createMessaging } from '../../local/emulators/messaging/messaging.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { createTable } from './create-table.ts';

/** The parts of AWS that client and CLI touch, on 127.0.0.1, with a deployment's resources but no functions. */
export type LocalAws = {
  readonly endpoint: string;
  readonly deployment: string;
  readonly secret: string;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly bucket: string;
  /** Puts an item, as a function would have written it. */
  readonly putItem: (table: string, item: object) => Promise<void>;
  readonly items: (table: string) => Promise<readonly Record<string, unknown>[]>;
  readonly putObject: (key: string, body: string) => Promise<void>;
  readonly objectKeys: (prefix: string) => Promise<readonly string[]>;
  readonly sendTo: (queue: string, messages: readonly QueuedMessage[]) => Promise<void>;
  /** Takes every visible message out of a queue's sight and returns them. */
  readonly receiveAll: (queue: string) => Promise<readonly Message[]>;
  /** Empties a queue, hidden messages included. */
  readonly purge: (queue: string) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type QueuedMessage = {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
};

const deployment = 'test';
const secret = 'a secret of the tests';
const credentials = { accessKeyId: 'TEST', secretAccessKey: 'TEST' };

/** Starts the emulators with the tables, queues and bucket of a deployment with two streams. */
export async function startLocalAws(): Promise<LocalAws> {
  const endpoint = await startEndpoint();
  const sdk = { endpoint: endpoint.url, region: localPlace.region, credentials };
  const sqs = new SQSClient(sdk);
  const s3 = new S3Client({ ...sdk, forcePathStyle: true });
  const dynamo = new DynamoDBClient(sdk);
  const names = namesOf(deployment);
  const bucket = names.contentBucket(localPlace.accountId, localPlace.region);
  const putItem = async (table: string, item: object) => {
    await dynamo.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
  };
  await createResources({ sqs, s3, dynamo, bucket });
  for (const stream of ['transactional', 'marketing'])
    await putItem(names.tables.directory, directoryKeys.stream(stream));
  return {
    endpoint: endpoint.url,
    deployment,
    secret,
    sqs,
    s3,
    dynamo,
    bucket,
    putItem,
    items: async (table) => {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
      return Items.map((item) => unmarshall(item));
    },
    putObject: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    },
    objectKeys: async (prefix) => {
      const { Contents = [] } = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
      );
      return Contents.flatMap(({ Key }) => Key ?? []);
    },
    sendTo: (queue, messages) => sendTo(sqs, urlOf(endpoint, queue), messages),
    receiveAll: (queue) => receiveAll(sqs, urlOf(endpoint, queue)),
    purge: async (queue) => {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: urlOf(endpoint, queue) }));
    },
    close: async () => {
      for (const client of [sqs, s3, dynamo]) client.destroy();
      await endpoint.close();
    },
  };
}

async function startEndpoint(): Promise<Endpoint> {
  const messaging = await createMessaging({
    place: localPlace,
    endpointUrl: () => endpoint.url,
    note: () => undefined,
    onDropped: () => undefined,
    invokeAsync: async () => ({}),
  });
  const dynamodb = createDynamodb({ place: localPlace, note: () => undefined });
  const endpoint: Endpoint = await openEndpoint(0, {
    emulators: {
      sqs: messaging.sqs,
      s3: messaging.s3,
      dynamodb: dynamodb.handle,
      secretsmanager: async () => ({
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ Name: 'recipient-key', SecretString: secret }),
      }),
    },
    localRoutes: {},
    authorize: () => undefined,
    onFailure: (_request, cause) => {
      throw cause;
    },
  });
  return {
    ...endpoint,
    close: async () => {
      await endpoint.close();
      await messaging.close();
      await dynamodb.close();
    },
  };
}

async function createResources(made: {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly bucket: string;
}): Promise<void> {
  const names = namesOf(deployment);
  const queues = [
    ...['transactional', 'marketing'].flatMap((stream) => [
      names.intakeQueue(stream),
      names.parkedQueue(stream),
    ]),
    names.feedbackQueue,
    names.feedbackDeadQueue,
    names.deliveryQueue,
    names.deliveryDeadQueue,
  ];
  for (const QueueName of queues) await made.sqs.send(new CreateQueueCommand({ QueueName }));
  await made.sqs.send(
    new CreateQueueCommand({
      QueueName: names.rotationQueue,
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    }),
  );
  await made.s3.send(new CreateBucketCommand({ Bucket: made.bucket }));
  for (const TableName of Object.values(names.tables)) await createTable(made.dynamo, TableName);
}

async function sendTo(
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly QueuedMessage[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += 10)
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: messages.slice(from, from + 10).map(({ body, attributes }, index) => ({
          Id: String(index),
          MessageBody: body,
          ...(attributes ? { MessageAttributes: toAttributes(attributes) } : {}),
        })),
      }),
    );
}

async function receiveAll(sqs: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 600,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

function toAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]): [string, MessageAttributeValue] => [
      name,
      { DataType: 'String', StringValue },
    ]),
  );
}

function urlOf(endpoint: Endpoint, queue: string): string {
  return `${endpoint.url}/${localPlace.accountId}/${queue}`;
}
