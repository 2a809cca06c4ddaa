/** What was sent and what failed is kept for long, whole, and each once. */
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import {
  putCursor,
  putSentPeriod,
  readCursor,
  readNews,
  readSentPeriods,
  type SentLevel,
  type SentPeriod,
} from '../../adapters/evidence-store.ts';
import { putFailure } from '../../adapters/failure-store.ts';
import type { Table } from '../../adapters/items.ts';
import { packRows, rowsPerItem, type SentRow, unpackRows } from '../../adapters/sent-rows.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const dynamo = await dynamoOfFile();
let table: Table;

beforeEach(async () => {
  table = (await dynamo.createTables(dynamo.connect())).evidence;
});

const start = epochMs(Date.parse('2026-03-01T23:58:00Z'));

const row = (tenant: string, count: number): SentRow => ({
  origin: { tenant, identity: '', stream: 's', pool: 'a', provider: 'gmail', campaign: '' },
  count,
});

const name = fc.string({ maxLength: 64 });
const rows = fc.array(
  fc.record({
    origin: fc.record({
      ...{ tenant: name, identity: name, stream: name },
      ...{ pool: name, provider: name, campaign: name },
    }),
    count: fc.nat(),
  }),
  { maxLength: 30 },
);

test('rows come back from their bytes as they were', () => {
  fc.assert(
    fc.property(rows, (given) => {
      expect(unpackRows(packRows(given))).toEqual(given);
    }),
    { numRuns: 50 },
  );
  const failed = [{ ...row('acme', 3), failed: { block: 1.5 } }];
  expect(unpackRows(packRows(failed))).toEqual(failed);
});

test('an item of the longest names fits into what DynamoDB takes', () => {
  const long = Array.from({ length: rowsPerItem }, (_, index) => ({
    origin: {
      tenant: randomText(64, index),
      identity: randomText(60, index + 1e6),
      stream: 's'.repeat(20),
      pool: 'p'.repeat(20),
      provider: 'microsoft',
      campaign: randomText(64, index + 2e6),
    },
    count: index,
  }));
  expect(packRows(long).length).toBeLessThan(400_000);
});

test('periods are found by when they begin, across midnight, in as many items as they need', async () => {
  const many = Array.from({ length: rowsPerItem + 1 }, (_, index) => row(`t${index}`, 1));
  const periods = [
    { start, rows: [row('acme', 1)] },
    { start: epochMs(start + minuteMs), rows: many },
    { start: epochMs(start + 2 * minuteMs), rows: [row('acme', 3)] },
  ];
  for (const period of periods) await putSentPeriod(table, '1m', period);
  for (const period of periods) await putSentPeriod(table, '1m', period);
  const until = epochMs(start + 3 * minuteMs);
  const [first, second, third] = periods;
  const found = await periodsOf('1m', { since: start, until });
  // A period of more rows than an item holds comes in parts.
  expect(found.map((period) => period.start - start)).toEqual(
    [0, 1, 1, 2].map((at) => at * minuteMs),
  );
  expect([found[0], found[3]]).toEqual([first, third]);
  expect([...(found[1]?.rows ?? []), ...(found[2]?.rows ?? [])]).toEqual(second?.rows);
  const minute = { since: start, until: epochMs(start + minuteMs) };
  expect(await periodsOf('1m', minute)).toEqual([first]);
  expect(await periodsOf('10m', minute)).toEqual([]);
});

test('news are those of mail sent in the time, the latest first where there are too many', async () => {
  const at = (ms: number): EpochMs => epochMs(start + ms);
  for (const [key, sentAt] of Object.entries({ a: at(-hourMs), b: at(0), c: at(hourMs) }))
    await putFailure(table, {
      ...{ key, sentAt, heardAt: at(2 * hourMs), origin: row('acme', 1).origin },
      ...{ signal: 'block', reason: 'block-ip-reputation', weight: 1 },
      ...{ recipientDomain: 'd', vouched: true },
    });
  const window = { since: at(-minuteMs), until: at(dayMs) };
  const keys = async (countMax: number) => {
    const { failures, cut } = await readNews(table, window, countMax);
    return { keys: failures.map(({ key }) => key), cut };
  };
  expect(await keys(10)).toEqual({ keys: ['c', 'b'], cut: false });
  expect(await keys(1)).toEqual({ keys: ['c'], cut: true });
});

test('in a storm no more hours are read than the newest failures need', async () => {
  for (let hour = 0; hour < 30; hour += 1)
    for (const key of ['a', 'b'])
      await putFailure(table, {
        ...{ key: `${hour}${key}`, sentAt: epochMs(start - hour * hourMs), heardAt: start },
        ...{ origin: row('acme', 1).origin, signal: 'block', reason: 'block-ip-reputation' },
        ...{ weight: 1, recipientDomain: 'd', vouched: true },
      });
  const asked: string[] = [];
  const watched: Table = { ...table, dynamo: dynamo.connect() };
  watched.dynamo.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        asked.push(commandName);
        return next(args);
      },
    { step: 'initialize' },
  );
  const window = { since: epochMs(start - 2 * dayMs), until: start };
  const { failures, cut } = await readNews(watched, window, 4);
  expect({ keys: failures.map(({ key }) => key), cut }).toEqual({
    keys: ['0b', '0a', '1b', '1a'],
    cut: true,
  });
  // Two hours of failures, and every hour of what no provider saw.
  expect(asked.length).toBe(2 + 49);
});

test('a cursor is what was written last', async () => {
  const schema = z.object({ until: z.number() });
  expect(await readCursor(table, 'rolled', schema)).toBeUndefined();
  await putCursor(table, 'rolled', { until: 1 });
  await putCursor(table, 'rolled', { until: 2 });
  expect(await readCursor(table, 'rolled', schema)).toEqual({ until: 2 });
});

async function periodsOf(
  level: SentLevel,
  window: { readonly since: EpochMs; readonly until: EpochMs },
): Promise<readonly SentPeriod[]> {
  const periods: SentPeriod[] = [];
  for await (const period of readSentPeriods(table, level, window)) periods.push(period);
  return periods;
}

/** Text that does not compress. */
function randomText(length: number, seed: number): string {
  let state = seed * 2_654_435_761 + 1;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return String.fromCharCode(97 + Math.floor((state / 2_147_483_648) * 26));
  }).join('');
}
