import { describe, expect, test } from 'vitest';
import { decide } from '../../../domain/rotation/decide.ts';
import type { Action, Decision, Situation, Trigger } from '../../../domain/rotation/model.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import {
  addFailures,
  addTraffic,
  carriedOut,
  now,
  originsOf,
  poolOf,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

const atA: Trigger = { kind: 'failures', regions: [{ pool: 'a', provider: 'microsoft' }] };

/** Mail has flowed for two hours, then pool a is refused at Microsoft. */
function blocked(over: Partial<Situation> = {}): Situation {
  const situation = situationOf(over);
  addTraffic(situation.book, situation.streams, { perHour: 600 });
  const origins = originsOf(situation.streams).filter(
    ({ pool, provider }) => pool === 'a' && provider === 'microsoft',
  );
  addFailures(situation.book, origins, { count: 20 });
  return situation;
}

/** Mail flowed until three minutes ago; since then all of it fails at Yahoo. */
function troubledYahoo(signal: 'deferral' | 'outage') {
  const situation = situationOf();
  const origins = originsOf(situation.streams);
  for (const origin of origins)
    for (let age = origin.provider === 'yahoo' ? 3 : 0; age < 60; age += 1)
      situation.book.addSent({ origin, at: epochMs(now - age * minuteMs), count: 7 });
  const atYahoo = origins.filter(({ provider }) => provider === 'yahoo');
  addFailures(situation.book, atYahoo, { count: 100, signal });
  const regions = [{ provider: 'yahoo' }, { pool: 'a', provider: 'yahoo' }];
  return { situation, trigger: { kind: 'failures', regions } as const };
}

const actionsOf = (decisions: readonly Decision[]) => decisions.flatMap(({ actions }) => actions);
const kinds = (decisions: readonly Decision[]) => actionsOf(decisions).map(({ kind }) => kind);

