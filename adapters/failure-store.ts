/** News of mail that failed, or that no provider saw, in the evidence table: each counts once. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DelayItem, FailureItem, VoidItem } from '../contract/rotation-items.ts';
import { evidenceKeys, type Key } from '../contract/table-keys.ts';
import type { Failure } from '../domain/evidence/model.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, type Table, toItem } from './items.ts';

/** The news of one mail, and whether its event carried no tag of ours. */
export type NewFailure = Failure & Pick<FailureItem, 'untagged'>;
export type NewVoid = Omit<VoidItem, 'pk' | 'sk' | 'ttl'>;
export type NewDelay = Omit<DelayItem, 'pk' | 'sk' | 'ttl'>;

/** The slow levels of the evidence look back for thirty days; the rest is for people. */
const keptDays = 40;

/** SES gives a mail up within fourteen hours. */
const delaysKeptDays = 2;

/**
 * Writes a failure among those of the hour in which its mail was sent. Idempotency key: the send bucket and
 * the failure's key. Condition: it is not there. Returns false when it was known. One write unit.
 */
export function putFailure(table: Table, failure: NewFailure): Promise<boolean> {
  const place = evidenceKeys.failure(...placeOf(failure));
  return putNews(table, { ...place, ...failure, ttl: ttlEpochSeconds(failure.sentAt, keptDays) });
}

/** Writes a mail that SES took and no provider saw; the same way. */
export function putVoid(table: Table, given: NewVoid): Promise<boolean> {
  const place = evidenceKeys.void(...placeOf(given));
  return putNews(table, { ...place, ...given, ttl: ttlEpochSeconds(given.sentAt, keptDays) });
}

/** Writes a mail that was put off for a reason that counts for nobody's reputation; the same way. */
export function putDelay(table: Table, given: NewDelay): Promise<boolean> {
  const place = evidenceKeys.delay(...placeOf(given));
  return putNews(table, { ...place, ...given, ttl: ttlEpochSeconds(given.sentAt, delaysKeptDays) });
}

function placeOf({ key, sentAt }: { readonly key: string; readonly sentAt: EpochMs }) {
  const at = new Date(sentAt).toISOString();
  return [at.slice(0, 'yyyy-mm-ddThh'.length), at, key] as const;
}

function putNews(table: Table, item: Key & (FailureItem | VoidItem | DelayItem)): Promise<boolean> {
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
