import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeFailure } from '../../adapters/failure.ts';
import { type Table, toItem } from '../../adapters/items.ts';
import { createPacer, type Pacer, writeSendRate } from '../../adapters/pacing-store.ts';
import { pacingKeys } from '../../contract/table-keys.ts';
import type { Lane } from '../../domain/pacing.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();
let client: DynamoDBClient;
let table: Table;
let time: VirtualTime;
let calls: string[];

beforeAll(async () => {
  client = watched(dynamo.connect());
});
beforeEach(async () => {
  await renew();
});

async function renew() {
  calls = [];
  table = (await dynamo.createTables(client)).pacing;
  time = createVirtualTime();
}

/** Notes every call of a client by its command's name. */
function watched(of: DynamoDBClient): DynamoDBClient {
  of.middlewareStack.add(
    (next, context) => (args) => {
      calls.push(String(context['commandName']));
      return next(args);
    },
    { step: 'initialize' },
  );
  return of;
}

const forEver = epochMs(Number.MAX_SAFE_INTEGER);

function pacerOf(lane: Lane, headroom = 1): Pacer {
  return createPacer(table, { lane, headroom }, time.clock);
}

/** Leases with all the time in the world. */
async function leaseOf(pacer: Pacer, count: number) {
  return known(await pacer.lease(count, forEver));
}

function known(lease: Awaited<ReturnType<Pacer['lease']>>) {
  if (lease.kind !== 'leased') throw new Error('no lease');
  const { startMs, intervalMs } = lease;
  return { startMs, intervalMs };
}

/** Calls of one piece of work, by name. */
async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  calls = [];
  await work();
  return calls;
}

describe.each(['transactional', 'marketing'] as const)('the %s lane alone', (lane) => {
  test('leases at once when idle and behind the last lease when busy', async () => {
    await writeSendRate(table, 10);
    const pacer = pacerOf(lane);
    const start = time.clock();
    expect(await leaseOf(pacer, 5)).toEqual({ startMs: start, intervalMs: 100 });
    expect(await leaseOf(pacer, 5)).toEqual({ startMs: start + 500, intervalMs: 100 });
    time.advance(10_000);
    expect(await leaseOf(pacer, 1)).toEqual({ startMs: start + 10_000, intervalMs: 100 });
  });

  test('gives twelve environments at once leases that neither overlap nor leave gaps', async () => {
    await writeSendRate(table, 50);
    const start = time.clock();
    const counts = Array.from({ length: 12 }, (_, index) => index + 1);
    const leases = await Promise.all(
      counts.map(async (count) => {
        const { startMs, intervalMs } = await leaseOf(pacerOf(lane), count);
        return { startMs, endMs: startMs + count * intervalMs };
      }),
    );
    const ordered = leases.toSorted((a, b) => a.startMs - b.startMs);
    expect(ordered[0]?.startMs).toBe(start);
    for (const [index, { endMs }] of ordered.slice(0, -1).entries())
      expect(ordered[index + 1]?.startMs).toBeCloseTo(endMs, 3);
  });

  test('takes no tokens for what does not fit: the next one that does is not pushed away', async () => {
    await writeSendRate(table, 1);
    const pacer = pacerOf(lane);
    const start = time.clock();
    const endBy = epochMs(start + 90_000);
    expect(await pacer.lease(80, endBy)).toMatchObject({ kind: 'leased', startMs: start });
    for (let tries = 0; tries < 20; tries += 1)
      expect(await pacerOf(lane).lease(50, endBy)).toEqual({ kind: 'too-far', aheadMs: 80_000 });
    expect(await pacer.lease(10, endBy)).toMatchObject({ kind: 'leased', startMs: start + 80_000 });
    expect(await pacer.lease(1, endBy)).toEqual({ kind: 'too-far', aheadMs: 90_000 });
  });

  test('costs one write a lease when idle', async () => {
    await writeSendRate(table, 10);
    const pacer = pacerOf(lane);
    await leaseOf(pacer, 1);
    for (const idleMs of [100.5, 2000, 3_600_000]) {
      time.advance(idleMs);
      expect(await callsOf(() => leaseOf(pacer, 1))).toEqual(['UpdateItemCommand']);
    }
  });

  test('costs one write a lease under backlog, although each environment comes when its own lease is over', async () => {
    await writeSendRate(table, 100);
    const pacers = [pacerOf(lane), pacerOf(lane), pacerOf(lane)];
    const due = await Promise.all(pacers.map((pacer) => leaseOf(pacer, 10)));
    const ends = due.map(({ startMs }) => startMs + 130);
    const rounds = async (count: number) => {
      for (let round = 0; round < count; round += 1) {
        const next = ends.indexOf(Math.min(...ends));
        time.advanceTo(ends[next] ?? 0);
        const pacer = pacers[next];
        if (pacer) ends[next] = (await leaseOf(pacer, 10)).startMs + 130;
      }
    };
    await rounds(3);
    const spent = await callsOf(() => rounds(30));
    expect(spent).toEqual(Array.from({ length: 30 }, () => 'UpdateItemCommand'));
  });
});

