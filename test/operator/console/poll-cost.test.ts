import { expect, test } from 'vitest';
import { paces, usdPerHour } from '../../../operator/console/poll-cost.ts';

test('a console that is open all day on an account costs less than a dollar', () => {
  expect(24 * usdPerHour(paces.aws)).toBeLessThan(1);
  expect(24 * usdPerHour(paces.aws)).toBeGreaterThan(0.01);
});

test('asking half as often costs half', () => {
  const slow = Object.fromEntries(Object.entries(paces.aws).map(([part, ms]) => [part, 2 * ms]));
  expect(usdPerHour({ ...paces.aws, ...slow })).toBeCloseTo(usdPerHour(paces.aws) / 2, 10);
});
