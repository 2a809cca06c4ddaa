/** What an order holds waits and is looked at ever more rarely; what is slowed passes by its share and is not drawn at each look. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Region } from '../../domain/evidence/model.ts';
import { lookAgainAt, type OrderedMail, ruleOn } from '../../domain/order.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';

const since = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const at = (milliseconds: number) => epochMs(since + milliseconds);
const order = (over: Partial<Order> = {}): Order => ({
  id: 'd1.0',
  kind: 'hold',
  region: { tenant: 'acme', provider: 'gmail' },
  share: 0,
  since,
  until: at(24 * hourMs),
  decision: 'd1',
  ...over,
});
const origin = {
  tenant: 'acme',
  identity: 'acme.example',
  stream: 'transactional',
  pool: 'shared',
  provider: 'gmail',
  campaign: 'spring',
};
const mail = { origin, key: 'message#0', dueAt: since };

describe('the mail that an order means', () => {
  test.each<[string, Region, string]>([
    ['all that agrees in every named dimension', { tenant: 'acme', provider: 'gmail' }, 'wait'],
    ['a campaign', { campaign: 'spring' }, 'wait'],
    ['an identity', { identity: 'acme.example' }, 'wait'],
    ['everything, where nothing is named', {}, 'wait'],
    ['a pool, whatever address of it the order names', { pool: 'shared', ip: '192.0.2.1' }, 'wait'],
    ['no other tenant', { tenant: 'globex', provider: 'gmail' }, 'pass'],
    ['no other provider', { tenant: 'acme', provider: 'yahoo' }, 'pass'],
    ['none, where only an address is named', { ip: '192.0.2.1' }, 'pass'],
  ])('is %s', (_, region, kind) => {
    expect(ruleOn(mail, [order({ region })], at(0)).kind).toBe(kind);
  });

  test('is free before the order begins and from its end on', () => {
    const now = at(hourMs);
    expect(ruleOn(mail, [order({ until: now })], now).kind).toBe('pass');
    expect(ruleOn(mail, [order({ since: at(hourMs + 1) })], now).kind).toBe('pass');
    expect(ruleOn(mail, [order({ until: at(hourMs + 1) })], now).kind).toBe('wait');
  });
});

test('held mail is looked at after 1, 2, 4 … 60 minutes, and when the order ends', () => {
  const looks: number[] = [];
  const held = order({ until: at(200 * minuteMs) });
  for (let now = since; now < held.until; now = lookAgainAt(held, { now, dueAt: since }))
    looks.push((now - since) / minuteMs);
  expect(looks).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 124, 184]);
  expect(lookAgainAt(held, { now: at(184 * minuteMs), dueAt: since })).toBe(held.until);
});

test.each<[string, Partial<Order>]>([
  ['what is slowed', { kind: 'slow', share: 0.1, region: { provider: 'gmail' } }],
  ['what a pool holds', { region: { pool: 'shared' } }],
])('%s is looked at each quarter of an hour, because it may end at any minute', (_, over) => {
  const held = order({ until: at(24 * hourMs), ...over });
  const look = (now: EpochMs) => lookAgainAt(held, { now, dueAt: now });
  expect(look(at(20 * minuteMs))).toBe(at(36 * minuteMs));
  expect(look(at(5 * hourMs))).toBe(at(5 * hourMs + 16 * minuteMs));
});

test('what may be released at any minute is looked at ever sooner, until it is an hour old', () => {
  const slow = order({ kind: 'slow', share: 0.1, region: { provider: 'gmail' } });
  const dueAt = at(hourMs);
  const looks: number[] = [];
  for (let now = dueAt; now < at(2.5 * hourMs); now = lookAgainAt(slow, { now, dueAt }))
    looks.push((now - dueAt) / minuteMs);
  expect(looks).toEqual([0, 16, 32, 46, 53, 56.5, 58.25, 59.25, 60.25, 76.25]);
});

test('law: what expires within the hour is looked at in the second half of its life, however old its order', () => {
  const slow = order({ kind: 'slow', share: 0.1, region: { provider: 'gmail' } });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20 * hourMs }),
      fc.integer({ min: 3 * minuteMs, max: hourMs }),
      (age, lifeMs) => {
        const times = { dueAt: at(age), expiresAt: at(age + lifeMs) };
        let now = times.dueAt;
        while (now - times.dueAt < lifeMs / 2) now = lookAgainAt(slow, { now, ...times });
        expect(now).toBeLessThan(times.expiresAt);
      },
    ),
  );
});

test('law: no look is later than the end of an order, nor later than an hour', () => {
  fc.assert(
    fc.property(fc.nat(48 * hourMs), fc.integer({ min: 1, max: 48 * hourMs }), (age, left) => {
      const dueAt = since;
      const now = at(age);
      const next = lookAgainAt(order({ until: epochMs(now + left) }), { now, dueAt });
      expect(next).toBeGreaterThan(now);
      expect(next).toBeLessThanOrEqual(Math.min(now + left, now + hourMs));
    }),
  );
});

describe('slowed mail', () => {
  const slow = order({ kind: 'slow', share: 0.3 });
  const passing = (orders: readonly Order[], ageMs: number) =>
    Array.from({ length: 2_000 }, (_, index) => index).filter(
      (index) => ruleOn({ ...mail, key: `m${index}` }, orders, at(ageMs)).kind === 'pass',
    );

  test('passes by its share, the same mail whenever it asks within the hour', () => {
    const first = passing([slow], 0);
    expect(first.length / 2_000).toBeCloseTo(0.3, 1);
    expect(passing([slow], 59 * minuteMs)).toEqual(first);
    expect(passing([slow], hourMs)).not.toEqual(first);
  });

  test('of orders about two things passes by the product of their shares', () => {
    const other = order({ id: 'd2.0', kind: 'slow', share: 0.5, region: { provider: 'gmail' } });
    expect(passing([slow, other], 0).length / 2_000).toBeCloseTo(0.15, 1);
  });

  test('gains nothing by an order that takes the place of another about the same', () => {
    const renewed = order({ id: 'd2.0', kind: 'slow', share: 0.3 });
    const halved = order({ id: 'd3.0', kind: 'slow', share: 0.15 });
    expect(passing([renewed], 0)).toEqual(passing([slow], 0));
    expect(passing([slow], 0)).toEqual(expect.arrayContaining([...passing([halved], 0)]));
  });
});

describe('mail of which the oldest goes first', () => {
  const slow = order({ kind: 'slow', share: 0.3, oldestFirstSince: since });
  const passingOf = (times: Pick<OrderedMail, 'dueAt' | 'expiresAt'>, now: EpochMs) =>
    Array.from({ length: 2_000 }, (_, index) => index).filter(
      (index) => ruleOn({ ...mail, ...times, key: `m${index}` }, [slow], now).kind === 'pass',
    );
  const passing = (times: Pick<OrderedMail, 'dueAt' | 'expiresAt'>, now: EpochMs) =>
    passingOf(times, now).length / 2_000;

  test('passes by its share when it has waited for half of the time that it is slowed, and by a fifth of it before', () => {
    const mails = { dueAt: at(10 * minuteMs) };
    expect(passing(mails, at(19 * minuteMs))).toBeCloseTo(0.06, 1.5);
    expect(passing(mails, at(20 * minuteMs))).toBeCloseTo(0.3, 1);
  });

  test('passes by its share once it is an hour late, however long the trouble lasts', () => {
    const mails = { dueAt: at(5 * hourMs) };
    expect(passing(mails, at(6 * hourMs - 1))).toBeCloseTo(0.06, 1.5);
    expect(passing(mails, at(6 * hourMs))).toBeCloseTo(0.3, 1);
  });

  test('passes by its share from half of its life on, where it expires', () => {
    const codes = { dueAt: at(5 * hourMs), expiresAt: at(5 * hourMs + 10 * minuteMs) };
    expect(passing(codes, at(5 * hourMs + 5 * minuteMs - 1))).toBeCloseTo(0.06, 1.5);
    expect(passing(codes, at(5 * hourMs + 5 * minuteMs))).toBeCloseTo(0.3, 1);
  });

  test('is never without a trickle, though all of it be young', () => {
    const young = { dueAt: at(30 * minuteMs) };
    const first = passingOf(young, young.dueAt);
    expect(first.length).toBeGreaterThan(0);
    expect(passingOf(young, at(45 * minuteMs))).toEqual(expect.arrayContaining(first));
  });

  test('does not begin anew with an order that renews another', () => {
    const renewed = { ...slow, id: 'd2.0', since: at(30 * minuteMs) };
    const young = { ...mail, dueAt: at(31 * minuteMs) };
    const rule = (of: Order, index: number) =>
      ruleOn({ ...young, key: `m${index}` }, [of], at(33 * minuteMs)).kind;
    const waiting = Array.from({ length: 100 }, (_, index) => rule(renewed, index));
    expect(waiting).toEqual(waiting.map((_, index) => rule(slow, index)));
    expect(waiting.filter((kind) => kind === 'wait').length).toBeGreaterThan(85);
  });
});

describe('a probe', () => {
  const probes = { tenants: ['acme'], mails: 3 };

  test('is mail of a tenant that every order against it lists', () => {
    expect(ruleOn(mail, [order({ probes })], at(0))).toMatchObject({
      kind: 'probe',
      orders: [{ id: 'd1.0' }],
      until: at(minuteMs),
    });
    expect(ruleOn(mail, [order({ probes }), order({ id: 'd2.0' })], at(0)).kind).toBe('wait');
    const others = { tenants: ['globex'], mails: 3 };
    expect(ruleOn(mail, [order({ probes: others })], at(0)).kind).toBe('wait');
  });
});
