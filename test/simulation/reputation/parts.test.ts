import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diceFor } from '../../../simulation/dice.ts';
import { drawArrivals, drawParts } from '../../../simulation/reputation/draw-counts.ts';
import { buildFleet } from '../../../simulation/reputation/fleet.ts';
import { createTraffic } from '../../../simulation/reputation/traffic.ts';
import { smallScenario } from '../../support/scenarios.ts';

describe('drawn counts', () => {
  test('parts add up to the whole', () => {
    const cases = fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 8 }), fc.nat(1_000));
    fc.assert(
      fc.property(cases, ([count, parts, seed]) => {
        const divided = drawParts(diceFor(seed, 'parts'), count, parts);
        expect(divided.length).toBe(parts);
        expect(divided.reduce((sum, part) => sum + part, 0)).toBe(count);
      }),
    );
  });

  test.each([0.3, 12, 400])('arrivals have the mean %d', (mean) => {
    const draw = diceFor(1, 'arrivals');
    const draws = 4_000;
    let total = 0;
    for (let index = 0; index < draws; index += 1) total += drawArrivals(draw, mean);
    expect(Math.abs(total / draws - mean)).toBeLessThan(4 * Math.sqrt(mean / draws));
  });
});

describe('the mail of a fleet', () => {
  const scenario = smallScenario({
    events: [{ kind: 'spike', atMinute: 60, forMinutes: 60, tenant: 'shop', volumeFactor: 10 }],
  });

  test('is the same whether a minute passes at once or in parts', () => {
    const fleet = buildFleet(scenario, 4);
    const total = (parts: number) => {
      const traffic = createTraffic(fleet, scenario.events, 4);
      return Array.from({ length: 120 }, (_, minute) => traffic.minute(minute, parts).counts)
        .flat(2)
        .reduce((sum, count) => sum + count, 0);
    };
    expect(total(6)).toBe(total(1));
  });

  test('follows its events and returns to what it was', () => {
    const fleet = buildFleet(scenario, 4);
    const traffic = createTraffic(fleet, scenario.events, 4);
    const mailsOf = (from: number, until: number) => {
      let mails = 0;
      for (let minute = from; minute < until; minute += 1) {
        mails += traffic.minute(minute, 1).counts.reduce((sum, [count = 0]) => sum + count, 0);
      }
      return mails;
    };
    const before = mailsOf(0, 60);
    expect(mailsOf(60, 120)).toBeGreaterThan(5 * before);
    expect(mailsOf(120, 180)).toBeLessThan(2 * before);
  });
});