describe('a pool that one provider refuses', () => {
  test("loses that provider's share, and no other provider's mail moves", () => {
    const decisions = decide(blocked(), atA);
    expect(kinds(decisions)).toEqual(['move', 'quarantine']);
    expect(actionsOf(decisions)).toMatchObject([
      { provider: 'microsoft', pools: [{ pool: 'b', weight: 1 }] },
      { pool: 'a', provider: 'microsoft', standing: { state: 'quarantined' } },
    ]);
    expect(decisions[0]).toMatchObject({ done: true, undo: 'goodstanding decisions undo d1' });
  });

  test('says why in numbers, and what else it is not', () => {
    const [decision] = decide(blocked(), atA);
    expect(decision?.evidence[0]).toMatch(
      /^since 14:19 UTC: 20 of \d+ mails to microsoft through pool a blocked, tolerated 0\.2 %; evidence 1 : /,
    );
    expect(decision?.evidence.join('\n')).toContain('cannot be recalled');
  });

  test('is decided once, however often it is heard of', () => {
    const situation = blocked();
    const first = decide(situation, atA);
    expect(decide(carriedOut(situation, first, minuteMs), atA)).toEqual([]);
    expect(
      kinds(decide(carriedOut(situation, first, minuteMs), { kind: 'schedule' })),
    ).not.toContain('move');
  });

  test('waits where nothing warm is left, and a person is called', () => {
    const full = poolOf('b', {
      warmth: new Map([
        ['microsoft', { step: 3, dayCap: 10, hourCap: 1, sentToday: 10, cleanDays: [] }],
      ]),
    });
    const [decision] = decide(blocked({ pools: [poolOf('a'), full] }), atA);
    expect(decision?.brake).toBe('nothing-warm');
    expect(decision?.actions).toMatchObject([
      { kind: 'hold-pair', order: { region: { pool: 'a', provider: 'microsoft' }, share: 0 } },
      { kind: 'quarantine' },
    ]);
    expect(decision?.page).toMatch(/What happened: .*What was done: .*What to do: /s);
    expect(decision?.evidence.join('\n')).toMatch(/mails an hour wait/);
  });

  test('moves no more than a fifth of a stream in an hour, and the rest in the next', () => {
    const onlyA = streamOf('transactional', { pools: ['a'], failover: ['b'] });
    const situation = blocked({
      streams: [onlyA],
      brakes: { movedShareMax: 0.1, holdsMax: 5, feedbackAgeMaxMs: 15 * minuteMs },
    });
    const first = decide(situation, atA);
    const moved = first[0]?.moved?.[0]?.share ?? 0;
    expect(first[0]?.brake).toBe('moved-too-much');
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThanOrEqual(0.1 + 1e-9);
    const later = decide(carriedOut(situation, first, hourMs + minuteMs), { kind: 'schedule' });
    const further = later.flatMap((one) => one.moved ?? []);
    expect(further.length).toBeGreaterThan(0);
    expect(further.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(0.1 + 1e-9);
  });
});

describe('what is not the pool', () => {
  test('a tenant whose mail fails is held, and no pool moves', () => {
    const situation = situationOf();
    addTraffic(situation.book, situation.streams, { perHour: 600 });
    const origins = originsOf(situation.streams).filter(({ tenant }) => tenant === 't3');
    addFailures(situation.book, origins, { count: 30, signal: 'hard-bounce' });
    const decisions = decide(situation, { kind: 'failures', regions: [{ tenant: 't3' }] });
    const [hold, trickle, wider, ...others] = actionsOf(decisions);
    expect(hold).toMatchObject({
      kind: 'hold-tenant',
      order: { region: { tenant: 't3' }, share: 0 },
    });
    expect(trickle).toMatchObject({ order: { share: 0.05, region: { tenant: 't3' } } });
    expect(wider).toMatchObject({ order: { share: 0.25, region: { tenant: 't3' } } });
    expect(others).toEqual([]);
  });

  test('a held tenant comes back by a trickle, then by a quarter, and whole once that is clean', () => {
    const situation = situationOf();
    addTraffic(situation.book, situation.streams, { perHour: 600 });
    const origins = originsOf(situation.streams).filter(({ tenant }) => tenant === 't3');
    addFailures(situation.book, origins, { count: 30, signal: 'hard-bounce' });
    const held = decide(situation, { kind: 'failures', regions: [{ tenant: 't3' }] });
    const over = carriedOut(situation, held, dayMs + 20 * minuteMs);
    const open = over.orders.filter(({ until }) => until > over.now);
    expect(open.map(({ share }) => share)).toEqual([0.05, 0.25]);
    const later = over.orders.filter(({ until }) => until > over.now + hourMs);
    expect(later.map(({ share }) => share)).toEqual([0.25]);
    expect(kinds(decide(over, { kind: 'schedule' }))).not.toContain('release');
    for (const origin of origins)
      over.book.addSent({ origin, at: epochMs(over.now - 10 * minuteMs), count: 20 });
    const lifted = actionsOf(decide(over, { kind: 'schedule' })).filter(
      ({ kind }) => kind === 'release',
    );
    expect(lifted).toMatchObject(open.map(({ id }) => ({ orderId: id })));
  });

  test.each(['deferral', 'outage'] as const)('%s slows where nothing gets through', (signal) => {
    const { situation, trigger } = troubledYahoo(signal);
    const decisions = decide(situation, trigger);
    expect(kinds(decisions)).toContain('slow');
    expect(kinds(decisions)).not.toContain('move');
    const slowed = carriedOut(situation, decisions, 10 * minuteMs);
    expect(kinds(decide(slowed, { kind: 'schedule' }))).not.toContain('release');
    for (const origin of originsOf(situation.streams))
      slowed.book.addSent({ origin, at: epochMs(slowed.now - minuteMs), count: 1 });
    expect(kinds(decide(slowed, { kind: 'schedule' }))).toContain('release');
  });

  test.each(['deferral', 'outage'] as const)(
    '%s is slowed on by an order that knows since when, as long as a trickle of two fails',
    (signal) => {
      const { situation, trigger } = troubledYahoo(signal);
      const decisions = decide(situation, trigger);
      const later = carriedOut(situation, decisions, 40 * minuteMs);
      const [first] = later.orders;
      const [trickled] = originsOf(later.streams).filter(({ provider }) => provider === 'yahoo');
      if (!first || !trickled) throw new Error('nothing was slowed');
      const at = epochMs(later.now - minuteMs);
      later.book.addSent({ origin: trickled, at, count: 2 });
      for (const index of [1, 2])
        later.book.addFailure({
          ...{ key: `late#${index}`, origin: trickled, sentAt: at, heardAt: at, signal },
          ...{
            reason: 'undetermined',
            weight: 1,
            vouched: true,
            recipientDomain: 'yahoo.example',
          },
        });
      const renewed = decide(later, trigger);
      expect(actionsOf(renewed)).toMatchObject([
        {
          kind: 'slow',
          order: { share: first.share, since: later.now, oldestFirstSince: first.since },
        },
        { kind: 'release', orderId: first.id },
      ]);
    },
  );

  test.each(['deferral', 'outage'] as const)('%s that lets mail through holds nobody', (signal) => {
    const { situation, trigger } = troubledYahoo(signal);
    addTraffic(situation.book, situation.streams, { perHour: 600 });
    const decisions = decide(situation, trigger);
    expect(kinds(decisions).filter((kind) => /slow|hold|move/.test(kind))).toEqual([]);
  });

  test('a pool that one tenant has for itself is tried by another pool, and a person is told', () => {
    const situation = situationOf({
      brakes: { movedShareMax: 1, holdsMax: 5, feedbackAgeMaxMs: hourMs },
    });
    const everybody = originsOf(situation.streams);
    const alone = everybody.find(({ pool, provider }) => pool === 'a' && provider === 'gmail');
    if (!alone) throw new Error('nobody sends through pool a');
    for (const origin of everybody)
      if (origin.pool !== 'a' || origin.tenant === alone.tenant)
        for (let age = 1; age < 120; age += 1)
          situation.book.addSent({ origin, at: epochMs(now - age * minuteMs), count: 2 });
    addFailures(situation.book, [alone], { count: 20 });
    const decisions = decide(situation, {
      kind: 'failures',
      regions: [{ pool: 'a', provider: 'gmail' }],
    });
    expect(kinds(decisions)).toEqual(['move', 'quarantine']);
    expect(decisions[0]?.undecided?.candidates.map(({ kind }) => kind)).toContain('pool×provider');
    expect(decisions[0]?.page).toContain('does not tell who is at fault');
  });

  test('replies that nobody vouches for quarantine nothing', () => {
    const situation = situationOf();
    addTraffic(situation.book, situation.streams, { perHour: 600 });
    addFailures(situation.book, originsOf(situation.streams), {
      count: 60,
      vouched: false,
      recipientDomain: 'hostile.example',
    });
    const decisions = decide(situation, { kind: 'schedule' });
    expect(kinds(decisions).filter((kind) => /move|quarantine/.test(kind))).toEqual([]);
  });
});

describe('the brakes', () => {
  test.each(['off', 'freeze'] as const)(
    'automation %s does nothing and says what it would have done',
    (automation) => {
      const decisions = decide(blocked({ automation }), atA);
      expect(decisions.length).toBeGreaterThan(0);
      expect(decisions.every(({ done, actsAt }) => !done && actsAt === undefined)).toBe(true);
      expect(decisions[0]).toMatchObject({
        brake: automation === 'off' ? 'automation-off' : 'frozen',
        actions: [{ kind: 'move' }, { kind: 'quarantine' }],
      });
    },
  );

  test.each([
    ['observe', undefined],
    ['propose', undefined],
    ['veto', epochMs(now + 60 * minuteMs)],
  ] as const)('at %s it is not done at once', (autonomy, actsAt) => {
    const situation = blocked({ autonomyOf: () => autonomy });
    const [decision, ...others] = decide(situation, atA);
    expect(decision).toMatchObject({ autonomy, done: false });
    expect(decision?.actsAt).toBe(actsAt);
    expect(others).toEqual([]);
    const again = { ...situation, history: decision ? [decision] : [] };
    expect(decide(again, atA)).toEqual([]);
  });

  test('without news of any mail nothing is released or grown, and a person is called', () => {
    const quarantined = poolOf('a', {
      standings: new Map([
        [
          'gmail',
          { state: 'quarantined', since: epochMs(now - 9 * hourMs), until: now, why: 'd0' },
        ],
      ]),
    });
    const situation = situationOf({ pools: [quarantined, poolOf('b')] });
    addTraffic(situation.book, situation.streams, { perHour: 600 });
    expect(kinds(decide(situation, { kind: 'schedule' }))).toContain('release');
    const deaf = { ...situation, heardAt: epochMs(now - hourMs) };
    const [decision, ...others] = decide(deaf, { kind: 'schedule' });
    expect(decision).toMatchObject({ brake: 'stale-feedback', actions: [], done: false });
    expect(decision?.page).toBeDefined();
    expect(kinds(others)).not.toContain('release');
    expect(kinds(others)).not.toContain('grow');
  });

  test('a closed change window stops what raises volume and nothing else', () => {
    expect(kinds(decide(blocked({ changeWindow: 'closed' }), atA))).toContain('move');
    const due = {
      state: 'quarantined',
      since: epochMs(now - 9 * hourMs),
      until: now,
      why: 'd0',
    } as const;
    const pools = [poolOf('a', { standings: new Map([['gmail', due]]) }), poolOf('b')];
    const situation = situationOf({ pools, changeWindow: 'closed' });
    expect(kinds(decide(situation, { kind: 'schedule' }))).not.toContain('release');
  });
});

test('a listed address leaves its pool after the mail, with nobody having complained yet', () => {
  const four = poolOf('a', { ips: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] });
  const listings = new Map([['192.0.2.2', ['spamhaus-css']]]);
  const decisions = decide(situationOf({ pools: [four, poolOf('b')], listings }), {
    kind: 'schedule',
  });
  const actions: readonly Action[] = actionsOf(decisions).filter(({ kind }) => kind !== 'grow');
  expect(actions.at(-1)).toEqual({ kind: 'quarantine-ip', ip: '192.0.2.2', from: 'a' });
  expect(actions[0]?.kind).toBe('move');
});
