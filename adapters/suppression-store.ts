import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type SuppressionItem, suppressionItem } from '../contract/items.ts';
import { suppressionKeys, suppressionScope } from '../contract/table-keys.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, getItems, type Table, toItem } from './items.ts';
import { requestSesRemoval } from './ses-removals.ts';

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
  const items = (await getItems(table, [...keys.values()])).map((item) =>
    suppressionItem.parse(item),
  );
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
 * Adds or renews a suppression. Idempotent by recipient and scope: the stronger entry stands, in whatever
 * order they come, so duplicates and disorder are harmless. One without an end is stronger than any that
 * has one; of two that end, the later end; of two that never end, the newer fact. Returns false when an
 * entry as strong or stronger stood there.
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
        ...(entry.expiresAt === undefined
          ? {
              ConditionExpression:
                'attribute_not_exists(pk) OR attribute_exists(expiresAt) OR #at < :at',
              ExpressionAttributeNames: { '#at': 'at' },
              ExpressionAttributeValues: toItem({ ':at': entry.at }),
            }
          : {
              // No comparison holds for an absent attribute, so an entry without an end stays.
              ConditionExpression: 'attribute_not_exists(pk) OR expiresAt < :end',
              ExpressionAttributeValues: toItem({ ':end': entry.expiresAt }),
            }),
      }),
    ),
  );
}

/** Removes a suppression; with `only`, only if this is its origin. Returns whether one was removed. */
export async function removeSuppression(
  table: Table,
  where: {
    readonly recipientKey: string;
    readonly scope: string;
    readonly only?: Pick<Suppression, 'source' | 'reason'>;
  },
): Promise<boolean> {
  return conditionally(() =>
    table.dynamo.send(
      new DeleteItemCommand({
        TableName: table.name,
        Key: toItem(suppressionKeys.entry(where.recipientKey, where.scope)),
        ...(where.only
          ? {
              ConditionExpression: '#source = :source AND reason = :reason',
              ExpressionAttributeNames: { '#source': 'source' },
              ExpressionAttributeValues: toItem({
                ':source': where.only.source,
                ':reason': where.only.reason,
              }),
            }
          : { ConditionExpression: 'attribute_exists(pk)' }),
      }),
    ),
  );
}

function fromStored(item: SuppressionItem): Suppression {
  const { pk, sk, ttl: _ttl, ...rest } = item;
  return { recipientKey: pk, scope: sk, ...rest };
}

/**
 * Notes that a recipient's bounce was a block of ours, and that SES's account list must let the address
 * go: SES puts some blocks there as bounces. A bounce that was imported from that list goes at once; a
 * complaint is no block's doing and stays on both lists. Idempotent; an operator's wish to remove
 * whatever stands there is not narrowed. The address is kept until the removal is done, a minute to an
 * hour later.
 */
export async function noteBlock(
  table: Table,
  block: { readonly recipientKey: string; readonly address: string; readonly at: EpochMs },
): Promise<void> {
  const { recipientKey, address, at } = block;
  await removeSuppression(table, {
    recipientKey,
    scope: suppressionScope.global,
    only: { source: 'ses-account', reason: 'ses-bounce' },
  });
  await put(table, {
    ...suppressionKeys.block(recipientKey),
    at,
    ttl: ttlEpochSeconds(at, blockDays),
  });
  await requestSesRemoval(table, { recipientKey, address, at, only: 'BOUNCE' });
}

/** How long a block keeps an import from mistaking it for a dead address, days. */
const blockDays = 30;

/**
 * Adds a suppression that never ends where none stands, or one that ends: the import sees each entry of
 * SES's list once, so one that waited for another's end would be lost. A lasting fact of our own is never
 * replaced by an imported one. Idempotent.
 */
export async function putSuppressionIfAbsent(table: Table, entry: Suppression): Promise<boolean> {
  const { recipientKey, scope, ...rest } = entry;
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem({ ...suppressionKeys.entry(recipientKey, scope), ...rest }),
        ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(expiresAt)',
      }),
    ),
  );
}

/** Returns which of these recipients had a block of ours lately. */
export async function readBlocked(
  table: Table,
  recipientKeys: readonly string[],
): Promise<ReadonlySet<string>> {
  const items = await getItems(table, [...new Set(recipientKeys)].map(suppressionKeys.block));
  return new Set(items.map((item) => String(item['pk'])));
}

async function put(table: Table, item: object): Promise<void> {
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
}
