import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type SuppressionItem, suppressionItem } from '../contract/items.ts';
import { suppressionKeys, suppressionScope } from '../contract/table-keys.ts';
import { type EpochMs, epochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, getItem, getItems, queryPartition, type Table, toItem } from './items.ts';

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

function fromStored(item: SuppressionItem): Suppression {
  const { pk, sk, ttl: _ttl, ...rest } = item;
  return { recipientKey: pk, scope: sk, ...rest };
}

/**
 * Notes that a recipient's bounce was a block of ours, and that SES's account list must let the address
 * go: SES puts some blocks there as bounces. An entry that was imported from that list goes at once.
 * Idempotent. The address is kept until the removal is done, a minute to an hour later.
 */
export async function noteBlock(
  table: Table,
  block: { readonly recipientKey: string; readonly address: string; readonly at: EpochMs },
): Promise<void> {
  const { recipientKey, address, at } = block;
  await removeSuppression(table, {
    recipientKey,
    scope: suppressionScope.global,
    onlySource: 'ses-account',
  });
  await put(table, {
    ...suppressionKeys.block(recipientKey),
    at,
    ttl: ttlEpochSeconds(at, blockDays),
  });
  await put(table, { ...suppressionKeys.removal(recipientKey), at, address });
}

/** How long a block keeps an import from mistaking it for a dead address, days. */
const blockDays = 30;

/** Adds a suppression where none stands; a fact of our own is never replaced by an imported one. */
export async function putSuppressionIfAbsent(table: Table, entry: Suppression): Promise<boolean> {
  const { recipientKey, scope, ...rest } = entry;
  return conditionally(() =>
    table.dynamo.send(
      new PutItemCommand({
        TableName: table.name,
        Item: toItem({ ...suppressionKeys.entry(recipientKey, scope), ...rest }),
        ConditionExpression: 'attribute_not_exists(pk)',
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

/** An address that must come off SES's account list. */
export type Removal = { readonly recipientKey: string; readonly address: string };

/** Yields the removals that wait for SES's one call a second. */
export async function* readRemovals(table: Table): AsyncGenerator<Removal> {
  for await (const item of queryPartition(table, suppressionKeys.removals))
    yield { recipientKey: String(item['sk']), address: String(item['address']) };
}

/** Forgets a removal that is done, with the address it held. */
export async function forgetRemoval(table: Table, recipientKey: string): Promise<void> {
  await table.dynamo.send(
    new DeleteItemCommand({
      TableName: table.name,
      Key: toItem(suppressionKeys.removal(recipientKey)),
    }),
  );
}

/** Returns until when SES's list has been imported, epoch milliseconds. */
export async function readImportCursor(table: Table): Promise<EpochMs> {
  const found = await getItem(table, suppressionKeys.importCursor, importCursor);
  return epochMs(found?.until ?? 0);
}

/** Notes until when SES's list has been imported. */
export async function writeImportCursor(table: Table, until: EpochMs): Promise<void> {
  await put(table, { ...suppressionKeys.importCursor, until });
}

const importCursor = z.object({ until: z.number() });

async function put(table: Table, item: object): Promise<void> {
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
}
