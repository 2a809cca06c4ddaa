import { describe, expect, test } from 'vitest';
import { choosePool } from '../../../domain/assignment.ts';
import { causeKinds } from '../../../domain/blame/model.ts';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { continueMoves } from '../../../domain/rotation/continue-moves.ts';
import { planCause } from '../../../domain/rotation/decide-cause.ts';
import { assignedPools } from '../../../domain/rotation/eligible-pools.ts';
import { measureFor } from '../../../domain/rotation/measures.ts';
import type { Action, Decision, Situation } from '../../../domain/rotation/model.ts';
import { isWithin } from '../../../domain/rotation/orders.ts';
import { dueVetoes, recordOf } from '../../../domain/rotation/record.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import {
  addTraffic,
  ago,
  causeOf,
  decisionOf,
  now,
  poolOf,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

const blocked = causeOf({ kind: 'pool×provider', region: { pool: 'a', provider: 'microsoft' } });
const toB: Action = {
  kind: 'move',
  stream: 'transactional',
  provider: 'microsoft',
  before: [
    { pool: 'a', weight: 1 },
    { pool: 'b', weight: 1 },
  ],
  pools: [{ pool: 'b', weight: 1 }],
};

describe('the decision table', () => {
  test.each(['deferral', 'complaint', 'outage', 'domain', 'content', 'hard-bounce'] as const)(
    '%s never moves anything',
    (signal) => {
      for (const kind of causeKinds) expect(measureFor(signal, kind)).toMatch(/^(hold|slow)/);
    },
  );

  test('who sends is held and whoever else is blocked for it does not move', () => {
    for (const kind of causeKinds.filter((one) => /tenant|identity|campaign/.test(one)))
      expect(measureFor('block', kind)).toMatch(/^hold/);
  });
});

describe('the loop stops itself', () => {
  test('when the same cause comes back within a day: mail waits, nobody hops on', () => {
    const history = [decisionOf({ cause: blocked, actions: [toB] })];
    const [plan] = planCause(blocked, undefined, situationOf({ history }));
    expect(plan?.brake).toBe('same-cause-twice');
    expect(plan?.actions.map(({ kind }) => kind)).toEqual(['hold-pair']);
    expect(plan?.advice).toBeDefined();
  });

  test('when the pool that mail was moved to is refused within the day', () => {
    const history = [decisionOf({ cause: blocked, actions: [toB] })];
    const next = causeOf({ kind: 'pool×provider', region: { pool: 'b', provider: 'microsoft' } });
    expect(planCause(next, undefined, situationOf({ history }))[0]?.brake).toBe('same-cause-twice');
    const elsewhere = causeOf({ kind: 'pool×provider', region: { pool: 'b', provider: 'gmail' } });
    expect(planCause(elsewhere, undefined, situationOf({ history }))[0]?.brake).toBeUndefined();
  });

  test('when more tenants would be held in ten minutes than a bad day has', () => {
    const held = Array.from({ length: 5 }, (_, index) => {
      const cause = causeOf({ kind: 'tenant', region: { tenant: `t${index}` } });
      const [plan] = planCause(cause, undefined, situationOf());
      return decisionOf({ cause, actions: plan?.actions ?? [], at: ago(minuteMs) });
    });
    const sixth = causeOf({ kind: 'tenant', region: { tenant: 't6' } });
    const situation = situationOf({ history: held });
    const [plan] = planCause(sixth, undefined, situation);
    expect(plan?.brake).toBe('too-many-holds');
    expect(plan && recordOf(plan, situation)).toMatchObject({ done: false, autonomy: 'act' });
    const calm = situationOf({ history: held.slice(1) });
    expect(planCause(sixth, undefined, calm)[0]?.brake).toBeUndefined();
  });

  test('and holds a relapsing tenant for twice as long', () => {
    const cause = causeOf({ kind: 'tenant', region: { tenant: 't1' } });
    const lengthOf = (history: readonly Decision[]) => {
      const action = planCause(cause, undefined, situationOf({ history }))[0]?.actions[0];
      return action?.kind === 'hold-tenant' ? action.order.until - now : 0;
    };
    const once = decisionOf({ cause, at: ago(30 * hourMs) });
    expect(lengthOf([])).toBe(24 * hourMs);
    expect(lengthOf([once])).toBe(48 * hourMs);
  });
});

