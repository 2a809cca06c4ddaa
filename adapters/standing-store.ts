/** What stands in the assignments table, as rotation reads and writes it; all reads are strongly consistent. */
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type AssignmentItem, assignmentItem } from '../contract/items.ts';
import {
  type AutomationItem,
  automationItem,
  type OrderItem,
  orderItem,
  type StandingItem,
  standingItem,
} from '../contract/rotation-items.ts';
import { assignmentKeys } from '../contract/table-keys.ts';
import type { Order } from '../domain/rotation/model.ts';
import { epochMs } from '../domain/time.ts';
import { conditionally, fromItem, queryPartition, type Table, toItem } from './items.ts';
import { readableItem } from './readable-item.ts';

/** Everything about one stream: its pools by provider (`*` for the others), and what is held or slowed. */
export type StreamStanding = {
  readonly assignments: ReadonlyMap<string, AssignmentItem>;
  readonly orders: readonly OrderItem[];
};

const providerPrefix = 'provider#';
const orderPrefix = 'order#';

/** Returns what stands about a stream, in one query; what cannot be read is left out. */
export async function readStreamStanding(table: Table, stream: string): Promise<StreamStanding> {
  const assignments = new Map<string, AssignmentItem>();
  const orders: OrderItem[] = [];
  const partition = queryPartition(table, assignmentKeys.ofStream(stream), { consistent: true });
  for await (const raw of partition) {
    const sk = String(raw['sk']);
    if (sk.startsWith(orderPrefix)) orders.push(...listed(readableItem(orderItem, raw)));
    else if (sk.startsWith(providerPrefix))
      for (const item of listed(readableItem(assignmentItem, raw)))
        assignments.set(sk.slice(providerPrefix.length), item);
  }
  return { assignments, orders };
}

/** Returns how every pool stands with the providers where it has a word of its own. */
export async function readPoolStandings(table: Table): Promise<readonly StandingItem[]> {
  const found: StandingItem[] = [];
  for await (const raw of queryPartition(table, assignmentKeys.pools, { consistent: true }))
    found.push(...listed(readableItem(standingItem, raw)));
  return found;
}

/**
 * Returns the kill switch and the autonomy that operators set, undefined where nobody did. Where somebody did
 * and it cannot be read, the loop stands still until the next word.
 */
export async function readAutomation(table: Table): Promise<AutomationItem | undefined> {
  const { Item } = await table.dynamo.send(
    new GetItemCommand({
      TableName: table.name,
      Key: toItem(assignmentKeys.automation),
      ConsistentRead: true,
    }),
  );
  if (!Item) return undefined;
  const raw = fromItem(Item);
  return readableItem(automationItem, raw) ?? unreadableSwitch(raw['state'] === 'off');
}

function unreadableSwitch(isOff: boolean): AutomationItem {
  return {
    ...assignmentKeys.automation,
    state: isOff ? 'off' : 'freeze',
    autonomy: {},
    at: epochMs(0),
    by: 'nobody',
    why: 'what stands cannot be read',
  };
}

/** Writes the switch. Idempotent. No condition: one function writes, and the last word counts. */
export async function putAutomation(
  table: Table,
  item: Omit<AutomationItem, 'pk' | 'sk'>,
): Promise<void> {
  await put(table, { ...assignmentKeys.automation, ...item });
}

/** Writes an order into a stream's partition. Idempotency key: stream and order id. No condition. */
export async function putOrder(table: Table, stream: string, order: Order): Promise<void> {
  await put(table, { ...assignmentKeys.order(stream, order.id), ...order });
}

/** Takes an order out of a stream's partition. Idempotent. */
export async function deleteOrder(table: Table, stream: string, id: string): Promise<void> {
  await table.dynamo.send(
    new DeleteItemCommand({
      TableName: table.name,
      Key: toItem(assignmentKeys.order(stream, id)),
    }),
  );
}

/** Takes away a provider's own pools, so that the stream's general ones count there. Idempotent. */
export async function deleteProviderAssignment(
  table: Table,
  stream: string,
  provider: string,
): Promise<void> {
  await table.dynamo.send(
    new DeleteItemCommand({
      TableName: table.name,
      Key: toItem(assignmentKeys.provider(stream, provider)),
    }),
  );
}

/**
 * Writes how a pool stands with a provider. Idempotency key: the pair and its version. Condition: nobody
 * wrote since it was read (0: nothing stood there); false otherwise.
 */
export function putStanding(
  table: Table,
  item: Omit<StandingItem, 'pk' | 'sk' | 'version'>,
  versionBefore: number,
): Promise<boolean> {
  const key = assignmentKeys.standing(item.pool, item.provider);
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem({ ...key, ...item, version: versionBefore + 1 }),
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

function listed<T>(item: T | undefined): readonly T[] {
  return item === undefined ? [] : [item];
}

async function put(table: Table, item: object): Promise<void> {
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
}
