import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AwsRequest, type JsonObject, localPlace } from '../../local/aws.ts';
import type { Consumed } from '../../local/emulators/dynamodb/capacity.ts';
import { createDynamodb, type Dynamodb } from '../../local/emulators/dynamodb/dynamodb.ts';
import { itemBytes } from '../../local/emulators/dynamodb/item-size.ts';

/** Each row as AWS's documentation counts it: the name, then the value. */
test.each([
  ['a string in UTF-8', { name: { S: 'é' } }, 4 + 2],
  ['a number of five digits', { n: { N: '12345' } }, 1 + 3 + 1],
  ['a number without its outer zeroes', { n: { N: '0.001200' } }, 1 + 1 + 1],
  ['zero', { n: { N: '0' } }, 1 + 1],
  ['a negative number with an exponent', { n: { N: '-1.5E+10' } }, 1 + 1 + 1],
  ['raw bytes', { b: { B: Buffer.alloc(10).toString('base64') } }, 1 + 10],
  ['true', { b: { BOOL: true } }, 1 + 1],
  ['null', { b: { NULL: true } }, 1 + 1],
  ['a set of strings', { s: { SS: ['ab', 'c'] } }, 1 + 3],
  ['an empty list', { l: { L: [] } }, 1 + 3],
  ['a list of two', { l: { L: [{ S: 'ab' }, { N: '1' }] } }, 1 + 3 + (1 + 2) + (1 + 2)],
  ['a map', { m: { M: { k: { S: 'abc' } } } }, 1 + 3 + (1 + 1 + 3)],
])('the size of %s is what DynamoDB counts', (_what, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});

const counted: Consumed[] = [];
let dynamodb: Dynamodb;

beforeAll(async () => {
  dynamodb = createDynamodb({
    place: localPlace,
    note: () => undefined,
    onConsumed: (_request, _operation, consumed) => counted.push(...consumed),
  });
  await dynamodb.providers['AWS::DynamoDB::Table']?.({
    logicalId: 'Items',
    type: 'AWS::DynamoDB::Table',
    properties: {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    },
  });
});

afterAll(() => dynamodb.close());

const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
/** An item of exactly so many bytes: two names of two letters, the key, and `x` with its value. */
const sized = (sk: string, bytes: number) => ({
  ...key(sk),
  x: { S: 'x'.repeat(bytes - 2 - 1 - 2 - sk.length - 1) },
});

async function units(operation: string, input: JsonObject): Promise<readonly [number, number]> {
  counted.length = 0;
  const request: AwsRequest = {
    service: 'dynamodb',
    principal: 'test',
    method: 'POST',
    url: '/',
    headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body: Buffer.from(JSON.stringify({ TableName: 'Items', ...input })),
  };
  await dynamodb.handle(request);
  return [sum(counted, 'readUnits'), sum(counted, 'writeUnits')];
}

const sum = (all: readonly Consumed[], what: 'readUnits' | 'writeUnits') =>
  all.reduce((total, one) => total + one[what], 0);

test('a write takes one unit for each KB of the larger of the old and the new item', async () => {
  expect(await units('PutItem', { Item: sized('put', 1024) })).toEqual([0, 1]);
  expect(await units('PutItem', { Item: sized('put', 1025) })).toEqual([0, 2]);
  expect(await units('PutItem', { Item: sized('put', 100) })).toEqual([0, 2]);
  expect(
    await units('UpdateItem', {
      Key: key('put'),
      UpdateExpression: 'SET x = :x',
      ExpressionAttributeValues: { ':x': { S: 'x'.repeat(3000) } },
    }),
  ).toEqual([0, 3]);
  expect(await units('UpdateItem', { Key: key('put'), UpdateExpression: 'REMOVE x' })).toEqual([
    0, 3,
  ]);
  await units('PutItem', { Item: sized('put', 2048) });
  expect(await units('DeleteItem', { Key: key('put') })).toEqual([0, 2]);
  expect(await units('DeleteItem', { Key: key('put') })).toEqual([0, 1]);
});

test('a condition that fails takes what the item that stands there would', async () => {
  const onlyOnce = { ConditionExpression: 'attribute_not_exists(pk)' };
  expect(await units('PutItem', { Item: sized('once', 3000), ...onlyOnce })).toEqual([0, 3]);
  expect(await units('PutItem', { Item: sized('once', 100), ...onlyOnce })).toEqual([0, 3]);
  expect(
    await units('DeleteItem', { Key: key('nobody'), ConditionExpression: 'attribute_exists(pk)' }),
  ).toEqual([0, 1]);
});

test('a request that is wrong in itself takes nothing', async () => {
  expect(await units('PutItem', { Item: { pk: { S: 'p' } } })).toEqual([0, 0]);
});

test('a read takes one unit for each 4 KB, half of it when it may be old, and one step for nothing', async () => {
  await units('PutItem', { Item: sized('read', 4097) });
  expect(await units('GetItem', { Key: key('read') })).toEqual([1, 0]);
  expect(await units('GetItem', { Key: key('read'), ConsistentRead: true })).toEqual([2, 0]);
  expect(await units('GetItem', { Key: key('missing') })).toEqual([0.5, 0]);
  expect(await units('GetItem', { Key: key('missing'), ConsistentRead: true })).toEqual([1, 0]);
});

test('a batch counts each of its items by itself', async () => {
  const puts = ['b1', 'b2', 'b3'].map((sk) => ({ PutRequest: { Item: sized(sk, 1100) } }));
  expect(await units('BatchWriteItem', { RequestItems: { Items: puts } })).toEqual([0, 6]);
  const keys = { Keys: [key('b1'), key('b2'), key('missing')] };
  expect(await units('BatchGetItem', { RequestItems: { Items: keys } })).toEqual([1.5, 0]);
  const consistent = { Items: { ...keys, ConsistentRead: true } };
  expect(await units('BatchGetItem', { RequestItems: consistent })).toEqual([3, 0]);
});

test('a query takes the sum of what it goes through, also of what a filter or a projection hides', async () => {
  const puts = ['q1', 'q2', 'q3'].map((sk) => ({ PutRequest: { Item: sized(sk, 2000) } }));
  await units('BatchWriteItem', { RequestItems: { Items: puts } });
  const query = {
    KeyConditionExpression: 'pk = :p AND begins_with(sk, :q)',
    ExpressionAttributeValues: { ':p': { S: 'p' }, ':q': { S: 'q' } },
  };
  expect(await units('Query', query)).toEqual([1, 0]);
  expect(await units('Query', { ...query, ConsistentRead: true })).toEqual([2, 0]);
  expect(
    await units('Query', {
      ...query,
      FilterExpression: '#x = :none',
      ProjectionExpression: 'sk',
      ExpressionAttributeNames: { '#x': 'x' },
      ExpressionAttributeValues: { ...query.ExpressionAttributeValues, ':none': { S: 'none' } },
    }),
  ).toEqual([1, 0]);
});

test('a table filled without requests answers as if each item had been put', async () => {
  await dynamodb.fill(
    'Items',
    Array.from({ length: 2_500 }, (_, index) => sized(`f${String(index).padStart(4, '0')}`, 100)),
  );
  expect(await units('GetItem', { Key: key('f2499'), ConsistentRead: true })).toEqual([1, 0]);
  expect(
    await units('Query', {
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :f)',
      ExpressionAttributeValues: { ':p': { S: 'p' }, ':f': { S: 'f' } },
    }),
  ).toEqual([Math.ceil((2_500 * 100) / 4096) / 2, 0]);
});
