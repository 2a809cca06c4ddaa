/** Whose mail is late is told in percent, from what an environment has met in the last minutes. */
import { expect, test, vi } from 'vitest';
import { metrics } from '../../contract/metrics.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { createLateMail } from '../../lambdas/dispatch/late-mail.ts';
import { createTally } from '../../lambdas/dispatch/tally.ts';

function createWorld() {
  const time = { now: Date.parse('2026-03-02T12:00:00Z') };
  return { time, late: createLateMail(() => epochMs(time.now)) };
}

test('the tenant with most of the late mail is told with its share', () => {
  const { late } = createWorld();
  for (let index = 0; index < 30; index += 1) late.note({ tenant: 'acme', recipients: 5 }, 120);
  for (let index = 0; index < 50; index += 1) late.note({ tenant: 'bolt', recipients: 1 }, 120);
  expect(late.greatest()).toEqual({ tenant: 'acme', percent: 75 });
});

test('mail that is not late, or little of it, says nothing', () => {
  const { late } = createWorld();
  late.note({ tenant: 'acme', recipients: 10_000 }, 59);
  late.note({ tenant: 'bolt', recipients: 99 }, 600);
  expect(late.greatest()).toBeUndefined();
});

test('what was late is forgotten after five minutes', () => {
  const { time, late } = createWorld();
  late.note({ tenant: 'acme', recipients: 1_000 }, 120);
  time.now += 4 * minuteMs;
  expect(late.greatest()?.tenant).toBe('acme');
  time.now += 2 * minuteMs;
  expect(late.greatest()).toBeUndefined();
});

test('the share is a metric of the stream, whose it is a line, and what lacks room counts for the deployment', () => {
  const { late } = createWorld();
  late.note({ tenant: 'acme', recipients: 100 }, 120);
  const written = vi.spyOn(console, 'log').mockImplementation(() => {});
  const tally = createTally({ DEPLOYMENT: 'test', STREAM: 'news' }, () => epochMs(0), late);
  tally.count(metrics.noRoom, 3);
  tally.failure(new Error('a table is away'));
  tally.write();
  const lines = written.mock.calls.flat().map((line) => JSON.parse(String(line)));
  written.mockRestore();
  expect(lines).toContainEqual(
    expect.objectContaining({ Deployment: 'test', Stream: 'news', GreatestTenantInPercent: 100 }),
  );
  expect(lines).toContainEqual({
    code: 'dispatch.late',
    stream: 'news',
    tenant: 'acme',
    percent: 100,
  });
  const whole = lines.find((line) => 'NoRoom' in line);
  expect(whole).toMatchObject({ Deployment: 'test', NoRoom: 3, StoreFailures: 1 });
  expect(whole).not.toHaveProperty('Stream');
});
