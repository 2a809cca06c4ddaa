import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attemptSize, departures, mailIntervalMs } from '../../domain/pacing.ts';

test('mails of a lease leave at even distances from its start', () => {
  expect(departures({ startMs: 1000, intervalMs: 100 }, 4)).toEqual([1000, 1100, 1200, 1300]);
  expect(departures({ startMs: 1000, intervalMs: 100 }, 0)).toEqual([]);
});

test('an hour of departures never exceeds the rate', () => {
  const rate = fc.double({ min: 0.5, max: 1000, noNaN: true });
  fc.assert(
    fc.property(rate, fc.double({ min: 0.5, max: 1, noNaN: true }), (ratePerSecond, headroom) => {
      const intervalMs = mailIntervalMs(ratePerSecond, headroom);
      expect(3_600_000 / intervalMs).toBeLessThanOrEqual(3600 * ratePerSecond * 1.000001);
    }),
  );
});

test.each([
  [1, 2],
  [0.5, 1],
  [0.01, 1],
  [4.9, 9],
  [14, 28],
  [25, 50],
  [10_000, 50],
])('at %d a second an attempt takes %d recipients', (rate, size) =>
  expect(attemptSize(rate, 50)).toBe(size),
);
