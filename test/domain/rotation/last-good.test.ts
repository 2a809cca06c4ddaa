import { expect, test } from 'vitest';
import { goodAssignments, lastGoodActions } from '../../../domain/rotation/last-good.ts';
import type { Order } from '../../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';
import { ago, decisionOf, now, poolOf, situationOf, streamOf } from '../../support/rotation.ts';

const only = (pool: string) => [{ pool, weight: 1 }];
const both = [...only('a'), ...only('b')];

test('an assignment is good while no pool is in trouble and nothing is held', () => {
  const good = [{ stream: 'transactional', provider: '*', pools: both }];
  expect(goodAssignments(situationOf())).toEqual(good);
  const out = new Map([['gmail', { state: 'quarantined', since: ago(hourMs) } as const]]);
  expect(
    goodAssignments(situationOf({ pools: [poolOf('a', { standings: out })] })),
  ).toBeUndefined();
  const order: Order = {
    id: 'd.1',
    kind: 'hold',
    region: { tenant: 't1' },
    share: 0,
    since: ago(hourMs),
    until: epochMs(now + hourMs),
    decision: 'd',
  };
  expect(goodAssignments(situationOf({ orders: [order] }))).toBeUndefined();
  const over = { ...order, until: ago(1) };
  expect(goodAssignments(situationOf({ orders: [over] }))).toEqual(good);
});

test('what stands while a pool is on its way back, or a person overrides it, is not good', () => {
  for (const state of ['cold', 'warming', 'resting'] as const) {
    const standings = new Map([['gmail', { state, since: ago(hourMs), why: 'd0' }]]);
    const pools = [poolOf('a', { standings }), poolOf('b')];
    expect(goodAssignments(situationOf({ pools })), state).toBeUndefined();
  }
  const before = both;
  const move = { kind: 'move', stream: 'transactional', provider: '*', before } as const;
  const override = decisionOf({
    by: 'ada',
    until: epochMs(now + hourMs),
    actions: [{ ...move, pools: only('b') }],
  });
  expect(goodAssignments(situationOf({ history: [override] }))).toBeUndefined();
  const over = { ...override, settled: 'returned' } as const;
  expect(goodAssignments(situationOf({ history: [over] }))).toBeDefined();
});

test('a pool that is new and warms up takes no assignment’s goodness away', () => {
  const standings = new Map([['gmail', { state: 'warming', since: ago(hourMs) } as const]]);
  expect(goodAssignments(situationOf({ pools: [poolOf('a', { standings })] }))).toBeDefined();
});

test('one word goes back to it, and what came to be later follows the stream’s general pools', () => {
  const good = [
    { stream: 'transactional', provider: '*', pools: both },
    { stream: 'transactional', provider: 'yahoo', pools: [...only('b'), ...only('gone')] },
  ];
  const stream = streamOf('transactional', {
    assignment: new Map([
      ['*', both],
      ['yahoo', only('a')],
      ['microsoft', only('b')],
    ]),
  });
  expect(lastGoodActions(good, [stream])).toEqual([
    {
      kind: 'move',
      stream: 'transactional',
      provider: 'yahoo',
      before: only('a'),
      pools: only('b'),
    },
    {
      kind: 'move',
      stream: 'transactional',
      provider: 'microsoft',
      before: only('b'),
      pools: both,
    },
  ]);
  expect(lastGoodActions(good.slice(0, 1), [streamOf('transactional')])).toEqual([]);
});

test('tenants that are named in another order are no other assignment', () => {
  const placedAs = (tenants: readonly string[]) => [
    ...only('a'),
    { pool: 'b', weight: 1, placed: Object.fromEntries(tenants.map((tenant) => [tenant, 1])) },
  ];
  const stream = streamOf('transactional', {
    assignment: new Map([
      ['*', both],
      ['gmail', placedAs(['zeta', 'alpha'])],
    ]),
  });
  const good = (tenants: readonly string[]) => [
    { stream: 'transactional', provider: '*', pools: both },
    { stream: 'transactional', provider: 'gmail', pools: placedAs(tenants) },
  ];
  expect(lastGoodActions(good(['alpha', 'zeta']), [stream])).toEqual([]);
  expect(lastGoodActions(good(['alpha']), [stream])).toHaveLength(1);
});