describe('an address on a list', () => {
  const listed = causeOf({ kind: 'ip', region: { pool: 'a', ip: '192.0.2.97' } });
  const listings = new Map([['192.0.2.97', ['barracuda']]]);

  test('holds whoever earned it before anybody moves', () => {
    const situation = situationOf({ listings });
    addTraffic(situation.book, situation.streams, { perHour: 60 });
    const [plan] = planCause({ ...listed, earnedBy: { tenant: 't2' } }, undefined, situation);
    expect(plan?.actions[0]).toMatchObject({
      kind: 'hold-tenant',
      order: { region: { tenant: 't2' } },
    });
    expect(plan?.actions.some(({ kind }) => kind === 'move')).toBe(true);
    expect(plan?.actions.at(-1)).toMatchObject({ kind: 'quarantine', provider: '*' });
  });

  test('that nobody can be named for lets only established tenants move', () => {
    const newcomers = new Set(['t0', 't1', 't2', 't3', 't4', 't5']);
    const trustOf = (tenant: string) => (newcomers.has(tenant) ? 'new' : 'established');
    const situation = situationOf({
      listings,
      trustOf,
      brakes: { movedShareMax: 1, holdsMax: 5, feedbackAgeMaxMs: hourMs },
    });
    addTraffic(situation.book, situation.streams, { perHour: 60 });
    const actions = planCause(listed, undefined, situation)[0]?.actions ?? [];
    const held = actions.flatMap((action) =>
      action.kind === 'hold-pair' ? [action.order.region.tenant ?? ''] : [],
    );
    expect(held.length).toBeGreaterThan(0);
    expect(held.every((tenant) => newcomers.has(tenant))).toBe(true);
  });

  test('that nobody can be named for keeps newcomers where they are, however often the rest moves on', () => {
    const isNew = (tenant: string) => tenant.startsWith('new');
    let situation = situationOf({
      listings,
      trustOf: (tenant) => (isNew(tenant) ? 'new' : 'established'),
    });
    // More newcomers than can be held one by one, so that some stay on the pool that is out.
    const senders = Array.from(
      { length: 160 },
      (_, index) => `${index % 2 ? 'old' : 'new'}-${index}`,
    );
    const origins = senders.map((tenant) => ({
      ...{ tenant, identity: `${tenant}.example`, stream: 'transactional', campaign: '' },
      ...{ provider: 'microsoft', pool: choosePool(weightsOf(situation), tenant) ?? '' },
    }));
    for (const origin of origins) situation.book.addSent({ origin, at: ago(minuteMs), count: 6 });
    const take = (plans: ReturnType<typeof planCause>) => {
      const decisions = plans.map((plan) => recordOf(plan, situation));
      const actions = decisions.flatMap((one) => one.actions);
      situation = {
        ...situation,
        ...applyActions(situation, actions, situation.now),
        history: [...situation.history, ...decisions],
        now: epochMs(situation.now + hourMs + 1),
      };
      return actions;
    };
    const leftBehind = () =>
      origins.filter(({ tenant }) => choosePool(weightsOf(situation), tenant) === 'a').length;
    expect(take(planCause(listed, undefined, situation)).at(-1)).toMatchObject({ provider: '*' });
    expect(leftBehind()).toBeGreaterThan(0);
    for (let hour = 0; hour < 8; hour += 1) take([...continueMoves(() => situation)]);
    const left = origins
      .map((origin) => ({ ...origin, from: origin.pool }))
      .map((origin) => ({ ...origin, pool: choosePool(weightsOf(situation), origin.tenant) ?? '' }))
      .filter(({ from, pool }) => from === 'a' && pool !== 'a')
      .map((origin) => {
        const orders = situation.orders.filter(({ region }) => isWithin(region, origin));
        return [isNew(origin.tenant), orders.some(({ share }) => share === 0)];
      });
    expect(left).toContainEqual([false, false]);
    expect(left).not.toContainEqual([true, false]);
  });

  test('of senders calls a person, and nothing moves', () => {
    const sbl = new Map([['192.0.2.97', ['spamhaus-sbl']]]);
    const [plan] = planCause(listed, undefined, situationOf({ listings: sbl }));
    expect(plan).toMatchObject({ brake: 'refused', actions: [{ kind: 'hold-pair' }] });
    expect(plan?.advice).toContain('removal');
  });

  test('that only a stranger claims is quarantined nowhere', () => {
    const claimed = { ...listed, vouchedBy: { providers: 1, tenants: 1, recipientDomains: 1 } };
    expect(planCause(claimed, undefined, situationOf())).toEqual([]);
  });
});

