/** The journal of what was sent: the attempts of the ledger, by the ten seconds in which they were drawn. */
import { unpackAttempt } from '../contract/attempt-codec.ts';
import { journalPartitions, sendBucketMs } from '../contract/attempt-id.ts';
import type { AttemptItem } from '../contract/items.ts';
import { originOfEntry } from '../contract/sent-mail.ts';
import { ledgerKeys } from '../contract/table-keys.ts';
import type { Origin } from '../domain/evidence/model.ts';
import { type EpochMs, epochMs, secondMs } from '../domain/time.ts';
import { queryPartition, type Table } from './items.ts';

/**
 * How long after its beginning a bucket may still gain attempts, milliseconds: an attempt is drawn before
 * its request is claimed and written when its turn to leave has come, at most a function's time-out later.
 * What it gains was not handed to SES before, so no failure can be older than its count.
 */
export const journalOpenMs = sendBucketMs + 120 * secondMs;

/**
 * Returns the attempts of the send bucket that begins at `bucket`, in no order. Eight strongly consistent
 * queries, because what is missing here would look like mail that failed without having been sent.
 */
export async function readJournal(table: Table, bucket: EpochMs): Promise<readonly AttemptItem[]> {
  const start = epochMs(Math.floor(bucket / sendBucketMs) * sendBucketMs);
  const shards = await Promise.all(
    journalPartitions(start).map(async (pk) => {
      const found: AttemptItem[] = [];
      for await (const item of queryPartition(table, pk, { consistent: true }))
        found.push(unpackAttempt(item));
      return found;
    }),
  );
  return shards.flat();
}

/**
 * Returns where one recipient's mail came from, as its attempt says; undefined where the ledger has
 * forgotten it. One read unit.
 */
export async function readOrigin(
  table: Table,
  attemptId: string,
  mail: { readonly messageId: string; readonly recipientIndex: number },
): Promise<Origin | undefined> {
  const { pk, sk } = ledgerKeys.attempt(attemptId);
  const between = { first: sk, last: sk };
  for await (const item of queryPartition(table, pk, { consistent: true, between })) {
    const { entries, stream } = unpackAttempt(item);
    const entry = entries.find(({ m, r }) => m === mail.messageId && r === mail.recipientIndex);
    if (entry) return originOfEntry(entry, stream);
  }
  return undefined;
}
