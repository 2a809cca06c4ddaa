/** Mail that leaves a pool goes where there is room, tenant by tenant, and comes home when the pool does. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosePool, type WeightedPool } from '../../../domain/assignment.ts';
import { fitShift, shiftWeights } from '../../../domain/rotation/fit.ts';
import { placeTenants } from '../../../domain/rotation/place-tenants.ts';
import type { Trusted } from '../../../domain/rotation/traffic.ts';

const pools: readonly WeightedPool[] = ['a', 'b', 'c'].map((pool) => ({ pool, weight: 1 }));

const flowOf = (tenant: string, perHour: number): Trusted => ({
  ...{ stream: 'transactional', provider: 'gmail', trust: 'established' },
  ...{ tenant, identity: `${tenant}.example`, perHour },
});

/** Pool a is left; b and c have so much room. */
function leaveA(flows: readonly Trusted[], room: Readonly<Record<string, number>>) {
  return fitShift({
    ...{ before: pools, from: ['a'], to: ['b', 'c'], fraction: 1, flows },
    ...{ roomOf: (pool) => room[pool] ?? 0, mayUse: () => true },
    ...{ budgetPerHour: Number.POSITIVE_INFINITY, throttledMax: 20 },
  });
}

const names = Array.from({ length: 60 }, (_, index) => `tenant-${index}`);
const afterA = pools.slice(1);
const ledTo = (pool: string) =>
  names.filter(
    (tenant) => choosePool(pools, tenant) === 'a' && choosePool(afterA, tenant) === pool,
  );

test('a tenant that the hash leads to a full pool is placed on one with room, and nobody is throttled', () => {
  const flows = ledTo('b').map((tenant) => flowOf(tenant, 10));
  const fit = leaveA(flows, { b: 10, c: 1_000 });
  expect(fit.whole).toBe(true);
  expect(fit.inflow.get('b')).toBe(10);
  expect(fit.inflow.get('c')).toBe(10 * flows.length - 10);
  expect(Object.keys(fit.pools.find(({ pool }) => pool === 'c')?.placed ?? {})).toHaveLength(
    flows.length - 1,
  );
});

test('where everybody fits where the hash leads nobody is placed', () => {
  const flows = names.map((tenant) => flowOf(tenant, 10));
  const fit = leaveA(flows, { b: 1_000, c: 1_000 });
  expect(fit.pools.every(({ placed }) => placed === undefined)).toBe(true);
});

test('a hundred tenants are placed at most, the largest', () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `many-${index}`).filter(
    (tenant) => choosePool(pools, tenant) === 'a' && choosePool(afterA, tenant) === 'b',
  );
  const moved = many.map((tenant, index) => ({
    ...{ flow: flowOf(tenant, 1 + index / many.length), to: 'b', had: 0 },
  }));
  const placed = placeTenants(
    { to: ['b', 'c'], roomOf: (pool) => (pool === 'b' ? 0 : 10_000), mayUse: () => true },
    { pools: afterA, moved },
  ).flatMap((one) => Object.keys(one.placed ?? {}));
  expect(many.length).toBeGreaterThan(200);
  expect(placed.toSorted()).toEqual(many.slice(-100).toSorted());
});

test('a tenant that may not meet the pool with room stays with its hash and waits', () => {
  const [tenant = ''] = ledTo('b');
  const fit = fitShift({
    ...{ before: pools, from: ['a'], to: ['b', 'c'], fraction: 1, flows: [flowOf(tenant, 100)] },
    ...{ roomOf: (pool) => (pool === 'b' ? 40 : 1_000), mayUse: (_, pool) => pool === 'b' },
    ...{ budgetPerHour: Number.POSITIVE_INFINITY, throttledMax: 20 },
  });
  expect(fit.throttled).toMatchObject([{ to: 'b', share: 0.4 }]);
});

test('who was placed goes home with the pool that comes back', () => {
  const flows = ledTo('b').map((tenant) => flowOf(tenant, 10));
  const fit = leaveA(flows, { b: 10, c: 1_000 });
  const back = shiftWeights({ before: fit.pools, from: ['b', 'c'], to: ['a'] }, 1 / 3);
  expect(back.every(({ placed }) => placed === undefined)).toBe(true);
  for (const { tenant } of flows) expect(choosePool(back, tenant)).toBe('a');
});

test('law: what moves stays within every room, and only who was on the pool moves', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 200, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      fc.double({ min: 0, max: 2_000, noNaN: true }),
      (volumes, b, c) => {
        const flows = volumes.map((perHour, index) => flowOf(names[index] ?? '', perHour));
        const { inflow, pools: after } = leaveA(flows, { b, c });
        expect(inflow.get('b') ?? 0).toBeLessThanOrEqual(b + 1e-6);
        expect(inflow.get('c') ?? 0).toBeLessThanOrEqual(c + 1e-6);
        for (const tenant of names)
          if (choosePool(pools, tenant) !== 'a')
            expect(choosePool(after, tenant)).toBe(choosePool(pools, tenant));
      },
    ),
  );
});
