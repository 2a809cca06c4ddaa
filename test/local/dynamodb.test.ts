import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type JsonObject, localPlace, type ResourceProvider } from '../../local/aws.ts';
import { createDynamodb, type Dynamodb } from '../../local/emulators/dynamodb/dynamodb.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

const notes: string[] = [];
const keyed = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'kind', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byKind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
      WriteProvisionedThroughputSettings: {},
    },
  ],
};
let dynamodb: Dynamodb;
let endpoint: Endpoint;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamodb = createDynamodb({
    place: localPlace,
    note: (one, why) => notes.push(`${one.logicalId}: ${why}`),
  });
  endpoint = await openEndpoint(0, {
    emulators: { dynamodb: dynamodb.handle },
    localRoutes: {},
    authorize: () => undefined,
    onFailure: (_request, cause) => {
      throw cause;
    },
  });
  client = new DynamoDBClient(clientConfig(endpoint.url));
  await create('Ledger', {
    ...keyed,
    BillingMode: 'PAY_PER_REQUEST',
    Replicas: [{ Region: 'us-east-1' }],
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  });
});

afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await dynamodb.close();
});

test('a global table answers its name to Ref and its ARN to GetAtt', async () => {
  expect(await create('Directory', keyed)).toEqual({
    ref: 'Directory',
    attributes: {
      Arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Directory',
      TableId: 'Directory',
    },
  });
});

test('a stream gets an ARN and a note that nothing appears on it', async () => {
  const physical = await create('Streamed', {
    ...keyed,
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  });
  expect(physical.attributes['StreamArn']).toContain(':table/Streamed/stream/');
  expect(notes).toContainEqual(expect.stringContaining('Streamed: the table has a stream'));
});

test('a table property that the box does not know is refused by name', async () => {
  await expect(create('Odd', { ...keyed, ImportSourceSpecification: {} })).rejects.toThrow(
    'Odd asks for ImportSourceSpecification',
  );
});

test('a failed condition returns the item it failed on when asked', async () => {
  const item = { pk: { S: 'a' }, kind: { S: 'x' }, count: { N: '1' } };
  await client.send(new PutItemCommand({ TableName: 'Ledger', Item: item }));
  const again = new PutItemCommand({
    TableName: 'Ledger',
    Item: { pk: { S: 'a' } },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const refusal = await client.send(again).catch((cause: unknown) => cause);
  expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
  expect(refusal).toMatchObject({ Item: item });
});

test('a failed condition returns no item when not asked, or when there is none', async () => {
  const missing = new UpdateItemCommand({
    TableName: 'Ledger',
    Key: { pk: { S: 'nobody' } },
    UpdateExpression: 'SET kind = :k',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':k': { S: 'y' } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const refusal = await client.send(missing).catch((cause: unknown) => cause);
  expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
  expect(refusal).toMatchObject({ Item: undefined });
});

test('among concurrent conditional writers exactly one wins and the others see the winner', async () => {
  const writers = Array.from({ length: 20 }, (_, index) =>
    client
      .send(
        new PutItemCommand({
          TableName: 'Ledger',
          Item: { pk: { S: 'race' }, winner: { S: String(index) } },
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      )
      .then(
        () => String(index),
        (cause: unknown) => cause,
      ),
  );
  const outcomes = await Promise.all(writers);
  const winners = outcomes.filter((outcome) => typeof outcome === 'string');
  expect(winners).toHaveLength(1);
  for (const loser of outcomes.filter((outcome) => typeof outcome !== 'string')) {
    expect(loser).toMatchObject({ Item: { winner: { S: winners[0] } } });
  }
});

test('two hundred concurrent additions all count', async () => {
  const add = new UpdateItemCommand({
    TableName: 'Ledger',
    Key: { pk: { S: 'counter' } },
    UpdateExpression: 'ADD hits :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
    ReturnValues: 'UPDATED_NEW',
  });
  const answers = await Promise.all(Array.from({ length: 200 }, () => client.send(add)));
  const counts = answers.map((answer) => Number(answer.Attributes?.['hits']?.N));
  expect(Math.max(...counts)).toBe(200);
});

test('an index is queried after a batch write, and a batch read finds the items', async () => {
  const put = (pk: string) => ({
    PutRequest: { Item: { pk: { S: pk }, kind: { S: 'batch' } } },
  });
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { Ledger: [put('b1'), put('b2')] } }),
  );
  const query = await client.send(
    new QueryCommand({
      TableName: 'Ledger',
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :k',
      ExpressionAttributeValues: { ':k': { S: 'batch' } },
    }),
  );
  expect(query.Count).toBe(2);
  const read = await client.send(
    new BatchGetItemCommand({ RequestItems: { Ledger: { Keys: [{ pk: { S: 'b1' } }] } } }),
  );
  expect(read.Responses?.['Ledger']).toEqual([{ pk: { S: 'b1' }, kind: { S: 'batch' } }]);
});

test('time to live from the template is described, and can be switched once', async () => {
  const describe = () => client.send(new DescribeTimeToLiveCommand({ TableName: 'Ledger' }));
  expect((await describe()).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: 'ENABLED',
    AttributeName: 'expires',
  });
  const disable = new UpdateTimeToLiveCommand({
    TableName: 'Ledger',
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: false },
  });
  await client.send(disable);
  expect((await describe()).TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
  await expect(client.send(disable)).rejects.toThrow('TimeToLive is already disabled');
});

test('a transaction is refused in words, not ignored', async () => {
  const transaction = new TransactWriteItemsCommand({
    TransactItems: [{ Put: { TableName: 'Ledger', Item: { pk: { S: 't' } } } }],
  });
  await expect(client.send(transaction)).rejects.toThrow(
    'the box does not support DynamoDB TransactWriteItems',
  );
});

async function create(
  logicalId: string,
  properties: JsonObject,
): Promise<Awaited<ReturnType<ResourceProvider>>> {
  const type = 'AWS::DynamoDB::GlobalTable';
  const provider = dynamodb.providers[type];
  if (provider === undefined) throw new Error(`no provider for ${type}`);
  return provider({ logicalId, type, properties });
}
