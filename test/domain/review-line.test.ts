/** The time that is left before SES reviews the account, whatever was sent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hoursToLine, reviewLines, volumeMailsMin } from '../../domain/review-line.ts';

const line = reviewLines.bounce;
/** A day's mail, with so many failures in a thousand. */
const day = (failedPerThousand: number) => ({ sent: 24_000, failed: 24 * failedPerThousand });
const hour = (failed: number) => ({ sent: 1_000, failed, hours: 1 });

describe('the time until a review', () => {
  test('is half of the volume’s time where the current rate is twice as far above as the past is below', () => {
    // A clean day, and 10 % now: half of the day's mail must be replaced before the mean is 5 %.
    const current = (100 - 2 * Math.sqrt(100)) / 1_000;
    expect(hoursToLine(line, day(0), hour(100))).toBeCloseTo((24 * line) / current, 6);
  });

  test('is over where the rate is at the line', () => {
    expect(hoursToLine(line, day(50), hour(0))).toBe(0);
  });

  test('never comes while the current rate is below the line', () => {
    expect(hoursToLine(line, day(49), hour(40))).toBeUndefined();
  });

  test('is not guessed from a few mails, nor from a few failures', () => {
    expect(hoursToLine(line, { sent: volumeMailsMin - 1, failed: 500 }, hour(500))).toBeUndefined();
    // Two complaints of a thousand are twice the line, and chance.
    expect(hoursToLine(reviewLines.complaint, day(0), hour(2))).toBeUndefined();
    expect(hoursToLine(reviewLines.complaint, day(0), hour(12))).toBeGreaterThan(0);
  });

  test('is unknown while nothing is sent', () => {
    expect(hoursToLine(line, day(10), { sent: 0, failed: 0, hours: 1 })).toBeUndefined();
  });

  const counts = fc.record({
    past: fc.integer({ min: 0, max: 49 }),
    failed: fc.integer({ min: 0, max: 1_000 }),
    more: fc.integer({ min: 0, max: 200 }),
  });
  const never = Number.POSITIVE_INFINITY;

  test('is never longer when more fails', () => {
    fc.assert(
      fc.property(counts, ({ past, failed, more }) => {
        const before = hoursToLine(line, day(past), hour(failed)) ?? never;
        const after = hoursToLine(line, day(past), hour(Math.min(1_000, failed + more))) ?? never;
        expect(after).toBeLessThanOrEqual(before);
        expect(after).toBeGreaterThan(0);
      }),
    );
  });

  test('is when the rate of the volume has come to the line, if each hour replaces an hour', () => {
    fc.assert(
      fc.property(counts, ({ past, failed }) => {
        const hours = hoursToLine(line, day(past), hour(failed));
        fc.pre(hours !== undefined);
        const replaced = hours / 24;
        const current = (failed - 2 * Math.sqrt(failed)) / 1_000;
        expect((1 - replaced) * (past / 1_000) + replaced * current).toBeCloseTo(line, 9);
      }),
    );
  });
});
