/** An attempt id tells its ten seconds, and its partition is found again from them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptRandomBytes,
  bucketAt,
  bucketOf,
  journalPartition,
  journalPartitions,
  journalShards,
  newAttemptId,
  sendBucketMs,
} from '../../contract/attempt-id.ts';
import { epochMs } from '../../domain/time.ts';

const instant = fc
  .integer({ min: 0, max: Date.parse('2300-01-01T00:00:00Z') })
  .map((at) => epochMs(at));
const random = fc.uint8Array({ minLength: attemptRandomBytes, maxLength: attemptRandomBytes });

test('an id has 22 base64url characters and tells in which ten seconds it was drawn', () => {
  fc.assert(
    fc.property(instant, random, (at, bytes) => {
      const id = newAttemptId(at, bytes);
      expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
      expect(bucketOf(id)).toBe(bucketAt(at));
      expect(at - bucketOf(id)).toBeLessThan(sendBucketMs);
    }),
  );
});

test('an attempt stands in one of the eight partitions of its ten seconds, and none is idle', () => {
  const used = new Set<string>();
  const at = epochMs(Date.parse('2026-03-01T09:00:07Z'));
  const partitions = journalPartitions(bucketAt(at));
  for (let drawn = 0; drawn < 256; drawn += 1) {
    const bytes = Uint8Array.from(
      { length: attemptRandomBytes },
      (_, place) => (drawn * 7 + place * 31) % 256,
    );
    const partition = journalPartition(newAttemptId(at, bytes));
    expect(partitions).toContain(partition);
    used.add(partition);
  }
  expect(used.size).toBe(journalShards);
  expect(journalPartitions(epochMs(bucketAt(at) + sendBucketMs))).not.toContain(partitions[0]);
});