test('transactional mail leaves at once during a blast, and the blast makes room for it', async () => {
  await writeSendRate(table, 10);
  const start = time.clock();
  const blast = pacerOf('marketing');
  expect((await leaseOf(blast, 50)).startMs).toBe(start);
  const urgent = pacerOf('transactional');
  expect((await leaseOf(urgent, 3)).startMs).toBe(start);
  expect((await leaseOf(urgent, 2)).startMs).toBe(start + 300);
  expect((await leaseOf(blast, 1)).startMs).toBe(start + 5500);
});

test('marketing begins behind transactional mail that came after an idle hour', async () => {
  await writeSendRate(table, 10);
  const blast = pacerOf('marketing');
  await leaseOf(blast, 1);
  time.advance(3_600_000);
  const now = time.clock();
  expect((await leaseOf(pacerOf('transactional'), 20)).startMs).toBe(now);
  expect((await leaseOf(blast, 5)).startMs).toBe(now + 2000);
  expect((await leaseOf(blast, 5)).startMs).toBe(now + 2500);
});

test('an environment that expects its own backlog still sees transactional mail ahead of it', async () => {
  await writeSendRate(table, 10);
  const blast = pacerOf('marketing');
  const start = time.clock();
  await leaseOf(blast, 1);
  await leaseOf(blast, 1);
  time.advance(250);
  await leaseOf(pacerOf('transactional'), 20);
  expect((await leaseOf(blast, 1)).startMs).toBe(start + 2250);
});

test('a new rate reaches a running environment with its next lease but one', async () => {
  await writeSendRate(table, 1);
  const pacer = pacerOf('marketing');
  expect((await leaseOf(pacer, 1)).intervalMs).toBe(1000);
  await writeSendRate(table, 100);
  await leaseOf(pacer, 1);
  expect(await pacer.ratePerSecond()).toBe(100);
  expect((await leaseOf(pacer, 1)).intervalMs).toBe(10);
});

test('without a rate nothing is leased: the mail waits', async () => {
  const pacer = pacerOf('transactional');
  await expect(leaseOf(pacer, 1)).rejects.toThrow(
    'the pacing table holds no send rate; deploy again',
  );
  await writeSendRate(table, 5);
  expect(await pacer.ratePerSecond()).toBe(5);
});

test('a cursor that somebody mended is believed by environments that saw it too far away', async () => {
  await writeSendRate(table, 1);
  const pacer = pacerOf('marketing');
  await leaseOf(pacer, 1000);
  const endBy = epochMs(time.clock() + 90_000);
  expect(await pacer.lease(1, endBy)).toEqual({ kind: 'too-far', aheadMs: 1_000_000 });
  await client.send(
    new UpdateItemCommand({
      TableName: table.name,
      Key: toItem(pacingKeys.account),
      UpdateExpression: 'REMOVE m',
    }),
  );
  expect(await pacer.lease(1, endBy)).toMatchObject({ kind: 'leased', startMs: time.clock() });
});

