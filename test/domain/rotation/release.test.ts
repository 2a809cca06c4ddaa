import { describe, expect, test } from 'vitest';
import { ruleOn } from '../../../domain/order.ts';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import type {
  Action,
  Decision,
  Order,
  Pool,
  Situation,
  Standing,
} from '../../../domain/rotation/model.ts';
import { planReleases as releasesOf } from '../../../domain/rotation/release.ts';
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

const planReleases = (situation: Situation) => [...releasesOf(() => situation)];
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
    const { share = 1, tenants = [] } = after.orders[0] ?? {};
    expect(tenants.length).toBeGreaterThan(0);
    expect(share * tenants.length * 2).toBeLessThanOrEqual(5);
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

describe('a trial', () => {
  const only = streamOf('transactional', { pools: ['a'] });
  const hold: Order = {
    id: 'd0.1',
    kind: 'hold',
    region: { pool: 'a', provider: 'microsoft' },
    share: 0,
    since: ago(hourMs),
    until: epochMs(now + hourMs),
    decision: 'd0',
  };
  const trialOf = (over: Partial<Situation>) =>
    applied(
      apartSituation(due, { streams: [only], orders: [hold], ...over }),
      planReleases(apartSituation(due, { streams: [only], orders: [hold], ...over })),
    ).orders;

  test('takes mail of established tenants, marks it as canary mail, and lets the others wait', () => {
    const [order] = trialOf({ trustOf: (tenant) => (tenant === 't3' ? 'established' : 'new') });
    expect(order).toMatchObject({ trial: true, tenants: ['t3'], share: 1 });
    const [origin] = originsOf([only]).filter(({ provider }) => provider === 'microsoft');
    if (!order || !origin) throw new Error('no trial');
    const ruling = (tenant: string) =>
      ruleOn({ origin: { ...origin, tenant, pool: 'a' }, key: 'm1', dueAt: now }, [order], now);
    expect(ruling('t3')).toEqual({ kind: 'pass', canary: true });
    expect(ruling('t4').kind).toBe('wait');
  });

  test('takes anybody’s where nobody on the pool is established', () => {
    const [order] = trialOf({ trustOf: () => 'new' });
    expect(order?.trial).toBe(true);
    expect(order?.share).toBeGreaterThan(0);
  });

  test('of mail that has waited for days lets a part leave, not all of it at once', () => {
    const later = epochMs(now + 2 * dayMs);
    const standing: Standing = { ...due, until: later };
    const situation = { ...apartSituation(standing, { streams: [only] }), now: later };
    const waiting = { ...hold, until: epochMs(later + hourMs) };
    const held = { ...situation, orders: [waiting] };
    const { orders } = applied(held, planReleases(held));
    expect(orders).toMatchObject([{ kind: 'slow', trial: true }]);
  });

  test('that fails keeps the mail of a pool that is all its stream has, as long as the pool is out', () => {
    const since = ago(11 * minuteMs);
    const onTrial: Standing = { state: 'cold', since, until: now, why: 'd0' };
    const trickle: Order = { ...hold, id: 'd9.1', kind: 'slow', share: 0.2, trial: true };
    const situation = apartSituation(onTrial, { streams: [only], orders: [trickle] });
    addTrial(situation, 6, 6);
    const plans = planReleases(situation);
    const after = applied(situation, plans);
    expect(stateOf(after.pools)).toBe('quarantined');
    expect(after.orders).toMatchObject([{ kind: 'hold', share: 0, region: hold.region }]);
    const out = after.pools[0]?.standings.get('microsoft')?.until ?? 0;
    expect(after.orders[0]?.until).toBeGreaterThanOrEqual(out);
    expect(plans[0]?.evidence.join()).toMatch(/mails an hour wait.*cannot be recalled/);
    expect(plans[0]?.advice).toBeDefined();
  });
});

test('two pools that come back at one provider at once both get mail, and together no more than the hour allows', () => {
  const shared = streamOf('transactional', {
    pools: ['a', 'b', 'c'],
    assignment: new Map([['*', [{ pool: 'b', weight: 1 }]]]),
  });
  const out = (pool: string) => poolOf(pool, { standings: new Map([['microsoft', due]]) });
  const situation = situationOf({
    pools: [out('a'), poolOf('b'), out('c')],
    streams: [shared],
    brakes: { movedShareMax: 0.12, holdsMax: 5, feedbackAgeMaxMs: 15 * minuteMs },
  });
  addTraffic(situation.book, situation.streams, { perHour: 1 });
  const decisions = decide(situation, { kind: 'schedule' });
  const after = applied(situation, decisions);
  const weighted = after.streams[0]?.assignment.get('microsoft')?.map(({ pool }) => pool) ?? [];
  expect(weighted).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  const moved = decisions.flatMap((one) => one.moved ?? []);
  expect(moved.length).toBeGreaterThan(0);
  expect(moved.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(0.12 + 1e-9);
});

test('a pool that was slowed is in use again when nothing renews it', () => {
  const slowed: Standing = { state: 'degraded', since: ago(hourMs), until: now };
  const situation = apartSituation(slowed);
  expect(stateOf(applied(situation, planReleases(situation)).pools)).toBe('active');
});
