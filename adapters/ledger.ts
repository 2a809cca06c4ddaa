import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  type AttemptEntry,
  type AttemptItem,
  type AttemptResult,
  attemptItem,
  type DecidedOutcome,
  type RequestItem,
  requestItem,
} from '../contract/items.ts';
import { type Key, ledgerKeys } from '../contract/table-keys.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, getItem, getItems, queryPartition, type Table, toItem } from './items.ts';

/** What a new request item says; keys and time to live are added here. */
export type NewRequest = Omit<RequestItem, 'pk' | 'sk' | 'ttl'> & { readonly messageId: string };

export type Ledger = Table & { readonly keepDays: number };

/** Returns the request item of a message, strongly consistent: a claim is decided on it. */
export function readRequest(ledger: Ledger, messageId: string): Promise<RequestItem | undefined> {
  return getItem(ledger, ledgerKeys.request(messageId), requestItem, { consistent: true });
}

/**
 * Writes the first word about a request: its claim, or what was decided without SES.
 * Idempotency key: the message id. Condition: nothing is there, or what is there was rejected and the
 * app corrected it. Returns false when somebody was first. One write unit.
 */
export async function putRequest(ledger: Ledger, request: NewRequest): Promise<boolean> {
  const { messageId, ...rest } = request;
  const item: RequestItem = {
    ...ledgerKeys.request(messageId),
    ...rest,
    ttl: ttlEpochSeconds(request.claimedAt as EpochMs, ledger.keepDays),
  };
  return conditionally(() =>
    ledger.dynamo.send(
      new PutItemCommand({
        TableName: ledger.name,
        Item: toItem(item),
        // A rejected request that was half sent must not be forgotten: see standing.ts.
        ConditionExpression:
          'attribute_not_exists(pk) OR (#state = :rejected AND attemptIds = :none)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: toItem({ ':rejected': 'rejected', ':none': [] }),
      }),
    ),
  );
}

/**
 * Replaces a request item that was read before. Condition: nobody has changed it since (its state and
 * time of claim still stand). Returns false when somebody has.
 */
export async function replaceRequest(
  ledger: Ledger,
  seen: RequestItem,
  change: Partial<Omit<RequestItem, 'pk' | 'sk'>>,
): Promise<boolean> {
  return conditionally(() =>
    ledger.dynamo.send(
      new PutItemCommand({
        TableName: ledger.name,
        Item: toItem(renewed({ ...seen, ...change }, ledger)),
        ConditionExpression: '#state = :state AND claimedAt = :claimedAt',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: toItem({ ':state': seen.state, ':claimedAt': seen.claimedAt }),
      }),
    ),
  );
}

/** What waits may wait long (a held tenant): its item must outlive it, or its half sent mail would repeat. */
const waitingDays = 400;

function renewed(item: RequestItem, ledger: Ledger): RequestItem {
  const days = item.state === 'waiting' ? waitingDays : ledger.keepDays;
  return { ...item, ttl: Math.max(item.ttl, ttlEpochSeconds(item.claimedAt as EpochMs, days)) };
}

/**
 * Gives a claim back after a known failure, so that the next delivery may take it at once; `decided`
 * says what became of it meanwhile (parked, held). Condition: the claim is still the caller's.
 */
export async function releaseClaim(
  ledger: Ledger,
  claim: { readonly messageId: string; readonly claimedAt: number },
  decided?: DecidedOutcome,
): Promise<boolean> {
  return conditionally(() =>
    ledger.dynamo.send(
      new UpdateItemCommand({
        TableName: ledger.name,
        Key: toItem(ledgerKeys.request(claim.messageId)),
        UpdateExpression: decided
          ? 'SET #state = :waiting, #ttl = :ttl, decided.#all = :decided'
          : 'SET #state = :waiting, #ttl = :ttl',
        ConditionExpression: '#state = :claimed AND claimedAt = :claimedAt',
        ExpressionAttributeNames: {
          '#state': 'state',
          '#ttl': 'ttl',
          ...(decided ? { '#all': '*' } : {}),
        },
        ExpressionAttributeValues: toItem({
          ':waiting': 'waiting',
          ':claimed': 'claimed',
          ':claimedAt': claim.claimedAt,
          ':ttl': ttlEpochSeconds(claim.claimedAt as EpochMs, waitingDays),
          ...(decided ? { ':decided': decided } : {}),
        }),
      }),
    ),
  );
}

/**
 * Writes what a batch is about to hand to SES, before the first call.
 * Idempotency key: the attempt id, drawn for this attempt. An attempt that is not there was never sent.
 */
export async function putAttempt(
  ledger: Ledger,
  attempt: {
    readonly attemptId: string;
    readonly stream: string;
    readonly at: EpochMs;
    readonly entries: readonly AttemptEntry[];
  },
): Promise<void> {
  const item: AttemptItem = {
    ...ledgerKeys.attempt(attempt.attemptId),
    stream: attempt.stream,
    at: attempt.at,
    entries: [...attempt.entries],
    // An attempt that is gone reads as never sent, so it lives as long as a request may wait.
    ttl: ttlEpochSeconds(attempt.at, waitingDays),
  };
  await ledger.dynamo.send(new PutItemCommand({ TableName: ledger.name, Item: toItem(item) }));
}

/** Completes an attempt with one result an entry, by position. Idempotent: the same results again. */
export async function completeAttempt(
  ledger: Ledger,
  attemptId: string,
  results: readonly AttemptResult[],
  now: EpochMs,
): Promise<void> {
  await ledger.dynamo.send(
    new UpdateItemCommand({
      TableName: ledger.name,
      Key: toItem(ledgerKeys.attempt(attemptId)),
      UpdateExpression: 'SET results = :results, completedAt = :now',
      ExpressionAttributeValues: toItem({ ':results': results, ':now': now }),
    }),
  );
}

/** Returns the attempts that exist among these ids, strongly consistent: an absent one was never sent. */
export async function readAttempts(
  ledger: Ledger,
  attemptIds: readonly string[],
): Promise<readonly AttemptItem[]> {
  const keys: Key[] = attemptIds.map((id) => ledgerKeys.attempt(id));
  return (await getItems(ledger, keys, { consistent: true })).map((item) =>
    attemptItem.parse(item),
  );
}

/** Returns the recipient indexes of a message about which SES has reported anything. */
export async function readHeardOf(ledger: Ledger, messageId: string): Promise<ReadonlySet<number>> {
  const heard = new Set<number>();
  for await (const item of queryPartition(ledger, messageId)) {
    const index = item['recipientIndex'];
    if (String(item['sk']).startsWith('event#') && typeof index === 'number') heard.add(index);
  }
  return heard;
}
