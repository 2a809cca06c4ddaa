import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bucket } from '../../../domain/evidence/model.ts';
import { scoreOf } from '../../../domain/evidence/score.ts';
import { diceFor } from '../../../simulation/dice.ts';
import { atSecond } from '../../support/evidence-book.ts';

const bucketsOf = (counts: readonly (readonly [sent: number, failed: number])[]) =>
  counts.map(
    ([sent, failed], index): Bucket => ({ start: atSecond(index * 10), sent, failed, mature: 1 }),
  );
const lnOf = (counts: readonly (readonly [number, number])[], tolerated = 0.002) =>
  scoreOf(bucketsOf(counts), tolerated).lnMixture;

const anyCounts = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([sent, share]) => [sent, Math.floor(sent * share ** 6)] as const),
  { minLength: 1, maxLength: 30 },
);

test('it is the logarithm of the mean, over bad rates, of the sum over beginnings', () => {
  const rates = [0.2, 0.4, 0.5, 0.95];
  const term = (rate: number, sent: number, failed: number) =>
    Math.exp(failed * Math.log(rate / 0.1) - sent * (rate - 0.1));
  const sums = rates.map((rate) => term(rate, 7, 3) * (1 + term(rate, 20, 1)));
  const mean = sums.reduce((a, b) => a + b) / rates.length;
  const counts = [
    [20, 1],
    [7, 3],
  ] as const;
  expect(lnOf(counts, 0.1)).toBeCloseTo(Math.log(mean), 10);
});

test('a failure of a mail that should not fail is worth five to six', () => {
  expect(lnOf([[3, 3]]) - lnOf([[2, 2]])).toBeGreaterThan(5);
  expect(lnOf([[3, 3]]) - lnOf([[2, 2]])).toBeLessThan(6);
});

test('without mail there is no evidence', () => {
  expect(scoreOf([], 0.01)).toEqual({ lnMixture: Number.NEGATIVE_INFINITY });
});

test('the break is dated where the failures begin', () => {
  const { best } = scoreOf(bucketsOf([...Array(20).fill([100, 0]), [100, 9], [100, 11]]), 0.002);
  expect(best).toMatchObject({ start: atSecond(200), sent: 200, failed: 20 });
});

test('it adds up the same sum however large it is', () => {
  const small = lnOf(Array(10).fill([10, 3]));
  const large = lnOf(Array(1000).fill([10, 3]));
  expect(large / small).toBeGreaterThan(90);
  expect(Number.isFinite(large)).toBe(true);
});

test('more failures never lower the evidence', () => {
  fc.assert(
    fc.property(anyCounts, fc.nat(), (counts, at) => {
      const more = counts.map(
        ([sent, failed], index) =>
          [sent, index === at % counts.length ? Math.min(sent, failed + 1) : failed] as const,
      );
      expect(lnOf(more)).toBeGreaterThanOrEqual(lnOf(counts) - 1e-9);
    }),
  );
});

test('more clean mail never raises it; a new bucket adds one beginning at most', () => {
  fc.assert(
    fc.property(anyCounts, fc.nat(), fc.integer({ min: 1, max: 500 }), (counts, at, mails) => {
      const more = counts.map(
        ([sent, failed], index) =>
          [index === at % counts.length ? sent + mails : sent, failed] as const,
      );
      expect(lnOf(more)).toBeLessThanOrEqual(lnOf(counts) + 1e-9);
      const longer = lnOf([...counts, [mails, 0]]);
      expect(longer).toBeLessThanOrEqual(Math.log1p(Math.exp(lnOf(counts))) + 1e-9);
    }),
  );
});

test.each([
  [2, 0.02],
  [20, 0.02],
  [200, 0.001],
])(
  '%s mails a bucket at the tolerated rate %s raise an alarm in a hundred buckets at most once',
  (mails, rate) => {
    const draw = diceFor(4, `alarms ${mails}`);
    let alarms = 0;
    let looked = 0;
    while (looked < 3000) {
      const counts: (readonly [number, number])[] = [];
      do {
        counts.push([mails, Array.from({ length: mails }, draw).filter((x) => x < rate).length]);
        looked += 1;
      } while (counts.length < 60 && lnOf(counts.slice(-48), rate) < Math.log(100));
      if (counts.length < 60) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(looked / 100);
  },
);
