import { expect, test } from 'vitest';
import { type FloodOptions, runFlood } from '../../simulation/flood-run.ts';
import { runLatency } from '../../simulation/latency-run.ts';

const flood: FloodOptions = {
  seed: 1,
  flood: 'batches',
  requests: 1_000,
  order: 'fair',
  tenantShare: 0.5,
  ratePerSecond: 100,
  environments: 3,
  othersPerSecond: 5,
  seconds: 10,
};

test('transactional mail passes a marketing blast, and the rate is used', async () => {
  const report = await runLatency({
    seed: 1,
    ratePerSecond: 100,
    environments: { transactional: 3, marketing: 2 },
    perSecond: 5,
    warmUpSeconds: 2,
    seconds: 15,
  });
  expect(report.all.p50).toBeLessThan(110);
  expect(report.all.p99).toBeLessThan(300);
  expect(report.used).toBeGreaterThan(0.95);
});

test("one tenant's flood does not stand before others' mail in its stream", async () => {
  const report = await runFlood(flood);
  expect(report.waiting).toBe(0);
  expect(report.overtakenBy.p50).toBeLessThan(20);
  expect(report.others.p99).toBeLessThan(2_000);
});

test('without a share it does', async () => {
  const { tenantShare: _, ...unlimited } = flood;
  const report = await runFlood(unlimited);
  expect(report.overtakenBy.p50).toBeGreaterThan(100);
});

test('in plain order others wait until the flood is moved, not until it is sent', async () => {
  const report = await runFlood({ ...flood, requests: 2_000, order: 'plain' });
  expect(report.waiting).toBe(0);
  // Its hundred thousand mails take a quarter of an hour.
  expect(report.others.p99).toBeLessThan(6_000);
});

test('a tenant that floods a stream alone uses the rate from the overflow lane', async () => {
  const report = await runFlood({ ...flood, othersPerSecond: 0 });
  expect(report.used).toBeGreaterThan(0.95);
});

test.for(['held', 'send-at'] as const)('mail that waits (%s) slows nobody', async (kind) => {
  const report = await runFlood({ ...flood, flood: kind, requests: 5_000, seconds: 4 });
  // It stood before them to the end.
  expect(report.left).toBeGreaterThan(0);
  expect(report.waiting).toBe(0);
  expect(report.others.p99).toBeLessThan(500);
});
