/** A pool that fills its warm caps is relieved before mail has to wait, within every limit, and only in quiet times. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePool, sharesOf } from '../../../domain/assignment.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import { assignedPools } from '../../../domain/rotation/eligible-pools.ts';
import type { Pool, Situation, Warmth } from '../../../domain/rotation/model.ts';
import { planReliefs } from '../../../domain/rotation/relieve.ts';
import { hourMs, minuteMs } from '../../../domain/time.ts';
import {
  addTraffic,
  ago,
  decisionOf,
  originsOf,
  plenty,
  poolOf,
  situationOf,
  streamOf,
  tenants,
} from '../../support/rotation.ts';

const perHour = 20;
const stream = streamOf('transactional');
const before = assignedPools(stream, 'gmail');
const onA = tenants.filter((tenant) => choosePool(before, tenant) === 'a');

const warmthOf = (hourCap: number): Warmth => ({
  ...plenty,
  hourCap,
  dayCap: hourCap * 10,
  sentToday: hourCap,
});

/** Pool a may send so many an hour to Gmail, and has `perHour` of each of its tenants. */
function crowded(hourCap: number, over: Partial<Situation> = {}, pool: Partial<Pool> = {}) {
  const warmth = new Map([...poolOf('a').warmth, ['gmail', warmthOf(hourCap)] as const]);
  const situation = situationOf({
    streams: [stream],
    pools: [poolOf('a', { warmth, ...pool }), poolOf('b')],
    ...over,
  });
  addTraffic(situation.book, situation.streams, { perHour, hours: 3 });
  return situation;
}

const plansOf = (situation: Situation) => [...planReliefs(() => situation)];
const full = onA.length * perHour;

describe('a pool that carries nearly what it may', () => {
  test('gives some of its tenants at that provider to a pool with room', () => {
    const [plan, ...others] = plansOf(crowded(full));
    expect(others).toEqual([]);
    const [move] = plan?.actions ?? [];
    if (move?.kind !== 'move') throw new Error('nothing moves');
    const left = tenants.filter((tenant) => choosePool(move.pools, tenant) === 'a');
    expect(move.provider).toBe('gmail');
    expect(left.length).toBeLessThan(onA.length);
    expect(left.length).toBeGreaterThan(0);
    expect(plan?.evidence[1]).toContain(`may send ${full}`);
  });

  test('gives whole tenants, the largest that fit; of one that fits nowhere a part', () => {
    const [giant = ''] = onA;
    const situation = crowded(full * 3);
    const own = originsOf([stream]).filter(
      ({ tenant, provider }) => tenant === giant && provider === 'gmail',
    );
    for (const origin of own)
      for (let hour = 0; hour < 3; hour += 1)
        situation.book.addSent({ origin, at: ago(hour * hourMs + minuteMs), count: full * 2 });
    const [plan] = plansOf(situation);
    const [move] = plan?.actions ?? [];
    if (move?.kind !== 'move') throw new Error('nothing moves');
    const shares = sharesOf(move.pools, giant);
    expect(shares.map(({ pool }) => pool)).toEqual(['a', 'b']);
    expect(plan?.evidence[1]).toContain(`tenant ${giant}`);
    const [again] = plansOf({
      ...situation,
      streams: [{ ...stream, assignment: new Map([...stream.assignment, ['gmail', move.pools]]) }],
    }).flatMap(({ actions }) => actions);
    const later = again?.kind === 'move' ? sharesOf(again.pools, giant) : shares;
    expect(later.map(({ pool }) => pool)).toEqual(['a', 'b']);
  });

  test('is relieved by the schedule, as far as moves are allowed to be carried out', () => {
    const done = (autonomy: 'act' | 'observe') =>
      decide(crowded(full, { autonomyOf: () => autonomy }), { kind: 'schedule' }).map(
        (one) => one.done,
      );
    expect(done('act')).toEqual([true]);
    expect(done('observe')).toEqual([false]);
  });

  test('keeps its tenants while it has room left', () => {
    expect(plansOf(crowded(full * 1.5))).toEqual([]);
  });

  test.each<[string, Partial<Situation>, Partial<Pool>]>([
    ['the other pool has no room', { pools: [] }, {}],
    ['nobody on it is established', { trustOf: () => 'new' }, {}],
    [
      'its mail there moved within the hour',
      {
        history: [
          decisionOf({
            at: ago(30 * minuteMs),
            actions: [
              { kind: 'move', stream: 'transactional', provider: 'gmail', before, pools: before },
            ],
          }),
        ],
      },
      {},
    ],
    [
      'the provider is slowed',
      {
        orders: [
          {
            ...{ id: 'd1.1', kind: 'slow', region: { provider: 'gmail' }, share: 0.1 },
            ...{ since: ago(minuteMs), until: ago(-hourMs), decision: 'd1' },
          },
        ],
      },
      {},
    ],
    [
      'it is degraded there',
      {},
      { standings: new Map([['gmail', { state: 'degraded', since: ago(minuteMs) }]]) },
    ],
    [
      'a twentieth of the stream is all that may move, and more has',
      {
        history: [
          decisionOf({
            at: ago(30 * minuteMs),
            moved: [{ stream: 'transactional', share: 0.15 }],
          }),
        ],
      },
      {},
    ],
  ])('keeps them where %s', (_, over, pool) => {
    const situation = crowded(full, over, pool);
    const small = poolOf('b', { warmth: new Map([['gmail', warmthOf(1)]]) });
    const pools = over.pools ? [poolOf('a', { warmth: warm(full) }), small] : situation.pools;
    expect(plansOf({ ...situation, pools })).toEqual([]);
  });

  test('keeps whose mail more than doubled within the hour: it may be why the pool is full', () => {
    const situation = crowded(full * 2);
    for (const origin of originsOf([stream]))
      if (onA.includes(origin.tenant))
        situation.book.addSent({ origin, at: ago(5 * minuteMs), count: perHour * 1.5 });
    expect(plansOf(situation)).toEqual([]);
  });
});

test('law: what takes the mail is filled to four fifths at most, and half of the limit of moves is left', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: full * 2 }),
      fc.integer({ min: 20, max: full * 6 }),
      (hourCap, room) => {
        const situation = crowded(hourCap);
        const b = poolOf('b', { warmth: new Map([...poolOf('b').warmth, ['gmail', wide(room)]]) });
        const [a] = situation.pools;
        if (!a) throw new Error('no pool');
        const [move] = plansOf({ ...situation, pools: [a, b] }).flatMap(({ actions }) => actions);
        if (move?.kind !== 'move') return;
        const moved = onA.filter((tenant) => choosePool(move.pools, tenant) !== 'a').length;
        const stayed = tenants.length - onA.length;
        expect((stayed + moved) * perHour).toBeLessThanOrEqual(0.8 * room + 1e-6);
        expect(moved / (tenants.length * 5)).toBeLessThanOrEqual(0.1);
      },
    ),
    { numRuns: 30 },
  );
});

function warm(hourCap: number): Pool['warmth'] {
  return new Map([...poolOf('a').warmth, ['gmail', warmthOf(hourCap)] as const]);
}

/** Nothing sent today yet, so that the hour's cap is what limits. */
function wide(hourCap: number): Warmth {
  return { ...warmthOf(hourCap), sentToday: 0 };
}
