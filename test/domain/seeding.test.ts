import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { earlyRemoval, retirementMs, rollbackMs, seedAssignment } from '../../domain/seeding.ts';
import { epochMs } from '../../domain/time.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const weighted = (...pools: readonly string[]) => pools.map((pool) => ({ pool, weight: 1 }));

describe('dropping a pool', () => {
  test.each([
    ['that is still planned is no drop', [{ pool: 'a' }], ['a'], undefined],
    ['that was never retired is stopped', [{ pool: 'a' }], ['b'], /a was removed/],
    [
      'that retired a moment ago is stopped',
      [{ pool: 'a', retiringAt: now - retirementMs + 1 }],
      [],
      /remove it after 2026-03-01T09:00:00.001Z/,
    ],
    ['that has retired passes', [{ pool: 'a', retiringAt: now - retirementMs }], [], undefined],
    [
      'that came less than an hour ago passes, so that a deploy can be rolled back',
      [{ pool: 'a', since: now - rollbackMs + 1 }],
      [],
      undefined,
    ],
    [
      'that came an hour ago is stopped',
      [{ pool: 'a', since: now - rollbackMs }],
      [],
      /a was removed/,
    ],
    ['of which nobody knew passes', [], ['a'], undefined],
  ])('%s', (_, known, planned, expected) => {
    const problem = earlyRemoval(known, planned, now);
    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(expected);
  });
});

describe('an assignment after a deploy', () => {
  test.each([
    ['is written where none is', undefined, [], ['a', 'b'], weighted('a', 'b')],
    ['stays when nothing new is declared', weighted('a', 'b'), ['a', 'b'], ['b', 'a'], undefined],
    [
      'keeps the weights that rotation gave',
      [{ pool: 'a', weight: 7 }],
      ['a', 'b'],
      ['a', 'b', 'c'],
      [
        { pool: 'a', weight: 7 },
        { pool: 'c', weight: 1 },
      ],
    ],
    [
      'does not bring back what rotation took out',
      weighted('a'),
      ['a', 'b'],
      ['a', 'b'],
      undefined,
    ],
    ['loses a pool that retires', weighted('a', 'b'), ['a', 'b'], ['b'], weighted('b')],
    [
      'falls back on what is declared when rotation left only what retires',
      weighted('a'),
      ['a', 'b', 'c'],
      ['b', 'c'],
      weighted('b', 'c'),
    ],
    ['takes back a pool that has returned', weighted('a'), ['a'], ['a', 'b'], weighted('a', 'b')],
  ])('%s', (_, current, before, declared, expected) =>
    expect(seedAssignment(current, before, declared)).toEqual(expected),
  );

  const pool = fc.constantFrom('a', 'b', 'c', 'd');
  const pools = fc.uniqueArray(pool);
  const assignment = fc.uniqueArray(fc.record({ pool, weight: fc.integer({ min: 1, max: 9 }) }), {
    selector: (one) => one.pool,
  });

  test('is never empty, names only declared pools, and keeps every weight that it keeps', () => {
    fc.assert(
      fc.property(
        fc.option(assignment, { nil: undefined }),
        pools,
        fc.uniqueArray(pool, { minLength: 1 }),
        (current, before, declared) => {
          const next = seedAssignment(current, before, declared) ?? current ?? [];
          if (current?.length !== 0) expect(next.length).toBeGreaterThan(0);
          const kept = current?.filter((one) => declared.includes(one.pool)) ?? [];
          for (const one of next) expect(declared).toContain(one.pool);
          for (const one of kept) expect(next).toContainEqual(one);
        },
      ),
    );
  });

  test('is settled by one deploy: a second finds nothing to do', () => {
    fc.assert(
      fc.property(
        assignment,
        pools,
        fc.uniqueArray(pool, { minLength: 1 }),
        (current, before, declared) => {
          const next = seedAssignment(current, before, declared) ?? current;
          expect(seedAssignment(next, declared, declared)).toBeUndefined();
        },
      ),
    );
  });
});
