import { expect, test } from 'vitest';
import { environmentsFor } from '../../domain/pacing.ts';
import { type PacingOptions, runPacing } from '../../simulation/pacing-run.ts';

const messages: PacingOptions = {
  seed: 1,
  load: 'messages',
  ratePerSecond: 100,
  environments: environmentsFor(100, 10),
  burstSeconds: 1,
  warmUpSeconds: 2,
  seconds: 5,
};

test('the environments of the template use the rate, and SES throttles nothing', async () => {
  const report = await runPacing(messages);
  expect(report.used).toBeGreaterThan(0.95);
  expect(report.throttled).toBe(0);
  expect(report.leaseWritesPerMail).toBeLessThan(0.15);
});

test('batch requests use the rate with fewer writes', async () => {
  const environments = environmentsFor(100, 50);
  const report = await runPacing({ ...messages, load: 'batches', environments });
  expect(report.used).toBeGreaterThan(0.95);
  expect(report.throttled).toBe(0);
  expect(report.leaseWritesPerMail).toBeLessThan(0.03);
});

test('what is measured can fall short: one environment less leaves some of the rate unused', async () => {
  const report = await runPacing({ ...messages, environments: messages.environments - 1 });
  expect(report.used).toBeLessThan(0.9);
});

test('a rate that is lower than SES says is found by its throttles', async () => {
  const report = await runPacing({ ...messages, realShare: 0.9, burstSeconds: 0.5 });
  expect(report.throttled).toBeGreaterThan(0);
  expect(report.throttled).toBeLessThan(0.03);
  expect(report.used).toBeGreaterThan(0.95);
});
