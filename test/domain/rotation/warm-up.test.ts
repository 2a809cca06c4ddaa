import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Warmth } from '../../../domain/rotation/model.ts';
import {
  capsOf,
  closeDay,
  coldWarmth,
  nextCaps,
  shrunk,
} from '../../../domain/rotation/warm-up.ts';
import { dayMs, epochMs } from '../../../domain/time.ts';
import { ago, now } from '../../support/rotation.ts';

const gmail = { provider: 'gmail', ipCount: 1 };

/** Lives through days on which `share` of the cap is sent, and returns the cap of each. */
function live(days: number, share: number, place = gmail): readonly number[] {
  let warmth: Warmth = coldWarmth(place);
  return Array.from({ length: days }, () => {
    const cap = warmth.dayCap;
    const sent = { ...warmth, sentToday: Math.floor(cap * share), lastSentAt: now };
    const closed = closeDay(sent, 'quiet');
    warmth = { ...closed, ...nextCaps(closed, { now, level: 'quiet', place }) };
    return cap;
  });
}

describe('the ladder', () => {
  test.each([
    ['gmail', 1, 50],
    ['microsoft', 2, 100],
    ['yahoo', 1, 30],
    ['apple', 1, 20],
    ['gmx', 1, 20],
    ['docomo', 3, 60],
  ])('begins at %s with %d addresses at %d a day', (provider, ipCount, cap) =>
    expect(coldWarmth({ provider, ipCount }).dayCap).toBe(cap),
  );

  test('grows by 1.4 a day while its cap is used: ten thousand a day within three weeks', () => {
    const caps = live(19, 1);
    expect(caps.slice(0, 5)).toEqual([50, 70, 98, 137, 192]);
    expect(caps.at(-1)).toBeGreaterThan(10_000);
  });

  test('stays where a day uses less than it allows, whatever is asked for', () => {
    expect(live(10, 0.5).every((cap) => cap === 50)).toBe(true);
  });

  test('gives an hour a tenth of the day', () => {
    expect(capsOf(5, [300], gmail)).toEqual({ step: 5, dayCap: 268, hourCap: 26 });
  });

  test('never allows more than one and a half times the best clean day of the last fourteen', () => {
    const days = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), days, (step, cleanDays) => {
        const best = Math.max(0, ...cleanDays.slice(-14));
        expect(capsOf(step, cleanDays, gmail).dayCap).toBeLessThanOrEqual(Math.max(50, 1.5 * best));
      }),
    );
  });

  test.each(['degrade', 'act'] as const)(
    'never rises at %s, and at act falls to half or less',
    (level) => {
      const state = fc.record({
        step: fc.integer({ min: 0, max: 40 }),
        dayCap: fc.integer({ min: 2, max: 1_000_000 }),
        sentToday: fc.integer({ min: 0, max: 1_000_000 }),
      });
      fc.assert(
        fc.property(state, (one) => {
          const warmth = { ...one, hourCap: 1, cleanDays: [one.dayCap], lastSentAt: now };
          const next = nextCaps(warmth, { now, level, place: gmail });
          expect(next.dayCap).toBeLessThanOrEqual(level === 'act' ? one.dayCap / 2 : one.dayCap);
          expect(next.step).toBeLessThanOrEqual(one.step);
        }),
      );
    },
  );

  test('climbs again from where trouble left it', () => {
    const warmth = { step: 10, dayCap: 1446, hourCap: 144, sentToday: 0, cleanDays: [1400] };
    const less = shrunk(warmth, gmail);
    expect(less.dayCap).toBeLessThanOrEqual(723);
    expect(capsOf(less.step + 1, [1400], gmail).dayCap).toBeLessThan(1446);
  });

  test.each([
    [7, 8, 'nothing is lost'],
    [8, 7, 'a step is lost'],
    [31, 0, 'all is lost'],
  ])('after %d idle days stands on step %d of 8: %s', (idle, step) => {
    const lastSentAt = epochMs(now - idle * dayMs);
    const warmth = {
      step: 8,
      dayCap: 737,
      hourCap: 73,
      sentToday: 0,
      cleanDays: [100],
      lastSentAt,
    };
    expect(nextCaps(warmth, { now, level: 'quiet', place: gmail }).step).toBe(step);
  });

  test('counts a day with trouble as none', () => {
    const warmth = { step: 3, dayCap: 137, hourCap: 13, sentToday: 130, cleanDays: [98] };
    expect(closeDay(warmth, 'degrade')).toMatchObject({ sentToday: 0, cleanDays: [98, 0] });
    expect(closeDay({ ...warmth, lastSentAt: ago(0) }, 'quiet').cleanDays).toEqual([98, 130]);
  });
});
