import { describe, expect, test } from 'vitest';
import { applyActions } from '../../../domain/rotation/apply.ts';
import type {
  Action,
  Decision,
  Pool,
  Situation,
  Standing,
} from '../../../domain/rotation/model.ts';
import { planReleases } from '../../../domain/rotation/release.ts';
import { dayMs, epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import {
  addTraffic,
  ago,
  decisionOf,
  now,
  originsOf,
  poolOf,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

const due: Standing = { state: 'quarantined', since: ago(7 * hourMs), until: now, why: 'd0' };
const apart = streamOf('transactional', {
  assignment: new Map([
    [
      '*',
      [
        { pool: 'a', weight: 1 },
        { pool: 'b', weight: 1 },
      ],
    ],
    ['microsoft', [{ pool: 'b', weight: 1 }]],
  ]),
});

/** Pool a was taken out at Microsoft, all its mail went to b. */
function apartSituation(standing: Standing, over: Partial<Situation> = {}): Situation {
  const small = { step: 8, dayCap: 737, hourCap: 73, sentToday: 0, cleanDays: [500] };
  const pool = poolOf('a', {
    standings: new Map([['microsoft', standing]]),
    warmth: new Map([['microsoft', small]]),
  });
  const quarantine: Action = {
    kind: 'quarantine',
    pool: 'a',
    provider: 'microsoft',
    standing: due,
  };
  const situation = situationOf({
    pools: [pool, poolOf('b')],
    streams: [apart],
    history: [decisionOf({ actions: [quarantine] })],
    ...over,
  });
  addTraffic(situation.book, situation.streams, { perHour: 2 });
  return situation;
}

const stateOf = (pools: readonly Pool[]) => pools[0]?.standings.get('microsoft')?.state;
const applied = (situation: Situation, plans: readonly Pick<Decision, 'actions'>[]) =>
  applyActions(
    situation,
    plans.flatMap(({ actions }) => actions),
    situation.now,
  );

/** Mail of pool a at Microsoft in the last minutes. */
function addTrial(situation: Situation, sent: number, failed: number): void {
  const origins = originsOf(situation.streams).filter(({ provider }) => provider === 'microsoft');
  for (let index = 0; index < sent; index += 1) {
    const origin = origins[index % origins.length];
    if (!origin) throw new Error('no origin');
    const through = { ...origin, pool: 'a' };
    const sentAt = ago((5 + index) * minuteMs);
    situation.book.addSent({ origin: through, at: sentAt, count: 1 });
    if (index < failed)
      situation.book.addFailure({
        key: `trial-${index}`,
        origin: through,
        sentAt,
        heardAt: epochMs(sentAt + secondMs),
        signal: 'block',
        reason: 'block-ip-reputation',
        weight: 1,
        recipientDomain: `domain-${index}.example`,
        vouched: true,
      });
  }
}

describe('a quarantined pool', () => {
  test('stays out until its time', () => {
    const later = { ...due, until: epochMs(now + 1) };
    expect(planReleases(apartSituation(later))).toEqual([]);
  });

  test('stays out while an address of it is still listed', () => {
    const listings = new Map([['192.0.2.97', ['spamhaus-css']]]);
    expect(planReleases(apartSituation(due, { listings }))).toEqual([]);
  });

  test('goes on trial with no more mail than the first day of a ladder has in an hour', () => {
    const situation = apartSituation(due);
    const [plan] = planReleases(situation);
    const after = applied(situation, plan ? [plan] : []);
    expect(stateOf(after.pools)).toBe('cold');
    expect(after.pools[0]?.warmth.get('microsoft')).toMatchObject({
      step: 4,
      dayCap: 50,
      hourCap: 5,
    });
    const moved = originsOf(after.streams).filter(
      ({ provider, pool }) => provider === 'microsoft' && pool === 'a',
    );
    expect(moved.length * 2).toBeGreaterThan(0);
    expect(moved.length * 2).toBeLessThanOrEqual(5);
  });

  test('on trial lets a trickle of what waited on it leave, and no more', () => {
    const only = streamOf('transactional', { pools: ['a'] });
    const hold = {
      id: 'd0.1',
      kind: 'hold',
      region: { pool: 'a', provider: 'microsoft' },
      share: 0,
      since: ago(hourMs),
      until: epochMs(now + hourMs),
      decision: 'd0',
    } as const;
    const situation = apartSituation(due, { streams: [only], orders: [hold] });
    const after = applied(situation, planReleases(situation));
    expect(after.orders).toHaveLength(1);
    expect(after.orders[0]).toMatchObject({ kind: 'slow', region: hold.region });
    expect(after.orders[0]?.share).toBeLessThanOrEqual(5 / 24 + 0.01);
  });
});

describe('a pool on trial', () => {
  const onTrial: Standing = {
    state: 'cold',
    since: ago(2 * hourMs),
    until: epochMs(now + dayMs),
    why: 'd0',
  };

  test('waits for mail before anything is said of it', () => {
    expect(planReleases(apartSituation(onTrial))).toEqual([]);
  });

  test('goes to its ladder once a few clean mails say that the block is gone', () => {
    const situation = apartSituation(onTrial);
    addTrial(situation, 12, 0);
    const after = applied(situation, planReleases(situation));
    expect(stateOf(after.pools)).toBe('warming');
    expect(after.pools[0]?.warmth.get('microsoft')).toMatchObject({ step: 8 });
  });

  test('goes back for twice as long when the block still stands', () => {
    const situation = apartSituation(onTrial);
    addTrial(situation, 6, 5);
    const plans = planReleases(situation);
    expect(stateOf(applied(situation, plans).pools)).toBe('quarantined');
    expect(plans[0]?.actions.at(-1)).toMatchObject({
      standing: { until: epochMs(now + 12 * hourMs) },
    });
  });

  test('is none where a pool is cold because it is new', () => {
    const fresh: Standing = { state: 'cold', since: ago(9 * dayMs) };
    expect(planReleases(apartSituation(fresh))).toEqual([]);
  });

  test('ends after a day without mail, at the foot of the ladder', () => {
    const situation = apartSituation({ ...onTrial, until: now });
    const after = applied(situation, planReleases(situation));
    expect(stateOf(after.pools)).toBe('warming');
    expect(after.pools[0]?.warmth.get('microsoft')).toMatchObject({ dayCap: 50 });
  });
});

test('a pool that was slowed is in use again when nothing renews it', () => {
  const slowed: Standing = { state: 'degraded', since: ago(hourMs), until: now };
  const situation = apartSituation(slowed);
  expect(stateOf(applied(situation, planReleases(situation)).pools)).toBe('active');
});
