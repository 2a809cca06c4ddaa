import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs } from '../../world/instants.ts';
import { worldParameters } from '../../world/parameters.ts';
import { acquaint, advance, newStanding, reputationOf, roomOf } from '../../world/standing.ts';
import { dawn } from '../support/worlds.ts';

const { common, providers } = worldParameters;

describe('reputation', () => {
  test('is neutral for a stranger, and good after weeks of clean mail', () => {
    const standing = newStanding(dawn);
    expect(reputationOf(standing, common)).toBe(0.5);
    for (let day = 1; day <= 30; day += 1) {
      standing.volume = 1_000;
      advance(standing, dawn + day * dayMs, common);
    }
    expect(reputationOf(standing, common)).toBeGreaterThan(0.9);
  });

  test('is the same for who is introduced as for who sent as much for weeks', () => {
    const standing = newStanding(dawn);
    acquaint(standing, common, { mailsPerDay: 5_000 });
    const before = reputationOf(standing, common);
    for (let day = 1; day <= 20; day += 1) {
      standing.volume = 5_000;
      advance(standing, dawn + day * dayMs, common);
    }
    expect(reputationOf(standing, common)).toBeCloseTo(before, 6);
  });

  test('never falls by less of what is bad, and what is bad counts the same day', async () => {
    const bad = fc.record({
      complaints: fc.nat(100),
      unknown: fc.nat(1_000),
      traps: fc.nat(5),
    });
    await fc.assert(
      fc.property(bad, bad, (a, b) => {
        const one = { ...newStanding(dawn), volume: 5_000, ...a };
        const more = {
          ...one,
          complaints: a.complaints + b.complaints,
          unknown: a.unknown + b.unknown,
          traps: a.traps + b.traps,
        };
        expect(reputationOf(more, common)).toBeLessThanOrEqual(reputationOf(one, common));
      }),
    );
  });

  test('comes back to neutral when nothing is sent: a tenth of the logit is left after 30 days', () => {
    const standing = newStanding(dawn);
    standing.logit = -3;
    advance(standing, dawn + 30 * dayMs, common);
    expect(standing.logit / -3).toBeCloseTo(0.93 ** 30, 6);
    expect(reputationOf(standing, common)).toBeGreaterThan(0.4);
  });

  test('comes back faster with clean mail', () => {
    const clean = { ...newStanding(dawn), logit: -2 };
    for (let day = 1; day <= 7; day += 1) {
      clean.volume = 1_000;
      advance(clean, dawn + day * dayMs, common);
    }
    expect(reputationOf(clean, common)).toBeGreaterThan(0.5);
  });

  test('one complaint among a hundred mails says little', () => {
    const standing = { ...newStanding(dawn), volume: 100, complaints: 1 };
    expect(reputationOf(standing, common)).toBeGreaterThan(0.45);
  });
});

describe('the cap', () => {
  const { gmail = providers.other } = providers;

  test('grows from the cold one with what was taken, and is forgotten in a month', () => {
    const standing = newStanding(dawn);
    expect(roomOf(standing, gmail)).toBe(125);
    acquaint(standing, common, { mailsPerDay: 10_000, mailsPerHour: 10_000 });
    expect(roomOf(standing, gmail)).toBe(20_000);
    standing.volume = 19_000;
    expect(roomOf(standing, gmail)).toBe(1_000);
    advance(standing, dawn + 60 * dayMs, common);
    expect(roomOf(standing, gmail)).toBeLessThan(1_000);
  });
});
