import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  allowanceListMs,
  createAllowances,
  listAllowances,
  type Pair,
  writeAllowance,
} from '../../adapters/allowance-store.ts';
import { getItem, type Table } from '../../adapters/items.ts';
import { allowanceItem } from '../../contract/items.ts';
import { pacingKeys } from '../../contract/table-keys.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createFaults, type Faults, faultyClient } from '../support/faults.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const pair: Pair = { pool: 'warm', provider: 'gmail' };

const dynamo = await dynamoOfFile();
let client: DynamoDBClient;
let table: Table;
let time: VirtualTime;
let faults: Faults;
const calls: string[] = [];

beforeEach(async () => {
  await renew();
});

async function renew() {
  faults = createFaults();
  client = faultyClient(dynamo.connect(), {
    ...faults,
    run: (name, work) => {
      calls.push(name);
      return faults.run(name, work);
    },
  });
  table = (await dynamo.createTables(client)).pacing;
  time = createVirtualTime();
  calls.length = 0;
}

async function allow(cap: number) {
  const firstResetsAt = epochMs(time.clock() + 24 * hourMs);
  await writeAllowance(table, { ...pair, cap, periodMs: 24 * hourMs, firstResetsAt });
  return firstResetsAt;
}

const environment = () => createAllowances(table, time.clock);

async function stored() {
  const item = await getItem(table, pacingKeys.allowance(pair.pool, pair.provider), allowanceItem, {
    consistent: true,
  });
  if (!item) throw new Error('no allowance');
  const { cap, left, sent, resetsAt } = item;
  return { cap, left, sent, resetsAt };
}

test('a pair without an allowance sends any number, and costs one look at the list in 30 seconds', async () => {
  const one = environment();
  for (let times = 0; times < 5; times += 1)
    expect(await one.take(pair, 50)).toEqual({ ...pair, granted: 50 });
  expect(calls).toEqual(['QueryCommand']);
  time.advance(allowanceListMs);
  await one.spentUntil(pair);
  expect(calls).toEqual(['QueryCommand', 'QueryCommand']);
});

test('two environments share one allowance; the last gets what is left and nobody gets more', async () => {
  const resetsAt = await allow(100);
  const [one, two] = [environment(), environment()];
  expect(await one.take(pair, 50)).toEqual({ ...pair, granted: 50, resetsAt });
  expect(await two.take(pair, 40)).toEqual({ ...pair, granted: 40, resetsAt });
  expect(await one.take(pair, 30)).toEqual({ ...pair, granted: 10, resetsAt });
  expect(await two.take(pair, 1)).toEqual({ ...pair, granted: 0, resetsAt });
  expect(await stored()).toEqual({ cap: 100, left: 0, sent: 100, resetsAt });
  expect(await one.spentUntil(pair)).toBe(resetsAt);
});

test('a take is one write while enough is left', async () => {
  await allow(100);
  const one = environment();
  await one.spentUntil(pair);
  calls.length = 0;
  await one.take(pair, 10);
  await one.take(pair, 10);
  expect(calls).toEqual(['UpdateItemCommand', 'UpdateItemCommand']);
});

test('when its period is over an allowance is whole again, on the same grid', async () => {
  const resetsAt = await allow(100);
  const environments = [environment(), environment()];
  await environments[0]?.take(pair, 100);
  time.advanceTo(resetsAt + 49 * hourMs);
  const next = epochMs(resetsAt + 72 * hourMs);
  expect(await environments[0]?.spentUntil(pair)).toBeUndefined();
  const taken = await Promise.all(environments.map((one) => one.take(pair, 60)));
  expect(taken.map(({ granted }) => granted).toSorted()).toEqual([40, 60]);
  expect(await stored()).toEqual({ cap: 100, left: 0, sent: 100, resetsAt: next });
});

