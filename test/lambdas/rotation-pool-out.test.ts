/** A pool that is out takes no mail, however it was taken out and however many looks pass. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePool } from '../../domain/assignment.ts';
import { ruleOn } from '../../domain/order.ts';
import { applyActions } from '../../domain/rotation/apply.ts';
import { decide } from '../../domain/rotation/decide.ts';
import { assignedPools } from '../../domain/rotation/eligible-pools.ts';
import type { Decision, Order, Situation, Standing } from '../../domain/rotation/model.ts';
import { standingAt } from '../../domain/rotation/pool-states.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { decideCommand } from '../../lambdas/rotation/command-decision.ts';
import {
  addFailures,
  addTraffic,
  ago,
  now,
  originsOf,
  poolOf,
  situationOf,
  streamOf,
} from '../support/rotation.ts';

const stepMs = 10 * minuteMs;
const asked = { by: 'ada', why: 'ticket 12' };

function carriedOut(situation: Situation, decisions: readonly Decision[]): Situation {
  const actions = decisions.flatMap((one) => (one.done ? one.actions : []));
  const after = applyActions(situation, actions, situation.now);
  return { ...situation, ...after, history: [...situation.history, ...decisions] };
}

/** Mail that would leave at an instant through a pool that is out. */
function leaking({ pools, streams, orders }: Situation, at: number): readonly string[] {
  return streams.flatMap((stream) =>
    originsOf([stream]).flatMap((origin) => {
      const name = choosePool(assignedPools(stream, origin.provider), origin.tenant);
      const pool = pools.find((one) => one.pool === name);
      if (!pool || standingAt(pool, origin.provider).state !== 'quarantined') return [];
      const mail = {
        origin: { ...origin, pool: pool.pool },
        key: `${origin.tenant} ${at}`,
        dueAt: epochMs(at),
      };
      const mine = orders.filter((order) => order.streams?.includes(stream.stream) ?? true);
      return ruleOn(mail, mine, epochMs(at)).kind === 'pass'
        ? [`${origin.tenant} to ${origin.provider} through ${pool.pool}`]
        : [];
    }),
  );
}

/** Looks each ten minutes, and at what leaves just before each look. */
function leaksOver(first: Situation, looks: number): readonly string[] {
  let situation = first;
  const leaks = [...leaking(situation, situation.now)];
  for (let look = 0; look < looks; look += 1) {
    const at = epochMs(situation.now + stepMs);
    leaks.push(...leaking(situation, at - 1));
    situation = { ...situation, now: at, heardAt: epochMs(at - secondMs) };
    situation = carriedOut(situation, decide(situation, { kind: 'schedule' }));
  }
  return [...leaks, ...leaking(situation, situation.now)];
}

type Shape = {
  readonly others: string;
  readonly isListed: boolean;
  readonly autonomy: 'act' | 'observe';
};

const shapes = fc.record({
  others: fc.constantFrom('none', 'out', 'open'),
  provider: fc.constantFrom('*', 'microsoft'),
  forHours: fc.integer({ min: 1, max: 2 }),
  isListed: fc.boolean(),
  autonomy: fc.constantFrom('act' as const, 'observe' as const),
});

function begin({ others, isListed, autonomy }: Shape, standing?: Standing) {
  const names = others === 'none' ? ['a'] : ['a', 'b'];
  const out: Standing = { state: 'quarantined', since: ago(hourMs), why: 'd0' };
  const wordOf = (word: Standing) => ({ standings: new Map([['microsoft', word]]) });
  const situation = situationOf({
    pools: [
      poolOf('a', standing ? wordOf(standing) : {}),
      poolOf('b', others === 'out' ? wordOf(out) : {}),
    ],
    streams: [streamOf('transactional', { pools: names }), streamOf('marketing', { pools: names })],
    autonomyOf: () => autonomy,
    listings: isListed ? new Map([['192.0.2.97', ['spamhaus-css']]]) : new Map(),
  });
  addTraffic(situation.book, situation.streams, { perHour: 2 });
  return situation;
}

describe('no mail leaves on a pool that is out', () => {
  test('because a person took it out, whatever else there is, for as long as it is out', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { provider, forHours } = shape;
        const situation = begin(shape);
        const words = { do: 'quarantine', pool: 'a', provider, ...asked } as const;
        const command = { ...words, forMs: forHours * hourMs };
        const decisions = decideCommand({ command, id: 'q', situation, lastGood: undefined });
        const after = carriedOut(situation, decisions);
        // Without its holds mail would leave wherever there is nothing else.
        if (shape.others === 'none')
          expect(leaking({ ...after, orders: [] }, after.now)).not.toEqual([]);
        expect(leaksOver(after, (forHours + 1) * 6)).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  test('because it failed its trial', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const trial: Standing = {
          state: 'cold',
          since: ago(minuteMs),
          until: epochMs(now + 22 * hourMs),
          why: 'd0',
        };
        const given = begin({ ...shape, autonomy: 'act' }, trial);
        const origins = originsOf(given.streams).filter(
          (one) => one.provider === 'microsoft' && one.pool === 'a',
        );
        addFailures(given.book, origins, { count: 12 });
        const failed = carriedOut(given, decide(given, { kind: 'schedule' }));
        const states = failed.pools.map((pool) => standingAt(pool, 'microsoft').state);
        expect(states[0]).toBe('quarantined');
        expect(leaksOver(failed, 40)).toEqual([]);
      }),
      { numRuns: 3 },
    );
  });
});

describe('a person’s word', () => {
  const words = { pool: 'a', provider: 'microsoft', ...asked } as const;
  const lastGood = undefined;

  test('that lets a pool out begins with the trial that the loop itself begins with', () => {
    const standing: Standing = {
      state: 'quarantined',
      since: ago(hourMs),
      until: epochMs(now + hourMs),
    };
    const shape = { others: 'open', isListed: false, autonomy: 'act' } as const;
    const situation = begin(shape, standing);
    const command = { do: 'release', ...words } as const;
    const released = carriedOut(
      situation,
      decideCommand({ command, id: 'r', situation, lastGood }),
    );
    const stateOf = ({ pools }: Situation) => pools[0]?.standings.get('microsoft');
    expect(stateOf(released)).toMatchObject({ state: 'cold', why: 'ticket 12' });
    expect(released.pools[0]?.warmth.get('microsoft')).toMatchObject({ dayCap: 50 });
    expect(released.orders).toMatchObject([{ trial: true }] satisfies Partial<Order>[]);
    const next = { ...released, now: epochMs(now + minuteMs) };
    expect(stateOf(carriedOut(next, decide(next, { kind: 'schedule' })))?.state).toBe('cold');
  });

  test('moves what it says, and counts for what the loop may move in the hour', () => {
    const shape = { others: 'open', isListed: false, autonomy: 'act' } as const;
    const situation = begin(shape);
    const command = { do: 'quarantine', ...words } as const;
    const [decision] = decideCommand({ command, id: 'q', situation, lastGood });
    const onA = originsOf(situation.streams.slice(0, 1)).filter(
      ({ provider, pool }) => provider === 'microsoft' && pool === 'a',
    );
    const share = decision?.moved?.find(({ stream }) => stream === 'transactional')?.share;
    expect(share).toBeCloseTo(onA.length / 60);
  });
});
