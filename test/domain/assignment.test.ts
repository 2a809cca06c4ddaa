import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePool, placedBy, sharesOf, type WeightedPool } from '../../domain/assignment.ts';

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
    expect(choosePool(abc, 'acme', { wanted: 'a' })).toBe('a');
    const closed = [{ pool: 'a', weight: 0 }, ...abc.slice(1)];
    expect(choosePool(closed, 'acme', { wanted: 'a' })).toBe(choosePool(closed, 'acme'));
    expect(choosePool(abc, 'acme', { wanted: 'unknown' })).toBe(choosePool(abc, 'acme'));
  });

  test('is nothing where no pool takes mail', () => {
    expect(choosePool([], 'acme')).toBeUndefined();
    expect(choosePool([{ pool: 'a', weight: 0 }], 'acme', { wanted: 'a' })).toBeUndefined();
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

describe('a tenant that rotation has placed', () => {
  const onto = (parts: Readonly<Record<string, number>>) =>
    placedBy(abc, new Map([['acme', new Map(Object.entries(parts))]]));

  test('takes that pool whatever the hash says, and nobody else does', () => {
    for (const { pool } of abc) {
      expect(choosePool(onto({ [pool]: 1 }), 'acme')).toBe(pool);
      for (const tenant of tenants.slice(0, 200))
        expect(choosePool(onto({ [pool]: 1 }), tenant)).toBe(choosePool(abc, tenant));
    }
  });

  test('goes by the hash again when its pool is gone or closed', () => {
    const placed = onto({ c: 1 });
    const gone = placed.filter(({ pool }) => pool !== 'c');
    expect(choosePool(gone, 'acme')).toBe(choosePool(abc.slice(0, 2), 'acme'));
    const closed = placed.map((one) => (one.pool === 'c' ? { ...one, weight: 0 } : one));
    expect(choosePool(closed, 'acme')).toBe(choosePool(abc.slice(0, 2), 'acme'));
  });

  test('on two pools is spread over them by its parts, each message always the same way', () => {
    const pools = onto({ a: 3, b: 1 });
    expect(sharesOf(pools, 'acme')).toEqual([
      { pool: 'a', share: 0.75 },
      { pool: 'b', share: 0.25 },
    ]);
    const chosen = tenants.map((key) => choosePool(pools, 'acme', { key }));
    expect(chosen.filter((pool) => pool === 'b').length / chosen.length).toBeCloseTo(0.25, 1);
    expect(new Set(chosen)).toEqual(new Set(['a', 'b']));
    expect(tenants.map((key) => choosePool(pools, 'acme', { key }))).toEqual(chosen);
    expect(choosePool(pools, 'acme')).toBe('a');
  });

  test('whose second part grows moves that much of its mail, and none back', () => {
    const [small, large] = [onto({ a: 0.8, b: 0.2 }), onto({ a: 0.5, b: 0.5 })];
    for (const key of tenants.slice(0, 500))
      if (choosePool(small, 'acme', { key }) === 'b')
        expect(choosePool(large, 'acme', { key })).toBe('b');
  });

  test('and is named like something that every object has is still its own', () => {
    expect(choosePool(abc, 'constructor')).toBe(choosePool(onto({ a: 1 }), 'constructor'));
    expect(sharesOf(abc, 'toString')).toHaveLength(1);
  });
});
