import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { packAttempt, packResults, unpackAttempt } from '../contract/attempt-codec.ts';
import {
  type AttemptEntry,
  type AttemptItem,
  type AttemptResult,
  type DecidedOutcome,
  type RequestItem,
  requestItem,
} from '../contract/items.ts';
import { waitsAfter } from '../contract/past-waits.ts';
import { type Key, ledgerKeys } from '../contract/table-keys.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, getItem, getItems, queryPartition, type Table, toItem } from './items.ts';

/** What a new request item says; keys and time to live are added here. */
export type NewRequest = Omit<RequestItem, 'pk' | 'sk' | 'ttl'> & { readonly messageId: string };

export type Ledger = Table & {
  /** Days for which outcomes can be looked up; what may still be sent is kept longer. */
  readonly keepDays: number;
};

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
  const item = renewed({ ...ledgerKeys.request(messageId), ...rest, ttl: 0 }, ledger);
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
 * Replaces a request item that was read before; a wait that ends with it stays known. Condition: nobody has
 * changed it since. Returns false when somebody has.
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
        Item: toItem(renewed({ ...seen, ...change, ...waitsAfter(seen, change) }, ledger)),
        ...unchanged(seen),
      }),
    ),
  );
}

/**
 * Notes in a request what became of its ambiguous recipients. Condition: nobody has changed the request
 * since, so that of many who look one notes it and counts. Returns the request as noted, undefined for
 * the others.
 */
export async function noteProgress(
  ledger: Ledger,
  seen: RequestItem,
  progress: { readonly settled: number[]; readonly unclear: number[] },
): Promise<RequestItem | undefined> {
  const noted = { ...seen, ...progress, noteCount: (seen.noteCount ?? 0) + 1 };
  return (await replaceRequest(ledger, seen, noted)) ? noted : undefined;
}

/** The condition that a request stands as it was read. */
function unchanged({ state, claimedAt, noteCount }: RequestItem) {
  const sameNote =
    noteCount === undefined ? 'attribute_not_exists(noteCount)' : 'noteCount = :note';
  return {
    ConditionExpression: `#state = :state AND claimedAt = :claimedAt AND ${sameNote}`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: toItem({
      ':state': state,
      ':claimedAt': claimedAt,
      ':note': noteCount,
    }),
  };
}

/** What waits may wait long (a held tenant, a sendAt): its item must outlive it, or its half sent mail would repeat. */
const waitingDays = 400;

/**
 * SQS keeps a message for 14 days in its queue and as long among the parked: so long it may come again,
 * and a request that is gone, or an attempt, reads as never sent. Whoever looks at a request notes in it
 * what its attempts say.
 */
const comesAgainDays = 28;

/** DynamoDB forgets within a few days of the time to live, in no order: a request must not outlive its attempts. */
const forgetsInDays = 5;

function renewed(item: RequestItem, ledger: Ledger): RequestItem {
  const days = item.state === 'waiting' ? waitingDays : Math.max(ledger.keepDays, comesAgainDays);
  return { ...item, ttl: Math.max(item.ttl, ttlEpochSeconds(item.claimedAt as EpochMs, days)) };
}

/**
 * Gives a claim back after a known failure, so that the next delivery may take it at once; `decided`
 * says what became of it meanwhile (parked, held), `triedCount` in how many deliveries it failed. Condition: the claim is still the caller's.
 */
export async function releaseClaim(
  ledger: Ledger,
  claim: {
    readonly messageId: string;
    readonly claimedAt: number;
    readonly triedCount?: number;
  },
  decided?: DecidedOutcome,
): Promise<boolean> {
  return conditionally(() =>
    ledger.dynamo.send(
      new UpdateItemCommand({
        TableName: ledger.name,
        Key: toItem(ledgerKeys.request(claim.messageId)),
        UpdateExpression: [
          'SET #state = :waiting, #ttl = :ttl',
          ...(decided ? ['decided.#all = :decided'] : []),
          ...(claim.triedCount === undefined ? [] : ['triedCount = :triedCount']),
        ].join(', '),
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
          ...(claim.triedCount === undefined ? {} : { ':triedCount': claim.triedCount }),
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
    readonly storedSeconds?: number;
  },
): Promise<void> {
  const item: AttemptItem = {
    ...ledgerKeys.attempt(attempt.attemptId),
    stream: attempt.stream,
    at: attempt.at,
    entries: attempt.entries,
    ...(attempt.storedSeconds === undefined ? {} : { storedSeconds: attempt.storedSeconds }),
    ttl: ttlEpochSeconds(attempt.at, Math.max(ledger.keepDays, comesAgainDays) + forgetsInDays),
  };
  await ledger.dynamo.send(
    new PutItemCommand({ TableName: ledger.name, Item: toItem(packAttempt(item)) }),
  );
}

/** Completes an attempt with one result an entry, by position. Idempotent: the same results again. */
export async function completeAttempt(
  ledger: Ledger,
  attemptId: string,
  results: readonly AttemptResult[],
  now: EpochMs,
): Promise<void> {
  await ledger.dynamo.send(new UpdateItemCommand(completion(ledger, attemptId, { results, now })));
}

/**
 * Completes an attempt of which nothing was sent because its own write failed; the write may have taken
 * effect all the same. Condition: it is there. Idempotent: the same results again.
 */
export async function completeUnsent(
  ledger: Ledger,
  attemptId: string,
  results: readonly AttemptResult[],
  now: EpochMs,
): Promise<void> {
  await conditionally(() =>
    ledger.dynamo.send(
      new UpdateItemCommand({
        ...completion(ledger, attemptId, { results, now }),
        ConditionExpression: 'attribute_exists(pk)',
      }),
    ),
  );
}

function completion(
  ledger: Ledger,
  attemptId: string,
  { results, now }: { readonly results: readonly AttemptResult[]; readonly now: EpochMs },
) {
  const { i, x } = packResults(results);
  return {
    TableName: ledger.name,
    Key: toItem(ledgerKeys.attempt(attemptId)),
    UpdateExpression: x ? 'SET c = :now, i = :i, x = :x' : 'SET c = :now, i = :i',
    ExpressionAttributeValues: toItem({ ':now': now, ':i': i, ':x': x }),
  };
}

/** Returns the attempts that exist among these ids, strongly consistent: an absent one was never sent. */
export async function readAttempts(
  ledger: Ledger,
  attemptIds: readonly string[],
): Promise<readonly AttemptItem[]> {
  const keys: Key[] = attemptIds.map((id) => ledgerKeys.attempt(id));
  return (await getItems(ledger, keys, { consistent: true })).map((item) => unpackAttempt(item));
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