test('a lease that is longer than the time left is refused even when nobody is ahead', async () => {
  await writeSendRate(table, 1);
  expect(await pacerOf('marketing').lease(20, epochMs(time.clock() + 10_000))).toEqual({
    kind: 'too-far',
    aheadMs: 0,
  });
});

describe('a throttled mail', () => {
  test('leaves when its new lease begins, and the account pauses for ten mails after it', async () => {
    await writeSendRate(table, 10);
    const start = time.clock();
    const pacer = pacerOf('transactional');
    await leaseOf(pacer, 5);
    expect(known(await pacer.leaseThrottled(forEver)).startMs).toBe(start + 500);
    expect((await leaseOf(pacer, 1)).startMs).toBe(start + 1600);
    // Marketing pays for what transactional mail found out.
    expect((await leaseOf(pacerOf('marketing'), 1)).startMs).toBe(start + 1700);
  });

  test('pays for all that are throttled with it, in its environment and in others', async () => {
    await writeSendRate(table, 10);
    const start = time.clock();
    const pacers = [pacerOf('marketing'), pacerOf('marketing')];
    const again = await Promise.all(
      pacers.flatMap((pacer) =>
        Array.from({ length: 25 }, () => pacer.leaseThrottled(forEver).then(known)),
      ),
    );
    // Fifty mails of 100 ms and one penalty of ten.
    expect(Math.max(...again.map(({ startMs }) => startMs))).toBeLessThanOrEqual(start + 5900);
    expect((await leaseOf(pacerOf('marketing'), 1)).startMs).toBe(start + 6000);
  });

  test('costs one write, however many are throttled with it', async () => {
    await writeSendRate(table, 10);
    const pacer = pacerOf('marketing');
    await leaseOf(pacer, 25);
    const all = Array.from({ length: 25 }, () => pacer.leaseThrottled);
    const spent = await callsOf(() => Promise.all(all.map((again) => again(forEver))));
    expect(spent).toEqual(Array.from({ length: 25 }, () => 'UpdateItemCommand'));
  });

  test('pays again when twice the penalty is over: half of the rate stays, whatever is throttled', async () => {
    await writeSendRate(table, 10);
    const start = time.clock();
    const pacer = pacerOf('marketing');
    let leased = 0;
    while (time.clock() < start + 60_000) {
      const { startMs } = known(await pacer.leaseThrottled(forEver));
      leased += 1;
      time.advanceTo(startMs);
    }
    expect(leased).toBeGreaterThanOrEqual(290);
    expect(leased).toBeLessThan(350);
  });

  test('of a slow account pays two seconds, not ten', async () => {
    await writeSendRate(table, 1);
    const start = time.clock();
    const pacer = pacerOf('marketing');
    await pacer.leaseThrottled(forEver);
    expect((await leaseOf(pacer, 1)).startMs).toBe(start + 3000);
  });

  test('that would be too late takes no tokens and no penalty', async () => {
    await writeSendRate(table, 10);
    const start = time.clock();
    const pacer = pacerOf('marketing');
    await leaseOf(pacer, 50);
    const endBy = epochMs(start + 1000);
    expect(await pacer.leaseThrottled(endBy)).toEqual({ kind: 'too-far', aheadMs: 5000 });
    expect((await leaseOf(pacer, 1)).startMs).toBe(start + 5000);
  });
});

