import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomial, logNormal, seededDraw } from '../../world/dice.ts';

describe('a drawn count', () => {
  test('lies between none and all, whatever is asked', async () => {
    await fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (count, share, seed) => {
          const drawn = binomial(seededDraw(seed), count, share);
          return Number.isInteger(drawn) && drawn >= 0 && drawn <= count;
        },
      ),
    );
  });

  test.each([
    [6, 0.3],
    [200, 0.01],
    [200, 0.97],
    [200, 0.2],
    [100_000, 0.5],
  ])('of %d with chance %d has the mean and the spread of the distribution', (count, share) => {
    const draw = seededDraw(7);
    const times = 4_000;
    let sum = 0;
    let squares = 0;
    for (let time = 0; time < times; time += 1) {
      const drawn = binomial(draw, count, share);
      sum += drawn;
      squares += (drawn - count * share) ** 2;
    }
    const variance = count * share * (1 - share);
    // Five standard errors of the mean, and a tenth of the variance.
    expect(Math.abs(sum / times - count * share)).toBeLessThan(5 * Math.sqrt(variance / times));
    expect(Math.abs(squares / times / variance - 1)).toBeLessThan(0.13);
  });

  test('is certain where the chance is none or one', () => {
    expect(binomial(seededDraw(1), 1_000, 0)).toBe(0);
    expect(binomial(seededDraw(1), 1_000, 1)).toBe(1_000);
  });
});

test('half of the durations are below their median', () => {
  const draw = seededDraw(3);
  const below = Array.from({ length: 2_000 }, () => logNormal(draw, 60_000, 1.2)).filter(
    (ms) => ms < 60_000,
  ).length;
  expect(Math.abs(below - 1_000)).toBeLessThan(120);
});
