import {
  type AttributeValue,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type TenantItem, tenantItem } from '../contract/items.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import { conditionally, fromItem, getItem, queryPartition, type Table, toItem } from './items.ts';

/** Returns a tenant as it stands now, undefined when there is none. */
export function readTenant(directory: Table, tenant: string): Promise<TenantItem | undefined> {
  return getItem(directory, directoryKeys.tenant(tenant), tenantItem, { consistent: true });
}

/** Returns every tenant, by name. Reads the whole directory: for people, not for the send path. */
export async function listTenants(directory: Table): Promise<readonly TenantItem[]> {
  const items = await scanProfiles(directory, 'tenant#');
  return items.map((item) => tenantItem.parse(item)).sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}

/** Returns the names of the deployment's streams, by name. */
export async function listStreams(directory: Table): Promise<readonly string[]> {
  const streams: string[] = [];
  for await (const { sk } of queryPartition(directory, directoryKeys.streams))
    streams.push(String(sk));
  return streams.sort();
}

/**
 * Adds a tenant. Idempotency key: its name. Condition: none of this name is there.
 * Returns false when there is one already; it is left as it is.
 */
export async function addTenant(
  directory: Table,
  tenant: {
    readonly tenant: string;
    readonly fromOwned: readonly string[];
    readonly streams?: readonly string[];
  },
  now: number,
): Promise<boolean> {
  const item: TenantItem = {
    ...directoryKeys.tenant(tenant.tenant),
    tenant: tenant.tenant,
    status: 'active',
    fromOwned: [...tenant.fromOwned],
    ...(tenant.streams ? { streams: [...tenant.streams] } : {}),
    createdAt: now,
    updatedAt: now,
  };
  return conditionally(() =>
    directory.dynamo.send(
      new PutItemCommand({
        TableName: directory.name,
        Item: toItem(item),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  );
}

/**
 * Replaces what a tenant owns and, when given, the streams it may use; its status stays. Idempotent.
 * Condition: the tenant is there. Returns false when it is not.
 */
export async function updateTenant(
  directory: Table,
  tenant: {
    readonly tenant: string;
    readonly fromOwned: readonly string[];
    readonly streams?: readonly string[];
  },
  now: number,
): Promise<boolean> {
  const streams = tenant.streams ? ', streams = :streams' : '';
  return conditionally(() =>
    directory.dynamo.send(
      new UpdateItemCommand({
        TableName: directory.name,
        Key: toItem(directoryKeys.tenant(tenant.tenant)),
        UpdateExpression: `SET fromOwned = :owned, updatedAt = :now${streams}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: toItem({
          ':owned': tenant.fromOwned,
          ':now': now,
          ...(tenant.streams ? { ':streams': tenant.streams } : {}),
        }),
      }),
    ),
  );
}

/**
 * Holds an active tenant or renews the reason of a held one. Idempotent. Condition: the tenant is there
 * and not suspended. Returns false otherwise.
 */
export function holdTenant(
  directory: Table,
  hold: { readonly tenant: string; readonly why: string },
  now: number,
): Promise<boolean> {
  return setStatus(directory, hold.tenant, {
    update: 'SET #status = :held, why = :why, updatedAt = :now',
    condition: 'attribute_exists(pk) AND #status IN (:held, :active)',
    values: { ':held': 'held', ':active': 'active', ':why': hold.why, ':now': now },
  });
}

/**
 * Makes a held tenant active again. Idempotent. Condition: it is held or active. Returns false when the
 * tenant is unknown or suspended.
 */
export function releaseTenant(directory: Table, tenant: string, now: number): Promise<boolean> {
  return setStatus(directory, tenant, {
    update: 'SET #status = :active, updatedAt = :now REMOVE why',
    condition: 'attribute_exists(pk) AND #status IN (:held, :active)',
    values: { ':held': 'held', ':active': 'active', ':now': now },
  });
}

function setStatus(
  directory: Table,
  tenant: string,
  change: {
    readonly update: string;
    readonly condition: string;
    readonly values: Readonly<Record<string, string | number>>;
  },
): Promise<boolean> {
  return conditionally(() =>
    directory.dynamo.send(
      new UpdateItemCommand({
        TableName: directory.name,
        Key: toItem(directoryKeys.tenant(tenant)),
        UpdateExpression: change.update,
        ConditionExpression: change.condition,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: toItem(change.values),
      }),
    ),
  );
}

async function scanProfiles(directory: Table, prefix: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await directory.dynamo.send(
      new ScanCommand({
        TableName: directory.name,
        FilterExpression: 'begins_with(pk, :prefix) AND sk = :profile',
        ExpressionAttributeValues: toItem({ ':prefix': prefix, ':profile': 'profile' }),
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    items.push(...(page.Items ?? []).map(fromItem));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}
