import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptSize,
  bulkSize,
  departures,
  environmentsFor,
  mailIntervalMs,
  placeOf,
  throttlePenalty,
} from '../../domain/pacing.ts';

test('mails of a lease leave at even distances from its start', () => {
  expect(departures({ startMs: 1000, intervalMs: 100 }, 4)).toEqual([1000, 1100, 1200, 1300]);
  expect(departures({ startMs: 1000, intervalMs: 100 }, 0)).toEqual([]);
});

test('mails that leave together leave at the time of the first, and take no more of the rate', () => {
  const lease = { startMs: 1000, intervalMs: 100 };
  expect(departures(lease, 7, 3)).toEqual([1000, 1000, 1000, 1300, 1300, 1300, 1600]);
});

test.each([
  [1, 1],
  [14, 7],
  [100, 50],
  [5000, 50],
])('at %s a second a bulk call takes %s', (rate, size) => expect(bulkSize(rate)).toBe(size));

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
  ['transactional', 1, 2],
  ['transactional', 0.5, 1],
  ['transactional', 0.01, 1],
  ['transactional', 4.9, 9],
  ['transactional', 14, 28],
  ['transactional', 25, 50],
  ['transactional', 10_000, 50],
  ['marketing', 1, 1],
  ['marketing', 14, 7],
  ['marketing', 100, 50],
  ['marketing', 10_000, 50],
] as const)('a %s attempt at %d a second takes %d recipients', (lane, rate, size) =>
  expect(attemptSize(lane, rate, 50)).toBe(size),
);

/** Of the least that used 97 % of the rate in simulation; 100 was tried with five, three are enough. */
test.each([
  [14, 10, 2],
  [100, 10, 3],
  [1000, 10, 19],
  [1000, 50, 5],
  [1000, 100, 3],
  [1, 1, 2],
])(
  'a rate of %d a second, %d recipients an invocation, takes %d environments',
  (rate, count, many) => expect(environmentsFor(rate, count)).toBe(many),
);

test.each([
  ['transactional', { m: 0, t: 0 }, 'at once', 1000],
  ['transactional', { m: 5000, t: 999 }, 'at once', 1000],
  ['transactional', { m: 5000, t: 1500 }, 'behind others', 1500],
  ['marketing', { m: 999, t: 999 }, 'at once', 1000],
  ['marketing', { m: 5000, t: 1500 }, 'behind others', 5000],
  ['marketing', { m: 1000, t: 0 }, 'behind others', 1000],
  ['marketing', { m: 900, t: 1500 }, 'behind transactional', 1500],
  ['marketing', { m: 1400, t: 1500 }, 'behind transactional', 1500],
] as const)('%s mail with cursors at %o begins %s', (lane, cursors, place, startMs) =>
  expect(placeOf(lane, cursors, 1000)).toEqual({ place, startMs }),
);

test('a penalty takes ten mails or two seconds, and never more than half of the rate', () => {
  expect(throttlePenalty(100)).toEqual({ pushMs: 1000, everyMs: 2000 });
  expect(throttlePenalty(1000)).toEqual({ pushMs: 2000, everyMs: 4000 });
});
