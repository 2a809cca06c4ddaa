/** What may be sent once more, what was, and what SES said of it: assignments table and ledger. */
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type EventItem, eventItem } from '../contract/items.ts';
import {
  pairOf,
  type RescueClaim,
  type RescueItem,
  type RescueRequest,
  rescueClaim,
  rescueItem,
} from '../contract/rescue.ts';
import { assignmentKeys, ledgerKeys } from '../contract/table-keys.ts';
import type { Origin } from '../domain/evidence/model.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { conditionally, getItem, queryPartition, type Table, toItem, updateIf } from './items.ts';
import type { Ledger } from './ledger.ts';

/** Which recipient of which message. */
export type MailRef = Pick<RescueRequest, 'messageId' | 'recipientIndex'>;

const rescuePrefix = 'rescue#';

/** Returns the rescues of a stream; strongly consistent. */
export async function readRescues(table: Table, stream: string): Promise<readonly RescueItem[]> {
  const found: RescueItem[] = [];
  const between = { first: rescuePrefix, last: `${rescuePrefix}~` };
  const partition = queryPartition(table, assignmentKeys.ofStream(stream), {
    consistent: true,
    between,
  });
  for await (const raw of partition) found.push(rescueItem.parse(raw));
  return found;
}

/** Writes a rescue. Idempotency key: stream and decision. No condition: one function writes. */
export async function putRescue(
  table: Table,
  stream: string,
  rescue: Omit<RescueItem, 'pk' | 'sk'>,
): Promise<void> {
  const Item = toItem({ ...rescue, ...assignmentKeys.rescue(stream, rescue.id) });
  await table.dynamo.send(new PutItemCommand({ TableName: table.name, Item }));
}

/** Takes a rescue away. Idempotent. */
export async function deleteRescue(table: Table, stream: string, id: string): Promise<void> {
  const Key = toItem(assignmentKeys.rescue(stream, id));
  await table.dynamo.send(new DeleteItemCommand({ TableName: table.name, Key }));
}

/** Returns what SES reported about one recipient of a message, strongly consistent: it is taken as proof. */
export async function readEventsOf(ledger: Table, mail: MailRef): Promise<readonly EventItem[]> {
  const first = ledgerKeys.eventsOf(mail.recipientIndex);
  const found: EventItem[] = [];
  const partition = queryPartition(ledger, mail.messageId, {
    consistent: true,
    between: { first, last: `${first}~` },
  });
  for await (const raw of partition) found.push(eventItem.parse(raw));
  return found;
}

/** Returns the claim of a recipient's rescue, undefined where nobody has claimed it; strongly consistent. */
export function readClaim(
  ledger: Table,
  { messageId, recipientIndex }: MailRef,
): Promise<RescueClaim | undefined> {
  const key = ledgerKeys.rescue(messageId, recipientIndex);
  return getItem(ledger, key, rescueClaim, { consistent: true });
}

/**
 * Claims a recipient's rescue for an attempt, before SES is called. Idempotency key: message and recipient.
 * Condition: nobody has, or the claim stands as `seen`. Returns false when somebody was faster. The claim
 * outlives the attempts of its message, so that none of them is rescued twice.
 */
export function claimRescue(
  ledger: Ledger,
  { messageId, recipientIndex }: MailRef,
  claim: {
    readonly attemptId: string;
    readonly rescue: string;
    readonly now: EpochMs;
    readonly seen: RescueClaim | undefined;
  },
): Promise<boolean> {
  const { attemptId, rescue, now, seen } = claim;
  const item: RescueClaim = {
    ...ledgerKeys.rescue(messageId, recipientIndex),
    ...{ attemptId, rescue },
    claimedAt: now,
    ttl: ttlEpochSeconds(now, ledger.keepDays + claimKeptLongerDays),
  };
  return conditionally(() =>
    ledger.dynamo.send(
      new PutItemCommand({
        TableName: ledger.name,
        Item: toItem(item),
        ...(seen === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: 'attemptId = :seen',
              ExpressionAttributeValues: toItem({ ':seen': seen.attemptId }),
            }),
      }),
    ),
  );
}

/** A stored copy lives for a day, so nothing can be rescued long after its claim is gone. */
const claimKeptLongerDays = 5;

/** Days for which it is kept how many mails a pool was given as rescues: a day is counted and then read once more. */
const countKeptDays = 2;

/**
 * Takes one from what a pool may be given as rescues for a provider on this UTC day. Returns false where
 * `most` were taken. Condition: fewer were. Not idempotent: what is taken twice is sent to nobody.
 */
export async function takeRescue(
  ledger: Table,
  target: Pick<Origin, 'pool' | 'provider'>,
  { most, now }: { readonly most: number; readonly now: EpochMs },
): Promise<boolean> {
  if (most < 1) return false;
  const { done } = await updateIf(ledger, {
    Key: toItem(ledgerKeys.rescued(pairOf(target), new Date(now).toISOString().slice(0, 10))),
    UpdateExpression: 'SET taken = if_not_exists(taken, :none) + :one, #ttl = :ttl',
    ConditionExpression: 'attribute_not_exists(taken) OR taken <= :before',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: toItem({
      ':none': 0,
      ':one': 1,
      ':before': Math.floor(most) - 1,
      ':ttl': ttlEpochSeconds(now, countKeptDays),
    }),
  });
  return done;
}
