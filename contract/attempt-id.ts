/**
 * Attempt ids tell when they were drawn, so that what was sent in the same ten seconds stands together in
 * the ledger and an event's tag says in which ten seconds its mail counts.
 */
import { type EpochMs, epochMs, secondMs } from '../domain/time.ts';

/** Length of a send bucket, milliseconds: the finest that the evidence knows. */
export const sendBucketMs = 10 * secondMs;

/** Partitions of one bucket: each takes a thousand writes a second, and a reader asks all of them. */
export const journalShards = 8;

/** Characters of the bucket's number, six bits each: enough until the year 2310. */
const bucketCharacters = 5;
const idCharacters = 22;

/** Random bytes of an id: its other 17 characters hold 102 bits. */
export const attemptRandomBytes = 13;

/** Returns a new attempt id, 22 base64url characters: the bucket of `at`, then `random` (13 bytes). */
export function newAttemptId(at: EpochMs, random: Uint8Array): string {
  const bucket = Buffer.alloc(4);
  // Thirty bits from the left fill five characters.
  bucket.writeUInt32BE(Math.floor(at / sendBucketMs) * 4);
  const drawn = Buffer.from(random).toString('base64url');
  return (
    bucket.toString('base64url').slice(0, bucketCharacters) +
    drawn.slice(0, idCharacters - bucketCharacters)
  );
}

/** Returns when the send bucket of an attempt begins: its mail counts there, whenever it is heard of. */
export function bucketOf(attemptId: string): EpochMs {
  const text = attemptId.slice(0, bucketCharacters).padEnd(bucketCharacters + 1, 'A');
  return epochMs(Math.floor(Buffer.from(text, 'base64url').readUInt32BE() / 4) * sendBucketMs);
}

/** Returns when the send bucket begins that an instant is in. */
export function bucketAt(at: EpochMs): EpochMs {
  return epochMs(Math.floor(at / sendBucketMs) * sendBucketMs);
}

/** Returns the partition of an attempt in the ledger; the id's last character is as random as any. */
export function journalPartition(attemptId: string): string {
  const shard = attemptId.charCodeAt(attemptId.length - 1) % journalShards;
  return `journal#${attemptId.slice(0, bucketCharacters)}#${shard}`;
}

/** Returns every partition of a send bucket. */
export function journalPartitions(bucket: EpochMs): readonly string[] {
  const prefix = newAttemptId(bucket, new Uint8Array(attemptRandomBytes));
  return Array.from(
    { length: journalShards },
    (_, shard) => `journal#${prefix.slice(0, bucketCharacters)}#${shard}`,
  );
}