test('shared addresses are slowed, because there is nothing to rotate between', () => {
  const pools = [poolOf('a', { kind: 'shared', warmth: new Map() }), poolOf('b')];
  const [plan] = planCause(blocked, undefined, situationOf({ pools }));
  expect(plan?.actions[0]).toMatchObject({ kind: 'slow', order: { share: 0.25 } });
  expect(plan?.actions.map(({ kind }) => kind)).not.toContain('move');
});

test('a slowed part is slowed further only when its order ends and the evidence still stands', () => {
  const cause = causeOf({ kind: 'pool', region: { pool: 'a' }, signal: 'complaint' });
  const [plan] = planCause(cause, undefined, situationOf());
  const order = plan?.actions.flatMap((action) =>
    action.kind === 'slow' ? [action.order] : [],
  )[0];
  if (!order) throw new Error('nothing was slowed');
  expect(planCause(cause, undefined, situationOf({ orders: [order] }))).toEqual([]);
  const ending = { ...order, since: ago(55 * minuteMs), until: epochMs(now + 5 * minuteMs) };
  const [again] = planCause(cause, undefined, situationOf({ orders: [ending] }));
  expect(again?.actions).toMatchObject([
    { kind: 'slow', order: { share: 0.25 } },
    { kind: 'release', orderId: ending.id },
  ]);
});

test('a single tenant whose share is too large moves in steps of what an hour allows', () => {
  const stream = streamOf('transactional', { pools: ['a'], failover: ['b'] });
  const situation = situationOf({
    streams: [stream],
    brakes: { movedShareMax: 0.05, holdsMax: 5, feedbackAgeMaxMs: hourMs },
  });
  const origin = {
    tenant: 'default',
    identity: 'example.com',
    stream: 'transactional',
    pool: 'a',
    provider: 'microsoft',
    campaign: '',
  };
  for (const provider of ['microsoft', 'gmail'])
    situation.book.addSent({ origin: { ...origin, provider }, at: ago(minuteMs), count: 100 });
  const [plan] = planCause(blocked, undefined, situation);
  expect(plan?.actions).toMatchObject([
    { kind: 'move', pools: [{ pool: 'b' }] },
    {
      kind: 'slow',
      order: { region: { tenant: 'default', pool: 'b' }, streams: ['transactional'] },
    },
    { kind: 'quarantine' },
  ]);
  const order = plan?.actions.flatMap((action) =>
    action.kind === 'slow' ? [action.order] : [],
  )[0];
  expect(order?.share).toBeCloseTo(0.1);
  const aged = order && { ...order, since: ago(hourMs), until: epochMs(now + hourMs) };
  const later = { ...situation, orders: aged ? [aged] : [] };
  const [next] = continueMoves(() => later);
  expect(next?.actions).toMatchObject([{ kind: 'release' }, { kind: 'slow' }]);
  expect(next?.moved?.[0]?.share).toBeCloseTo(0.05);
});

describe('what waits for people', () => {
  const waiting = decisionOf({
    id: 'w',
    autonomy: 'veto',
    done: false,
    actsAt: now,
    actions: [toB],
  });

  test('is done when its veto window is over and nobody objected', () => {
    const { actsAt: _, ...vetoed } = waiting;
    const early = { ...waiting, id: 'early', actsAt: epochMs(now + 1) };
    const late = { ...waiting, id: 'late', until: ago(1) };
    const done = { ...waiting, id: 'done', done: true };
    expect(dueVetoes([waiting, vetoed, early, late, done], now)).toEqual([waiting]);
  });
});

function weightsOf({ streams: [stream] }: Situation) {
  return stream ? assignedPools(stream, 'microsoft') : [];
}