test('a new cap counts what was sent already; the same words again change nothing', async () => {
  const resetsAt = await allow(100);
  await environment().take(pair, 60);
  await allow(200);
  time.advance(hourMs);
  await allow(200);
  expect(await stored()).toEqual({ cap: 200, left: 140, sent: 60, resetsAt });
  await allow(50);
  expect(await stored()).toEqual({ cap: 50, left: -10, sent: 60, resetsAt });
  expect(await environment().take(pair, 1)).toEqual({ ...pair, granted: 0, resetsAt });
});

test('what SES surely refused is given back, but never into the next period', async () => {
  const resetsAt = await allow(100);
  const one = environment();
  const taken = await one.take(pair, 50);
  await one.giveBack(taken, 20);
  expect(await stored()).toEqual({ cap: 100, left: 70, sent: 30, resetsAt });
  time.advanceTo(resetsAt);
  await one.take(pair, 5);
  await one.giveBack(taken, 20);
  expect(await stored()).toMatchObject({ left: 95, sent: 5 });
  await one.giveBack({ ...pair, granted: 50 }, 50);
  expect(await stored()).toMatchObject({ left: 95, sent: 5 });
});

test('a crash after a take wastes it, and a table that does not answer grants nothing', async () => {
  await allow(100);
  const one = environment();
  await one.spentUntil(pair);
  faults.plan({ call: 1, when: 'after', kind: 'once' });
  await expect(one.take(pair, 30)).rejects.toThrow('after UpdateItemCommand');
  faults.outage(/UpdateItem|Query/);
  await expect(one.take(pair, 30)).rejects.toThrow('outage');
  await expect(environment().spentUntil(pair)).rejects.toThrow('outage');
  faults.outage(undefined);
  expect(await stored()).toMatchObject({ left: 70, sent: 30 });
});

describe('a pool with a cap for the day beside the one for the hour', () => {
  async function allowDay(cap: number, dayCap: number, provider = pair.provider) {
    const firstResetsAt = epochMs(time.clock() + hourMs);
    const firstDayResetsAt = epochMs(time.clock() + 24 * hourMs);
    await writeAllowance(table, {
      ...{ pool: pair.pool, provider, cap, periodMs: hourMs, firstResetsAt },
      ...{ dayCap, firstDayResetsAt },
    });
    return { resetsAt: firstResetsAt, dayResetsAt: firstDayResetsAt };
  }

  test('takes from both in one write, and when the day is spent waits for the next', async () => {
    const ends = await allowDay(100, 150);
    const one = environment();
    expect(await one.take(pair, 100)).toEqual({ ...pair, granted: 100, ...ends });
    expect(await one.spentUntil(pair)).toBe(ends.resetsAt);
    time.advance(hourMs);
    calls.length = 0;
    const [resetsAt, againAt] = [epochMs(ends.resetsAt + hourMs), ends.dayResetsAt];
    expect(await one.take(pair, 50)).toEqual({ ...pair, granted: 50, ...ends, resetsAt });
    expect(calls.filter((call) => call !== 'QueryCommand')).toEqual(['UpdateItemCommand']);
    expect(await one.take(pair, 10)).toEqual({ ...pair, granted: 0, ...ends, resetsAt, againAt });
    expect(await environment().spentUntil(pair)).toBe(ends.dayResetsAt);
    time.advanceTo(ends.dayResetsAt);
    expect((await environment().take(pair, 120)).granted).toBe(100);
  });

  test('keeps what was sent today when its caps change, and the same words change nothing', async () => {
    await allowDay(100, 150);
    await environment().take(pair, 60);
    for (let times = 0; times < 2; times += 1) await allowDay(50, 100);
    const [item] = await listAllowances(table);
    expect(item).toMatchObject({ left: -10, sent: 60, dayCap: 100, dayLeft: 40, daySent: 60 });
  });

  test('is kept by whoever read the pair before the day had a cap', async () => {
    await allow(100);
    const early = environment();
    await early.spentUntil(pair);
    await allowDay(100, 20);
    expect((await early.take(pair, 50)).granted).toBe(20);
  });

  test('is shared by all providers without a cap of their own, where the pool has one for others', async () => {
    const ends = await allowDay(10, 30, 'other');
    await allow(5);
    const one = environment();
    expect((await one.take(pair, 10)).granted).toBe(5);
    const [small, tiny] = [
      { ...pair, provider: 'small.example' },
      { ...pair, provider: 'tiny' },
    ];
    const taken = await one.take(small, 8);
    expect(taken).toEqual({ ...small, granted: 8, ...ends, from: 'other' });
    expect((await one.take(tiny, 8)).granted).toBe(2);
    await one.giveBack(taken, 3);
    expect((await one.take(tiny, 8)).granted).toBe(3);
    expect((await one.take({ ...tiny, pool: 'unbounded' }, 80)).granted).toBe(80);
  });
});