test('where the store tells on what a condition failed, a wrong guess is one write more and no read', async () => {
  await writeSendRate(table, 10);
  const start = time.clock();
  const [one, other] = [pacerOf('transactional'), pacerOf('transactional')];
  await leaseOf(one, 1);
  time.advance(1000);
  await leaseOf(other, 50);
  expect(await callsOf(() => leaseOf(one, 1))).toEqual(['UpdateItemCommand', 'UpdateItemCommand']);
  const endBy = epochMs(start + 2000);
  const late = pacerOf('marketing');
  await late.ratePerSecond();
  await leaseOf(one, 1);
  expect(await late.lease(1, endBy)).toEqual({ kind: 'too-far', aheadMs: 5200 });
});

type Grant = {
  readonly lane: Lane;
  readonly at: number;
  readonly from: number;
  readonly to: number;
};

test('law: many environments on both lanes never lease more than the rate and what was outstanding', async () => {
  const step = fc.record({
    environment: fc.nat(5),
    count: fc.integer({ min: 1, max: 20 }),
    passMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 }), fc.constant(5000)),
    patienceMs: fc.constantFrom(500, 2000, 60_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await renew();
      await writeSendRate(table, 20);
      const pacers = Array.from({ length: 6 }, (_, index) => ({
        lane: index < 3 ? ('transactional' as const) : ('marketing' as const),
        pacer: pacerOf(index < 3 ? 'transactional' : 'marketing'),
      }));
      const grants: Grant[] = [];
      for (const { environment, count, passMs, patienceMs } of steps) {
        time.advance(passMs);
        const one = pacers[environment];
        if (!one) continue;
        const now = time.clock();
        const lease = await one.pacer.lease(count, epochMs(now + patienceMs));
        const begin = expectedStart(grants, one.lane, now);
        const span = count * 50;
        if (lease.kind === 'too-far') expect(begin + span).toBeGreaterThan(now + patienceMs);
        else {
          expect(lease.startMs).toBeCloseTo(begin, 2);
          grants.push({ lane: one.lane, at: now, from: begin, to: begin + span });
        }
      }
      expectNoMoreThanOutstanding(grants);
    }),
    { numRuns: 15 },
  );
});

/**
 * What both lanes promise: a transactional lease begins at once or behind transactional ones alone, a
 * marketing lease when all that was leased before it is used up.
 */
function expectedStart(grants: readonly Grant[], lane: Lane, now: EpochMs): number {
  let end = 0;
  for (const { lane: of, at, from, to } of grants) {
    if (lane === 'transactional') end = of === lane ? Math.max(end, to) : end;
    else end = Math.max(end, at) + (to - from);
  }
  return Math.max(now, end);
}

/**
 * In any span of time: the rate, and what transactional mail took while a marketing lease that had been
 * given waited for its turn.
 */
function expectNoMoreThanOutstanding(grants: readonly Grant[]): void {
  const ahead = grants.flatMap(({ lane, at, to }) => (lane === 'marketing' ? [to - at] : []));
  const most = Math.max(0, ...ahead);
  const edges = grants.flatMap(({ from, to }) => [from, to]);
  for (const begin of edges)
    for (const end of edges.filter((edge) => edge > begin)) {
      const used = grants.reduce(
        (sum, { from, to }) => sum + Math.max(0, Math.min(to, end) - Math.max(from, begin)),
        0,
      );
      expect(used).toBeLessThanOrEqual(end - begin + most + 1);
    }
}

test('a cursor that others move each time makes the mail wait, and calls nobody', async () => {
  await writeSendRate(table, 5);
  const crowded = dynamo.connect();
  crowded.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'UpdateItemCommand') return next(args);
        throw new ConditionalCheckFailedException({ message: 'moved', $metadata: {} });
      },
    { step: 'initialize' },
  );
  const others = { ...table, dynamo: crowded };
  const pacer = createPacer(others, { lane: 'marketing', headroom: 1 }, time.clock);
  const error: unknown = await leaseOf(pacer, 1).catch((one: unknown) => one);
  expect(String(error)).toMatch('other leases moved the pacing cursor 20 times');
  expect(judgeStoreFailure(describeFailure(error))).toBe('busy');
});
