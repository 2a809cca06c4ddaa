import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { EventItem } from '../contract/items.ts';
import { ledgerKeys } from '../contract/table-keys.ts';
import { batchWrite } from './batch-write.ts';
import { conditionally, fromItem, type Table, toItem } from './items.ts';

const writeAttempts = 8;

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
  const puts = [...new Map(items.map((item) => [`${item.pk}|${item.sk}`, item])).values()];
  const leftCount = await batchWrite(table, { puts }, writeAttempts);
  if (leftCount > 0)
    throw new Error(`table ${table.name} left ${leftCount} events unwritten; retry later`);
}

/** Whose mails are to be told apart; `ttl` is that of the marks. */
export type TwinQuestion = {
  readonly messageId: string;
  readonly recipientIndex: number;
  readonly ttl: number;
};

/**
 * Marks every mail that SES took for one recipient of a message beyond the first, and returns how many
 * were not marked before. Idempotency key: message, recipient and SES message id. Of several mails all
 * but one are marked in the end, in whatever order their events come: the look is strongly consistent, so
 * of two writers the later one sees both. One read unit for events of up to 4 KB.
 */
export async function markTwins(table: Table, about: TwinQuestion): Promise<number> {
  const { messageId, recipientIndex, ttl } = about;
  const { first, rescues } = await readSesMessageIds(table, about);
  // A rescue is no duplicate of the mail that bounced; a second rescue is one of the first.
  const twins = [first, rescues].flatMap((ids) => ids.toSorted().slice(1));
  const marked = await Promise.all(
    twins.map((sesMessageId) => {
      const Item = toItem({ ...ledgerKeys.twin(messageId, recipientIndex, sesMessageId), ttl });
      const ConditionExpression = 'attribute_not_exists(pk)';
      const put = new PutItemCommand({ TableName: table.name, Item, ConditionExpression });
      return conditionally(() => table.dynamo.send(put));
    }),
  );
  return marked.filter(Boolean).length;
}

/** The mails that one page of 1 MB of a recipient's events tells of: a thousand events, where two are usual. */
async function readSesMessageIds(
  table: Table,
  about: TwinQuestion,
): Promise<{ readonly first: readonly string[]; readonly rescues: readonly string[] }> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :events)',
      ExpressionAttributeValues: toItem({
        ':pk': about.messageId,
        ':events': ledgerKeys.eventsOf(about.recipientIndex),
      }),
      ProjectionExpression: 'sesMessageId, rescue',
      ConsistentRead: true,
    }),
  );
  const events = Items.map(fromItem);
  const idsOf = (isRescue: boolean) => [
    ...new Set(
      events
        .filter(({ rescue }) => (rescue === true) === isRescue)
        .map(({ sesMessageId }) => String(sesMessageId)),
    ),
  ];
  return { first: idsOf(false), rescues: idsOf(true) };
}

/**
 * Returns whether a Delivery of one SES mail to a recipient is recorded. Strongly consistent; one read unit for
 * up to 4 KB of deliveries, where one is usual.
 */
export async function wasDelivered(
  table: Table,
  {
    messageId,
    recipientIndex,
    sesMessageId,
  }: Omit<TwinQuestion, 'ttl'> & { readonly sesMessageId: string },
): Promise<boolean> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :deliveries)',
      FilterExpression: 'sesMessageId = :mail',
      ExpressionAttributeValues: toItem({
        ':pk': messageId,
        ':deliveries': `${ledgerKeys.eventsOf(recipientIndex)}delivery#`,
        ':mail': sesMessageId,
      }),
      ProjectionExpression: 'sk',
      ConsistentRead: true,
    }),
  );
  return Items.length > 0;
}
