/** What was sent in the same ten seconds is found together, whole, and counts what SES may have sent. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { readJournal, readOrigin } from '../../adapters/journal-store.ts';
import { completeAttempt, type Ledger, putAttempt } from '../../adapters/ledger.ts';
import { attemptRandomBytes, newAttemptId, sendBucketMs } from '../../contract/attempt-id.ts';
import type { AttemptEntry, AttemptResult } from '../../contract/items.ts';
import { isUnsent, sentOf } from '../../contract/sent-mail.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const bucket = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const idOf = (at: number, drawn: number) =>
  newAttemptId(
    epochMs(at),
    Uint8Array.from({ length: attemptRandomBytes }, (_, place) => (drawn * 37 + place * 11) % 256),
  );
const entry: AttemptEntry = {
  ...{ m: 'm'.repeat(22), r: 0, k: 'k'.repeat(22), p: 'warm', v: 'gmail' },
  ...{ t: 'acme', d: 'acme.example', c: 'spring' },
};
const origin = {
  ...{ tenant: 'acme', identity: 'acme.example', stream: 'marketing' },
  ...{ pool: 'warm', provider: 'gmail', campaign: 'spring' },
};

const dynamo = await dynamoOfFile();
let ledger: Ledger;
beforeEach(async () => {
  const tables = await dynamo.createTables(dynamo.connect());
  ledger = { ...tables.ledger, keepDays: 30 };
});

const put = (attemptId: string, entries: readonly AttemptEntry[] = [entry]) =>
  putAttempt(ledger, {
    ...{ attemptId, stream: 'marketing', entries },
    at: epochMs(bucket + 90 * secondMs),
  });

describe('the journal of a bucket', () => {
  test('holds every attempt that was drawn in its ten seconds, however late it was written', async () => {
    const own = Array.from({ length: 40 }, (_, drawn) => idOf(bucket + drawn * 249, drawn));
    const others = [idOf(bucket - 1, 1), idOf(bucket + sendBucketMs, 2)];
    await Promise.all([...own, ...others].map((id) => put(id)));
    const attempts = await readJournal(ledger, bucket);
    expect(attempts.map(({ sk }) => sk).sort()).toEqual(own.toSorted());
    expect(attempts.flatMap(sentOf)).toEqual(own.map(() => ({ origin, at: bucket, count: 1 })));
  });

  test('counts an attempt before its calls, and no longer what SES refused', async () => {
    const id = idOf(bucket, 3);
    await put(id, [entry, { ...entry, r: 1 }, { ...entry, r: 2, v: 'yahoo' }]);
    const counted = async () => (await readJournal(ledger, bucket)).flatMap(sentOf);
    const yahoo = { ...origin, provider: 'yahoo' };
    expect(await counted()).toEqual([
      { origin, at: bucket, count: 2 },
      { origin: yahoo, at: bucket, count: 1 },
    ]);
    const refused = { outcome: 'retry', reason: 'throttled' } as const;
    await completeAttempt(ledger, id, [{ ses: 'ses-1' }, refused, refused], bucket);
    expect(await counted()).toEqual([{ origin, at: bucket, count: 1 }]);
  });

  test('tells where one recipient’s mail came from, and nothing of what it does not hold', async () => {
    const id = idOf(bucket, 4);
    const mail = { messageId: entry.m, recipientIndex: 0 };
    expect(await readOrigin(ledger, id, mail)).toBeUndefined();
    await put(id);
    expect(await readOrigin(ledger, id, mail)).toEqual(origin);
    expect(await readOrigin(ledger, id, { ...mail, recipientIndex: 1 })).toBeUndefined();
  });
});

test('law: what is counted is every recipient that SES may have sent to, each once', () => {
  const anEntry = fc.record({
    v: fc.constantFrom('gmail', 'yahoo'),
    t: fc.constantFrom('acme', 'globex'),
    p: fc.constantFrom('warm', 'shared'),
  });
  const aResult: fc.Arbitrary<AttemptResult | undefined> = fc.constantFrom(
    undefined,
    { ses: 'ses-1' },
    { outcome: 'unknown', reason: 'no-answer' },
    { outcome: 'retry', reason: 'ses-error' },
    { outcome: 'retry', reason: 'throttled' },
    { outcome: 'rejected', reason: 'content-rejected' },
    { outcome: 'parked', reason: 'identity-unverified' },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(anEntry, aResult), { minLength: 1 }), (both) => {
      const entries = both.map(([one], r) => ({ ...entry, ...one, r }));
      const known = both.flatMap(([, result]) => result ?? []);
      const isComplete = known.length === both.length;
      const attempt = { pk: '', sk: idOf(bucket, 5), stream: 'marketing', at: 0, entries, ttl: 0 };
      const sent = sentOf(isComplete ? { ...attempt, results: known } : attempt);
      const expected = isComplete
        ? known.filter((result) => !isUnsent(result)).length
        : both.length;
      expect(sent.reduce((sum, { count }) => sum + count, 0)).toBe(expected);
      expect(new Set(sent.map((one) => JSON.stringify(one.origin))).size).toBe(sent.length);
    }),
  );
});
