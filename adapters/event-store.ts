import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { EventItem } from '../contract/items.ts';
import { conditionally, type Table, toItem } from './items.ts';

const batchWriteMax = 25;
const batchAttempts = 8;

/**
 * Writes one SES event. Idempotency key: message, recipient, kind and digest. Returns false when it was
 * there already, so that a duplicate counts once.
 */
export async function putEvent(table: Table, item: EventItem): Promise<boolean> {
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem(item),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    ),
  );
}

/**
 * Writes many events of which nobody needs to know whether they are new (deliveries). Idempotent: the
 * same event is the same item. One write unit each, 25 a call.
 * @throws when DynamoDB leaves some unwritten; the batch is then delivered again
 */
export async function putEvents(table: Table, items: readonly EventItem[]): Promise<void> {
  const unique = [...new Map(items.map((item) => [`${item.pk}|${item.sk}`, item])).values()];
  for (let from = 0; from < unique.length; from += batchWriteMax) {
    let rest = unique
      .slice(from, from + batchWriteMax)
      .map((item) => ({ PutRequest: { Item: toItem(item) } }));
    for (let attempt = 0; rest.length > 0; attempt += 1) {
      if (attempt === batchAttempts)
        throw new Error(`table ${table.name} left ${rest.length} events unwritten; retry later`);
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 25 * 2 ** attempt));
      const answer = await table.dynamo.send(
        new BatchWriteItemCommand({ RequestItems: { [table.name]: rest } }),
      );
      rest = (answer.UnprocessedItems?.[table.name] ?? []).flatMap(({ PutRequest }) =>
        PutRequest?.Item ? [{ PutRequest: { Item: PutRequest.Item } }] : [],
      );
    }
  }
}
