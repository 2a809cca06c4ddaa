import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bringsSignal, matureShare } from '../../../domain/evidence/maturity.ts';
import { hourMs } from '../../../domain/time.ts';

test('half of the complaints have come after the median lag', () => {
  expect(matureShare('complaint', 4 * hourMs, 'yahoo')).toBeCloseTo(0.5, 6);
  expect(matureShare('complaint', 8 * hourMs, 'microsoft')).toBeCloseTo(0.5, 6);
});

test('for several providers the fastest stands', () => {
  expect(matureShare('complaint', 8 * hourMs)).toBe(matureShare('complaint', 8 * hourMs, 'yahoo'));
});

test('replies come at once', () => {
  expect(matureShare('block', 0)).toBe(1);
});

test('the share that has come only grows, from none to all', () => {
  const age = fc.integer({ min: 0, max: 100 * hourMs });
  fc.assert(
    fc.property(age, age, (a, b) => {
      const share = (ageMs: number) => matureShare('complaint', ageMs, 'microsoft');
      expect(share(Math.min(a, b))).toBeLessThanOrEqual(share(Math.max(a, b)) + 1e-9);
      expect(share(a)).toBeGreaterThanOrEqual(0);
      expect(share(a)).toBeLessThanOrEqual(1);
    }),
  );
});

test('Gmail and Apple pass on no complaints', () => {
  expect(['gmail', 'apple', 'yahoo'].filter((name) => bringsSignal(name, 'complaint'))).toEqual([
    'yahoo',
  ]);
});
