import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import {
  type AssignmentItem,
  assignmentItem,
  type PoolItem,
  poolItem,
  type StreamItem,
  streamItem,
  type TenantItem,
} from '../contract/items.ts';
import { assignmentKeys, directoryKeys } from '../contract/table-keys.ts';
import { conditionally, getItem, queryPartition, type Table, toItem } from './items.ts';
import { readableItem } from './readable-item.ts';

/** Returns every pool of the directory. */
export async function readPools(table: Table): Promise<readonly PoolItem[]> {
  const pools: PoolItem[] = [];
  for await (const item of queryPartition(table, directoryKeys.pools))
    pools.push(poolItem.parse(item));
  return pools;
}

/** Writes a pool. Idempotent. */
export async function putPool(table: Table, item: PoolItem): Promise<void> {
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
}

/** Forgets a pool that has retired. Idempotent. */
export async function deletePool(table: Table, pool: string): Promise<void> {
  await table.dynamo.send(
    new DeleteItemCommand({ TableName: table.name, Key: toItem(directoryKeys.pool(pool)) }),
  );
}

/** Returns what the last deploy declared of a stream. */
export function readStream(table: Table, stream: string): Promise<StreamItem | undefined> {
  return getItem(table, directoryKeys.stream(stream), streamItem, { consistent: true });
}

/** Writes what a deploy declares of a stream. Idempotent. */
export async function putStream(table: Table, item: StreamItem): Promise<void> {
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
}

/** Returns a stream's assignment, strongly consistent. */
export function readAssignmentNow(
  table: Table,
  stream: string,
): Promise<AssignmentItem | undefined> {
  return getItem(table, assignmentKeys.stream(stream), assignmentItem, { consistent: true });
}

/** Returns the providers for which a stream has an assignment of their own. */
export async function readAssignedProviders(
  table: Table,
  stream: string,
): Promise<readonly string[]> {
  const prefix = assignmentKeys.provider(stream, '').sk;
  const anyProvider = assignmentKeys.stream(stream).sk;
  const providers: string[] = [];
  for await (const { sk } of queryPartition(table, assignmentKeys.ofStream(stream)))
    if (typeof sk === 'string' && sk.startsWith(prefix) && sk !== anyProvider)
      providers.push(sk.slice(prefix.length));
  return providers;
}

/** Returns a stream's assignment for one provider, strongly consistent; undefined where it cannot be read. */
export async function readProviderAssignment(
  table: Table,
  stream: string,
  provider: string,
): Promise<AssignmentItem | undefined> {
  const raw = await getItem(table, assignmentKeys.provider(stream, provider), z.looseObject({}), {
    consistent: true,
  });
  return raw && readableItem(assignmentItem, raw);
}

/** Writes an assignment if `versionBefore` still stands (0: none stood there); false otherwise. */
export async function putAssignment(
  table: Table,
  item: AssignmentItem,
  versionBefore: number,
): Promise<boolean> {
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem(item),
        ...(versionBefore === 0
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: '#version = :before',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: toItem({ ':before': versionBefore }),
            }),
      }),
    ),
  );
}

/** Writes a tenant where none is; where one is, only what it owns. Its status stays what people made it. */
export async function seedTenant(table: Table, item: TenantItem): Promise<void> {
  const { pk, sk, tenant, status, fromOwned, createdAt, updatedAt } = item;
  await table.dynamo.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem({ pk, sk }),
      UpdateExpression:
        'SET fromOwned = :owned, updatedAt = :updated, tenant = if_not_exists(tenant, :tenant), #status = if_not_exists(#status, :status), createdAt = if_not_exists(createdAt, :created)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: toItem({
        ':owned': fromOwned,
        ':updated': updatedAt,
        ':tenant': tenant,
        ':status': status,
        ':created': createdAt,
      }),
    }),
  );
}
