import { expect, test } from 'vitest';
import { compileSchedule } from '../../local/emulators/events/schedule-expression.ts';

function next(expression: string, after: string): string | undefined {
  const instantMs = compileSchedule(expression)(Date.parse(after));
  return instantMs === undefined ? undefined : new Date(instantMs).toISOString();
}

test.each([
  ['rate(5 minutes)', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00.000Z'],
  ['rate(1 day)', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
  ['cron(0/15 * * * ? *)', '2026-01-01T00:16:30Z', '2026-01-01T00:30:00.000Z'],
  ['cron(0 9 * * ? *)', '2026-01-01T09:00:00Z', '2026-01-02T09:00:00.000Z'],
  ['cron(0 9 ? * MON-FRI *)', '2026-01-02T10:00:00Z', '2026-01-05T09:00:00.000Z'],
  ['cron(0 9 ? * 1 *)', '2026-01-02T10:00:00Z', '2026-01-04T09:00:00.000Z'],
  ['cron(30 23 31 * ? *)', '2026-01-31T23:30:00Z', '2026-03-31T23:30:00.000Z'],
  ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['cron(5,10 8-10/2 1 JAN,JUL ? 2027)', '2026-01-01T00:00:00Z', '2027-01-01T08:05:00.000Z'],
  ['cron(5,10 8-10/2 1 JAN,JUL ? 2027)', '2027-01-01T10:10:00Z', '2027-07-01T08:05:00.000Z'],
  ['cron(0 0 1 1 ? 2020)', '2026-01-01T00:00:00Z', undefined],
  ['at(2026-05-01T12:00:00)', '2026-01-01T00:00:00Z', '2026-05-01T12:00:00.000Z'],
  ['at(2026-05-01T12:00:00)', '2026-05-01T12:00:00Z', undefined],
])('%s after %s', (expression, after, expected) => {
  expect(next(expression, after)).toBe(expected);
});

test.each([
  ['every 5 minutes', 'allowed are rate(5 minutes)'],
  ['rate(0 minutes)', 'whole number of minutes, hours or days'],
  ['rate(5 seconds)', 'whole number of minutes, hours or days'],
  ['cron(0 9 * * *)', 'got 5 fields'],
  ['cron(0 9 * * * *)', 'exactly one of day-of-month'],
  ['cron(0 9 ? * ? *)', 'exactly one of day-of-month'],
  ['cron(60 9 * * ? *)', 'cron field minutes got 60'],
  ['cron(0 9 L * ? *)', 'L, W and # are not supported'],
  ['cron(0 9 ? * FRI-MON *)', 'rising ranges'],
  ['at(tomorrow)', 'allowed is yyyy-mm-ddThh:mm:ss'],
])('%s is refused', (expression, message) => {
  expect(() => compileSchedule(expression)).toThrow(message);
});
