import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type SuppressionItem, suppressionItem } from '../contract/items.ts';
import { suppressionKeys, suppressionScope } from '../contract/table-keys.ts';
import type { EpochMs } from '../domain/time.ts';
import { getItems, isConditionFailed, type Table, toItem } from './items.ts';

/** What is asked of the list: is this recipient suppressed for this tenant. */
export type SuppressionQuestion = { readonly recipientKey: string; readonly tenant: string };

export type Suppression = {
  readonly recipientKey: string;
  /** `global` or `tenant#ID`. */
  readonly scope: string;
  readonly reason: string;
  readonly source: string;
  readonly at: number;
  readonly messageId?: string;
  readonly note?: string;
  readonly expiresAt?: number;
};

/**
 * Returns the suppression that applies to each question, by `recipientKey|tenant`; the tenant's own
 * entry is named before the global one. Two keys a recipient, eventually consistent: 1 read unit.
 * @throws whatever DynamoDB throws: the mail then waits, it is never waved through
 */
export async function readSuppressions(
  table: Table,
  questions: readonly SuppressionQuestion[],
  now: EpochMs,
): Promise<ReadonlyMap<string, Suppression>> {
  const keys = new Map(
    questions.flatMap(({ recipientKey, tenant }) =>
      [suppressionScope.global, suppressionScope.tenant(tenant)].map((scope) => {
        const key = suppressionKeys.entry(recipientKey, scope);
        return [`${key.pk}|${key.sk}`, key] as const;
      }),
    ),
  );
  const items = (await getItems(table, [...keys.values()])).map((item) => suppressionItem.parse(item));
  const live = new Map(
    items
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
      .map((item) => [`${item.pk}|${item.sk}`, item]),
  );
  const answers = new Map<string, Suppression>();
  for (const { recipientKey, tenant } of questions) {
    const entry =
      live.get(`${recipientKey}|${suppressionScope.tenant(tenant)}`) ??
      live.get(`${recipientKey}|${suppressionScope.global}`);
    if (entry) answers.set(`${recipientKey}|${tenant}`, fromStored(entry));
  }
  return answers;
}

/**
 * Adds or renews a suppression. Idempotent by recipient and scope: an older fact never replaces a newer
 * one, so duplicates and disorder are harmless. Returns false when a newer entry stood there.
 */
export async function putSuppression(table: Table, entry: Suppression): Promise<boolean> {
  const { recipientKey, scope, ...rest } = entry;
  const item: SuppressionItem = {
    ...suppressionKeys.entry(recipientKey, scope),
    ...rest,
    ...(entry.expiresAt === undefined ? {} : { ttl: Math.floor(entry.expiresAt / 1000) }),
  };
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem(item),
        ConditionExpression: 'attribute_not_exists(pk) OR #at < :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: toItem({ ':at': entry.at }),
      }),
    ),
  );
}

/** Removes a suppression; with `onlySource`, only if it came from there. Returns whether one was removed. */
export async function removeSuppression(
  table: Table,
  where: { readonly recipientKey: string; readonly scope: string; readonly onlySource?: string },
): Promise<boolean> {
  return conditionally(() =>
    table.dynamo.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: toItem(suppressionKeys.entry(where.recipientKey, where.scope)),
        ConditionExpression: where.onlySource
          ? 'attribute_exists(pk) AND #source = :source'
          : 'attribute_exists(pk)',
        ...(where.onlySource
          ? {
              ExpressionAttributeNames: { '#source': 'source' },
              ExpressionAttributeValues: toItem({ ':source': where.onlySource }),
            }
          : {}),
      }),
    ),
  );
}

async function conditionally(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

function fromStored(item: SuppressionItem): Suppression {
  const { pk, sk, ttl: _ttl, ...rest } = item;
  return { recipientKey: pk, scope: sk, ...rest };
}
