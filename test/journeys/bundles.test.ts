import { expect, inject, test } from 'vitest';
import { overBudget } from '../../operator/bench/budgets.ts';
import { readBundles } from '../../operator/prove/assembly.ts';
import { assemblyFolder } from './support/synthesize.ts';

test('every function’s bundle is within its budget', () => {
  const bundles = readBundles(assemblyFolder(inject('journeys')), 'many');
  expect(Object.keys(bundles).length).toBeGreaterThanOrEqual(5);
  expect(overBudget(bundles)).toEqual([]);
});

test('a bundle that grows beyond its budget, and one of a stage without a budget, is told', () => {
  const size = { bytes: 10_000_000, gzipBytes: 1 };
  expect(overBudget({ 'many-dispatch-a': size, 'many-new': { bytes: 1, gzipBytes: 1 } })).toEqual([
    'many-dispatch-a: 10000000 bytes',
    'many-new: 1 bytes',
  ]);
});
