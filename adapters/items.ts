import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type * as z from 'zod';
import type { Key } from '../contract/table-keys.ts';
import { busy } from './failure.ts';

/** A table as its adapters see it. */
export type Table = { readonly dynamo: DynamoDBClient; readonly name: string };

const batchGetMax = 100;
const batchAttempts = 8;

/** Returns a plain value as DynamoDB attributes; undefined fields are left out. */
export function toItem(value: object): Record<string, AttributeValue> {
  return marshall(value, { removeUndefinedValues: true });
}

/** Returns DynamoDB attributes as a plain value. */
export function fromItem(item: Record<string, AttributeValue>): Record<string, unknown> {
  return unmarshall(item);
}

/** Returns the item at a key, checked, or undefined. */
export async function getItem<T>(
  table: Table,
  key: Key,
  schema: z.ZodType<T>,
  options: { readonly consistent?: true } = {},
): Promise<T | undefined> {
  const { Item } = await table.dynamo.send(
    new GetItemCommand({
      TableName: table.name,
      Key: toItem(key),
      ...(options.consistent ? { ConsistentRead: true } : {}),
    }),
  );
  return Item ? schema.parse(fromItem(Item)) : undefined;
}

/**
 * Returns the raw items found at up to any number of keys, in no order. Keys that DynamoDB leaves
 * unprocessed are asked again; if it never answers, this throws, so that no check is skipped.
 */
export async function getItems(
  table: Table,
  keys: readonly Key[],
  options: { readonly consistent?: true } = {},
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let from = 0; from < keys.length; from += batchGetMax) {
    let rest = keys.slice(from, from + batchGetMax).map(toItem);
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === batchAttempts)
        throw busy(
          `table ${table.name} left ${rest.length} keys unread after ${batchAttempts} attempts; retry later`,
        );
      if (attempt > 0) await pause(25 * 2 ** attempt);
      const answer = await table.dynamo.send(
        new BatchGetItemCommand({
          RequestItems: {
            [table.name]: { Keys: rest, ...(options.consistent ? { ConsistentRead: true } : {}) },
          },
        }),
      );
      found.push(...(answer.Responses?.[table.name] ?? []).map(fromItem));
      rest = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
    }
  }
  return found;
}

/** Which items of a partition, and whether what was written a moment ago must be among them. */
export type QueryOptions = {
  readonly consistent?: true;
  /** First and last sort key, both included. */
  readonly between?: { readonly first: string; readonly last: string };
  /** The last in key order first. */
  readonly descending?: true;
};

/** Yields every raw item of a partition in key order. */
export async function* queryPartition(
  table: Table,
  pk: string,
  { consistent, between, descending }: QueryOptions = {},
): AsyncGenerator<Record<string, unknown>> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await table.dynamo.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: between ? 'pk = :pk AND sk BETWEEN :first AND :last' : 'pk = :pk',
        ExpressionAttributeValues: toItem({
          ':pk': pk,
          ...(between ? { ':first': between.first, ':last': between.last } : {}),
        }),
        ...(consistent ? { ConsistentRead: true } : {}),
        ...(descending ? { ScanIndexForward: false } : {}),
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    yield* (page.Items ?? []).map(fromItem);
    start = page.LastEvaluatedKey;
  } while (start);
}

/** Returns the last raw items of a partition in key order, the last one first. */
export async function queryLatest(
  table: Table,
  pk: string,
  countMax: number,
): Promise<readonly Record<string, unknown>[]> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': pk }),
      ScanIndexForward: false,
      Limit: countMax,
    }),
  );
  return Items.map(fromItem);
}

/** Returns whether a conditional write was made; a failed condition is an answer, anything else throws. */
export async function conditionally(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

/**
 * Updates an item where its condition holds. Returns the item as it is then; where the condition failed
 * the item as it stood, if the store tells it.
 */
export async function updateIf(
  table: Table,
  update: Omit<UpdateItemCommandInput, 'TableName' | 'ReturnValues'>,
): Promise<{ readonly done: boolean; readonly item: Record<string, unknown> | undefined }> {
  try {
    const { Attributes } = await table.dynamo.send(
      new UpdateItemCommand({
        ...update,
        TableName: table.name,
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { done: true, item: Attributes && fromItem(Attributes) };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { done: false, item: error.Item && fromItem(error.Item) };
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
