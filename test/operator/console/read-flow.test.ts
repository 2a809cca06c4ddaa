import { beforeEach, expect, test } from 'vitest';
import { putStream } from '../../../adapters/directory-seed.ts';
import { putCursor, putSentPeriod } from '../../../adapters/evidence-store.ts';
import { putFailure } from '../../../adapters/failure-store.ts';
import { putAttempt } from '../../../adapters/ledger.ts';
import { attemptRandomBytes, newAttemptId } from '../../../contract/attempt-id.ts';
import { directoryKeys } from '../../../contract/table-keys.ts';
import { type EpochMs, epochMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { createBackend } from '../../../operator/actions/backend.ts';
import { createFlowReader } from '../../../operator/console/read-flow.ts';
import { dynamoOfFile, type Tables } from '../../support/dynamo.ts';
import { failure, origin } from '../../support/evidence-book.ts';

const dynamo = await dynamoOfFile();
const now = epochMs(Date.UTC(2026, 10, 21, 14, 20, 30));
const minute = (back: number): EpochMs => epochMs(Date.UTC(2026, 10, 21, 14, 20) - back * minuteMs);

let tables: Tables;
let at: EpochMs;
let drawn = 0;
beforeEach(async () => {
  tables = await dynamo.createTables(dynamo.connectDirectly());
  at = now;
});

function newReader() {
  // Nobody answers there: what CloudWatch would tell is told to be missing.
  const backend = createBackend(
    {
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
    },
    'test',
  );
  return createFlowReader({ ...backend, tables }, () => at);
}

async function send(sentAt: EpochMs, count: number, provider = 'gmail'): Promise<void> {
  const entry = {
    ...{ m: 'm'.repeat(22), r: 0, k: 'k'.repeat(22), p: 'a', v: provider },
    t: 'shop',
  };
  drawn += 1;
  const random = new Uint8Array(attemptRandomBytes).fill(drawn);
  await putAttempt(
    { ...tables.ledger, keepDays: 30 },
    {
      attemptId: newAttemptId(sentAt, random),
      stream: 'transactional',
      entries: Array.from({ length: count }, (_, r) => ({ ...entry, r })),
      at: sentAt,
    },
  );
}

const pick = <T>(values: readonly T[] | undefined, back: number) => values?.[59 - back];

test('mail is counted in its minute, what was rolled up and what was not alike, each once', async () => {
  await putSentPeriod(tables.evidence, '1m', { start: minute(30), rows: [{ origin, count: 40 }] });
  await putSentPeriod(tables.evidence, '1m', { start: minute(5), rows: [{ origin, count: 7 }] });
  await putCursor(tables.evidence, 'rolled', { until: minute(4), sixHoursUntil: 0 });
  await send(epochMs(minute(5) + secondMs), 7);
  await send(epochMs(minute(3) + 12 * secondMs), 3);
  await send(epochMs(minute(0) + 21 * secondMs), 2);
  const { minutes, rows } = await newReader()();
  expect(minutes).toHaveLength(60);
  expect(pick(minutes, 0)).toBe(minute(0));
  const row = rows.find(({ provider }) => provider === 'gmail');
  expect([30, 5, 3, 0, 10].map((back) => pick(row?.accepted, back))).toEqual([40, 7, 3, 2, 0]);
});

test('mail that comes while the console is open is added, also to a minute that was read', async () => {
  const read = newReader();
  await send(epochMs(minute(0) + 21 * secondMs), 2);
  await read();
  await send(epochMs(minute(0) + 25 * secondMs), 1);
  at = epochMs(now + 5 * secondMs);
  await read();
  await send(epochMs(minute(0) + 40 * secondMs), 5, 'microsoft');
  at = epochMs(now + 20 * secondMs);
  const { rows } = await read();
  const accepted = Object.fromEntries(
    rows.map(({ provider, accepted: counts }) => [provider, pick(counts, 0)]),
  );
  expect(accepted).toEqual({ gmail: 3, microsoft: 5 });
});

test('news count in the minute in which they were heard, by what they say', async () => {
  const heard = (key: string, more: Parameters<typeof failure>[2]) =>
    putFailure(tables.evidence, failure(key, minute(20), { heardAt: minute(2), ...more }));
  await heard('one', { signal: 'block' });
  await heard('two', { signal: 'hard-bounce', reason: 'invalid-recipient' });
  await heard('three', { signal: 'deferral', reason: 'rate-limited' });
  await heard('four', { signal: 'complaint', reason: 'complaint' });
  const [row] = (await newReader()()).rows;
  expect([row?.bounced, row?.deferred, row?.complained].map((one) => pick(one, 2))).toEqual([
    2, 1, 1,
  ]);
});

test('what cannot be read is said, and the rest stands', async () => {
  await putStream(tables.directory, {
    ...directoryKeys.stream('transactional'),
    ...{ stream: 'transactional', pools: {}, retiring: {} },
  });
  await send(epochMs(minute(0) + secondMs), 1);
  const { rows, remarks } = await newReader()();
  expect(remarks.join(' ')).toContain('deliveries cannot be read');
  expect(rows.some(({ delivered }) => delivered !== undefined)).toBe(false);
  expect(rows).toHaveLength(1);
});
