import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePool, type WeightedPool } from '../../domain/assignment.ts';

const tenants = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`);

function shares(pools: readonly WeightedPool[]): ReadonlyMap<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const tenant of tenants) {
    const pool = choosePool(pools, tenant);
    counts.set(pool, (counts.get(pool) ?? 0) + 1 / tenants.length);
  }
  return counts;
}

const abc = [
  { pool: 'a', weight: 1 },
  { pool: 'b', weight: 2 },
  { pool: 'c', weight: 5 },
];

describe('the pool of a tenant', () => {
  test('follows the weights over ten thousand tenants', () => {
    const got = shares(abc);
    expect(got.get('a')).toBeCloseTo(1 / 8, 1);
    for (const [pool, weight] of [
      ['a', 1],
      ['b', 2],
      ['c', 5],
    ] as const)
      expect(Math.abs((got.get(pool) ?? 0) - weight / 8)).toBeLessThan(0.015);
  });

  test('stays when another pool goes, and only the tenants of that pool move', () => {
    const without = abc.filter(({ pool }) => pool !== 'b');
    for (const tenant of tenants) {
      const before = choosePool(abc, tenant);
      if (before !== 'b') expect(choosePool(without, tenant)).toBe(before);
    }
  });

  test('only ever moves to a pool whose weight has grown', () => {
    const grown = abc.map((one) => (one.pool === 'a' ? { ...one, weight: 3 } : one));
    for (const tenant of tenants) {
      const [before, after] = [choosePool(abc, tenant), choosePool(grown, tenant)];
      expect([before, 'a']).toContain(after);
    }
  });

  test("is the one the app asked for while it takes mail, otherwise the tenant's own", () => {
    expect(choosePool(abc, 'acme', 'a')).toBe('a');
    const closed = [{ pool: 'a', weight: 0 }, ...abc.slice(1)];
    expect(choosePool(closed, 'acme', 'a')).toBe(choosePool(closed, 'acme'));
    expect(choosePool(abc, 'acme', 'unknown')).toBe(choosePool(abc, 'acme'));
  });

  test('is nothing where no pool takes mail', () => {
    expect(choosePool([], 'acme')).toBeUndefined();
    expect(choosePool([{ pool: 'a', weight: 0 }], 'acme', 'a')).toBeUndefined();
  });

  test('is always an open pool and does not depend on the order of the table', () => {
    const table = fc.uniqueArray(
      fc.record({ pool: fc.string({ minLength: 1 }), weight: fc.integer({ min: 0, max: 9 }) }),
      { selector: ({ pool }) => pool, maxLength: 6 },
    );
    fc.assert(
      fc.property(table, fc.string(), (pools, tenant) => {
        const chosen = choosePool(pools, tenant);
        const open = pools.filter(({ weight }) => weight > 0).map(({ pool }) => pool);
        if (open.length === 0) expect(chosen).toBeUndefined();
        else expect(open).toContain(chosen);
        expect(choosePool(pools.toReversed(), tenant)).toBe(chosen);
      }),
    );
  });
});
