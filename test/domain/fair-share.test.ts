import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addToWindow,
  type Demand,
  emptyWindow,
  findBeyondShare,
  isBacklog,
  type ShareWindow,
  shareWindowSeconds,
  tenantAllowance,
} from '../../domain/fair-share.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';

const start = epochMs(Date.parse('2026-03-01T09:00:00Z'));

type Batch = { readonly afterMs: number; readonly demands: readonly Demand[] };

const demand = fc.record({
  tenant: fc.constantFrom('loud', 'other', 'quiet'),
  recipients: fc.integer({ min: 1, max: 50 }),
});
const batches: fc.Arbitrary<readonly Batch[]> = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 4000 }),
    demands: fc.array(demand, { minLength: 1, maxLength: 10 }),
  }),
  { maxLength: 40 },
);
const allowances = fc.integer({ min: 1, max: 300 });

type Seen = Demand & { readonly at: EpochMs; readonly beyond: boolean };

/** One environment under backlog, batch after batch; returns every message with what was decided. */
function run(given: readonly Batch[], allowance: number): readonly Seen[] {
  let now = start;
  let window: ShareWindow = emptyWindow;
  return given.flatMap(({ afterMs, demands }) => {
    now = epochMs(now + afterMs);
    const beyond = findBeyondShare(window, demands, { now, allowance });
    const seen = demands.map((one, index) => ({ ...one, at: now, beyond: beyond[index] === true }));
    window = addToWindow(
      window,
      seen.filter((one) => !one.beyond),
      now,
    );
    return seen;
  });
}

test('within any window a tenant keeps no more than its share and the message that fills it', () => {
  fc.assert(
    fc.property(batches, allowances, (given, allowance) => {
      const kept = run(given, allowance).filter(({ beyond }) => !beyond);
      for (const { tenant, at } of kept) {
        const within = kept.filter(
          (one) =>
            one.tenant === tenant &&
            one.at <= at &&
            Math.floor(one.at / secondMs) > Math.floor(at / secondMs) - shareWindowSeconds,
        );
        const sum = within.reduce((total, { recipients }) => total + recipients, 0);
        expect(sum).toBeLessThan(allowance + 50);
      }
    }),
  );
});

test('a tenant within its share is never moved, whatever the others do', () => {
  fc.assert(
    fc.property(batches, allowances, (given, allowance) => {
      const seen = run(given, allowance);
      const asked = (tenant: string) =>
        seen.filter((one) => one.tenant === tenant).reduce((sum, one) => sum + one.recipients, 0);
      for (const { tenant } of seen.filter(({ beyond }) => beyond))
        expect(asked(tenant)).toBeGreaterThan(allowance);
    }),
  );
});

test('what others send changes nothing about a tenant', () => {
  fc.assert(
    fc.property(batches, allowances, (given, allowance) => {
      const alone = given.map((one) => ({
        ...one,
        demands: one.demands.filter(({ tenant }) => tenant === 'loud'),
      }));
      const loud = run(given, allowance).filter(({ tenant }) => tenant === 'loud');
      expect(loud).toEqual(run(alone, allowance));
    }),
  );
});

test('a share is never so small that a tenant is sent nothing', () => {
  const batch = [{ tenant: 'a', recipients: 50 }];
  expect(findBeyondShare(emptyWindow, batch, { now: start, allowance: 0.1 })).toEqual([false]);
});

test('the window forgets what is ten seconds old, and keeps nothing of it', () => {
  let window = addToWindow(emptyWindow, [{ tenant: 'a', recipients: 10 }], start);
  const one = [{ tenant: 'a', recipients: 1 }];
  const at = (ms: number) => epochMs(start + ms);
  const beyond = (ms: number) => findBeyondShare(window, one, { now: at(ms), allowance: 10 });
  expect(beyond(9_999)).toEqual([true]);
  expect(beyond(10_000)).toEqual([false]);
  window = addToWindow(window, one, at(10_000));
  expect(window.size).toBe(1);
});

test("a tenant's share is its part of what one environment can send in ten seconds", () => {
  const stream = { share: 0.5, ratePerSecond: 100, headroom: 0.97, environments: 4 };
  expect(tenantAllowance(stream)).toBeCloseTo((0.5 * 970) / 4);
});

test('the queue is behind when mail has been due for more than two seconds', () => {
  const due = (agoMs: number) => epochMs(start - agoMs);
  expect(isBacklog([], start, 10_000)).toBe(false);
  expect(isBacklog([due(2000), due(10)], start, 0)).toBe(false);
  expect(isBacklog([due(10), due(2001)], start, 0)).toBe(true);
});

test('it will be when a batch takes longer than that to send', () => {
  expect(isBacklog([start], start, 2000)).toBe(false);
  expect(isBacklog([start], start, 2001)).toBe(true);
});

test("a tenant's first batch request is within its share however large it is, and then it is full", () => {
  const demand = (recipients: number) => ({ tenant: 'a', recipients });
  const beyond = (demands: readonly ReturnType<typeof demand>[]) =>
    findBeyondShare(emptyWindow, demands, { now: start, allowance: 80 });
  expect(beyond([demand(500), demand(1)])).toEqual([false, true]);
  expect(beyond([demand(50), demand(50), demand(30)])).toEqual([false, true, false]);
});
