/** Relief names few, fills nobody, and gives no identity a third pool. */
import { describe, expect, test } from 'vitest';
import { choosePool, placedBy, sharesOf, type WeightedPool } from '../../../domain/assignment.ts';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { chooseRelief } from '../../../domain/rotation/choose-relief.ts';
import { assignedPools } from '../../../domain/rotation/eligible-pools.ts';
import type { Action, Situation } from '../../../domain/rotation/model.ts';
import { planReliefs } from '../../../domain/rotation/relieve.ts';
import type { Trusted } from '../../../domain/rotation/traffic.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, plenty, poolOf, situationOf, streamOf } from '../../support/rotation.ts';

const ab: readonly WeightedPool[] = ['a', 'b'].map((pool) => ({ pool, weight: 1 }));
const many = Array.from({ length: 2_000 }, (_, index) => `tenant-${index}`);

const flowOf = (tenant: string, perHour: number): Trusted => ({
  ...{ stream: 'transactional', provider: 'gmail', trust: 'established' },
  ...{ tenant, identity: `${tenant}.example`, perHour },
});

const relieve = (over: Partial<Parameters<typeof chooseRelief>[0]>) =>
  chooseRelief({
    ...{ pool: 'a', provider: 'gmail', before: ab, wanted: 45, least: 0 },
    ...{ flows: many.map((tenant) => flowOf(tenant, 10)), mayMeet: () => true },
    room: new Map([['b', 1_000_000]]),
    ...over,
  });

const placedIn = (pools: readonly WeightedPool[]) =>
  pools.flatMap(({ placed = {} }) => Object.keys(placed));

describe('of thousands of tenants alike', () => {
  test('those are named who leave, and nobody else', () => {
    const { pools, named, perHour } = relieve({});
    // Four whole ones, and half of a fifth.
    expect([named.length, perHour]).toEqual([5, 45]);
    expect(new Set(placedIn(pools))).toEqual(new Set(named));
  });

  test('a hundred are placed at once and five hundred in all', () => {
    expect(relieve({ wanted: 5_000 }).named).toHaveLength(100);
    const parts = many.slice(0, 450).map((tenant) => [tenant, new Map([['b', 1]])] as const);
    const before = placedBy(ab, new Map(parts));
    expect(relieve({ before, wanted: 5_000 }).named).toHaveLength(50);
  });

  test('nobody is placed where no pool has room', () => {
    const { pools, named } = relieve({ room: new Map([['b', 0]]) });
    expect([named, placedIn(pools)]).toEqual([[], []]);
  });
});

/** Everybody's mail to Gmail of the last three hours, by the streams' assignments. */
function sendAll(
  situation: Situation,
  names: readonly string[],
  perHourOf: (pool: string) => number,
): void {
  for (const stream of situation.streams)
    for (const tenant of names) {
      const pool = choosePool(assignedPools(stream, 'gmail'), tenant) ?? '';
      const mail = { tenant, identity: `${tenant}.example`, provider: 'gmail', campaign: '' };
      const origin = { ...mail, stream: stream.stream, pool };
      for (let hour = 0; hour < 3; hour += 1)
        situation.book.addSent({
          ...{ origin, at: ago(hour * hourMs + minuteMs), count: perHourOf(pool) },
        });
    }
}

/** Carries out every relief as it is planned; returns their actions and what stands then. */
function round(situation: Situation): { readonly stands: Situation; readonly actions: Action[] } {
  let stands = situation;
  const actions: Action[] = [];
  for (const plan of planReliefs(() => stands)) {
    actions.push(...plan.actions);
    stands = { ...stands, ...applyActions(stands, plan.actions, stands.now) };
  }
  return { stands, actions };
}

const warm = (hourCap: number, sentToday: number) =>
  new Map([['gmail', { ...plenty, hourCap, dayCap: 1_000_000, sentToday }]]);
const brakes = { movedShareMax: 1, holdsMax: 5, feedbackAgeMaxMs: 15 * minuteMs };

test('the reliefs of one round together fill a pool to four fifths and no further', () => {
  const names = many.slice(0, 600);
  const stream = streamOf('transactional', { pools: ['a', 'b', 'c'] });
  const pools = ['a', 'b', 'c'].map((pool) => poolOf(pool, { warmth: warm(2_500, 5_000) }));
  const situation = situationOf({ streams: [stream], pools, brakes });
  const perHourOf = (pool: string) => (pool === 'c' ? 7 : 12);
  sendAll(situation, names, perHourOf);
  const { stands, actions } = round(situation);
  const inC = names.reduce((sum, tenant) => {
    const was = choosePool(assignedPools(stream, 'gmail'), tenant) ?? '';
    const now = stands.streams.flatMap((one) => sharesOf(assignedPools(one, 'gmail'), tenant));
    return sum + perHourOf(was) * (now.find(({ pool }) => pool === 'c')?.share ?? 0);
  }, 0);
  expect(actions.length).toBeGreaterThan(0);
  expect(inC).toBeLessThanOrEqual(0.8 * 2_500);
});

test('an identity that two streams send for gets two pools at a provider, not three', () => {
  const streams = [streamOf('one', { pools: ['a', 'b'] }), streamOf('two', { pools: ['a', 'c'] })];
  const names = many.filter((tenant) =>
    streams.every((stream) => choosePool(assignedPools(stream, 'gmail'), tenant) === 'a'),
  );
  const chosen = names.slice(0, 20);
  const pools = [poolOf('a', { warmth: warm(800, 800) }), poolOf('b'), poolOf('c')];
  const situation = situationOf({ streams, pools, brakes });
  sendAll(situation, chosen, () => 20);
  const { stands, actions } = round(situation);
  expect(actions.length).toBeGreaterThan(0);
  for (const tenant of chosen) {
    const met = stands.streams.flatMap((stream) =>
      sharesOf(assignedPools(stream, 'gmail'), tenant),
    );
    expect(new Set(['a', ...met.map(({ pool }) => pool)]).size).toBeLessThanOrEqual(2);
  }
});
