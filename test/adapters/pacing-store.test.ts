import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Table } from '../../adapters/items.ts';
import { createPacer, type Pacer, writeSendRate } from '../../adapters/pacing-store.ts';
import { epochMs } from '../../domain/time.ts';
import { type Dynamo, openDynamo } from '../support/dynamo.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

let dynamo: Dynamo;
let table: Table;
let time: VirtualTime;

beforeAll(async () => {
  dynamo = await openDynamo();
});
afterAll(() => dynamo.close());
/** Leases with all the time in the world. */
async function leaseOf(pacer: Pacer, count: number) {
  const lease = await pacer.lease(count, epochMs(Number.MAX_SAFE_INTEGER));
  if (lease.kind !== 'leased') throw new Error('no lease');
  const { startMs, intervalMs } = lease;
  return { startMs, intervalMs };
}

beforeEach(async () => {
  table = (await dynamo.createTables(dynamo.connect())).pacing;
  time = createVirtualTime();
});

test('an idle account gives a lease that begins now, a busy one a lease after the last', async () => {
  await writeSendRate(table, 10);
  const pacer = createPacer(table, 1, time.clock);
  const start = time.clock();
  expect(await leaseOf(pacer, 5)).toEqual({ startMs: start, intervalMs: 100 });
  expect(await leaseOf(pacer, 5)).toEqual({ startMs: start + 500, intervalMs: 100 });
  time.advance(10_000);
  expect(await leaseOf(pacer, 1)).toEqual({ startMs: start + 10_000, intervalMs: 100 });
});

test('twelve environments at once get leases that neither overlap nor leave gaps', async () => {
  await writeSendRate(table, 50);
  const start = time.clock();
  const counts = Array.from({ length: 12 }, (_, index) => index + 1);
  const leases = await Promise.all(
    counts.map(async (count) => {
      const { startMs, intervalMs } = await leaseOf(createPacer(table, 1, time.clock), count);
      return { startMs, endMs: startMs + count * intervalMs };
    }),
  );
  const ordered = leases.toSorted((a, b) => a.startMs - b.startMs);
  expect(ordered[0]?.startMs).toBe(start);
  for (const [index, { endMs }] of ordered.slice(0, -1).entries())
    expect(ordered[index + 1]?.startMs).toBeCloseTo(endMs, 3);
});

test('a new rate reaches a running environment with its next lease but one', async () => {
  await writeSendRate(table, 1);
  const pacer = createPacer(table, 1, time.clock);
  expect((await leaseOf(pacer, 1)).intervalMs).toBe(1000);
  await writeSendRate(table, 100);
  await leaseOf(pacer, 1);
  expect(await pacer.ratePerSecond()).toBe(100);
  expect((await leaseOf(pacer, 1)).intervalMs).toBe(10);
});

test('without a rate nothing is leased: the mail waits', async () => {
  const pacer = createPacer(table, 1, time.clock);
  await expect(leaseOf(pacer, 1)).rejects.toThrow(
    'the pacing table holds no send rate; deploy again',
  );
  await writeSendRate(table, 5);
  expect(await pacer.ratePerSecond()).toBe(5);
});

test('what does not fit takes no tokens: the next one that does is not pushed away', async () => {
  await writeSendRate(table, 1);
  const pacer = createPacer(table, 1, time.clock);
  const start = time.clock();
  const endBy = epochMs(start + 90_000);
  expect(await pacer.lease(80, endBy)).toMatchObject({ kind: 'leased', startMs: start });
  for (let tries = 0; tries < 20; tries += 1)
    expect(await pacer.lease(50, endBy)).toEqual({ kind: 'too-far', aheadMs: 80_000 });
  expect(await pacer.lease(10, endBy)).toMatchObject({ kind: 'leased', startMs: start + 80_000 });
  expect(await pacer.lease(1, endBy)).toEqual({ kind: 'too-far', aheadMs: 90_000 });
});

test('a lease that is longer than the time left is refused even when nobody is ahead', async () => {
  await writeSendRate(table, 1);
  const pacer = createPacer(table, 1, time.clock);
  expect(await pacer.lease(20, epochMs(time.clock() + 10_000))).toEqual({
    kind: 'too-far',
    aheadMs: 0,
  });
});