test('law: whatever environments take, give back and outlive, no hour and no day sends more than its cap', async () => {
  const step = fc.record({
    environment: fc.nat(2),
    count: fc.integer({ min: 1, max: 30 }),
    back: fc.integer({ min: 0, max: 30 }),
    passMs: fc.constantFrom(0, 1000, 31_000, 20 * minuteMs, hourMs, 7 * hourMs),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await renew();
      const firstResetsAt = epochMs(time.clock() + hourMs);
      await writeAllowance(table, {
        ...{ ...pair, cap: 40, periodMs: hourMs, firstResetsAt },
        ...{ dayCap: 90, firstDayResetsAt: epochMs(time.clock() + 24 * hourMs) },
      });
      const environments = [environment(), environment(), environment()];
      const sent = { hour: new Map<number, number>(), day: new Map<number, number>() };
      for (const { environment: index, count, back, passMs } of steps) {
        time.advance(passMs);
        const one = environments[index];
        const taken = await one?.take(pair, count);
        const { resetsAt = 0, dayResetsAt = 0 } = taken ?? {};
        if (!one || !taken || resetsAt * dayResetsAt === 0)
          throw new Error('the allowance is gone');
        expect(taken.granted).toBeLessThanOrEqual(count);
        expect(taken.againAt ?? resetsAt).toBeGreaterThan(time.clock());
        const refused = Math.min(back, taken.granted);
        await one.giveBack(taken, refused);
        const hour = (sent.hour.get(resetsAt) ?? 0) + taken.granted - refused;
        const day = (sent.day.get(dayResetsAt) ?? 0) + taken.granted - refused;
        sent.hour.set(resetsAt, hour);
        sent.day.set(dayResetsAt, day);
        expect(hour).toBeLessThanOrEqual(40);
        expect(day).toBeLessThanOrEqual(90);
        const [item] = await listAllowances(table);
        if (taken.granted > 0) expect(item).toMatchObject({ sent: hour, daySent: day });
      }
    }),
    { numRuns: 15 },
  );
});

test('law: whatever environments take, give back and outlive, no period sends more than its cap', async () => {
  const step = fc.record({
    environment: fc.nat(2),
    count: fc.integer({ min: 1, max: 30 }),
    back: fc.integer({ min: 0, max: 30 }),
    passMs: fc.constantFrom(0, 1000, 31_000, 5 * hourMs),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await renew();
      await allow(60);
      const environments = [environment(), environment(), environment()];
      const sent = new Map<number, number>();
      for (const { environment: index, count, back, passMs } of steps) {
        time.advance(passMs);
        const one = environments[index];
        const taken = await one?.take(pair, count);
        if (!one || taken?.resetsAt === undefined) throw new Error('the allowance is gone');
        expect(taken.granted).toBeLessThanOrEqual(count);
        expect(taken.resetsAt).toBeGreaterThan(time.clock());
        const refused = Math.min(back, taken.granted);
        await one.giveBack(taken, refused);
        const all = (sent.get(taken.resetsAt) ?? 0) + taken.granted - refused;
        sent.set(taken.resetsAt, all);
        expect(all).toBeLessThanOrEqual(60);
        expect((await stored()).sent).toBe(all);
      }
    }),
    { numRuns: 15 },
  );
});
