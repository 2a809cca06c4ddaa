import { describe, expect, test } from 'vitest';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import { declareWarm } from '../../../domain/rotation/declare-warm.ts';
import { climbLadders } from '../../../domain/rotation/ladder.ts';
import type { Action, Decision, Pool, Situation } from '../../../domain/rotation/model.ts';
import { planReleases } from '../../../domain/rotation/release.ts';
import { undoActions } from '../../../domain/rotation/undo.ts';
import { ladderProviders, nextCaps } from '../../../domain/rotation/warm-up.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, decisionOf, now, poolOf, situationOf } from '../../support/rotation.ts';

const fresh = poolOf('a', { warmUp: 'ours', warmth: new Map(), standings: new Map() });
const watching = situationOf({ pools: [fresh], streams: [], autonomyOf: () => 'observe' });

/** What stands after the schedule has looked, a minute later. */
function lookAgain(situation: Situation): Situation {
  const decisions = decide(situation, { kind: 'schedule' });
  const actions = decisions.filter(({ done }) => done).flatMap((one) => one.actions);
  return {
    ...situation,
    ...applyActions(situation, actions, situation.now),
    history: [...situation.history, ...decisions],
    now: epochMs(situation.now + minuteMs),
  };
}

const stateOf = ({ pools }: Situation) => pools[0]?.standings.get('gmail')?.state;

describe('a new pool that we warm up', () => {
  test('has caps at every known provider and the others from the first look on, though all is only watched', () => {
    const [pool] = lookAgain(watching).pools;
    expect([...(pool?.warmth.keys() ?? [])]).toEqual(ladderProviders);
    expect(ladderProviders).toContain('other');
    expect(pool?.warmth.get('gmail')).toMatchObject({ step: 0, dayCap: 50, hourCap: 5 });
  });

  test.each<Partial<Situation>>([
    { automation: 'freeze' },
    { automation: 'off' },
    { heardAt: epochMs(0) },
    { changeWindow: 'closed' },
  ])('never waits uncapped for somebody: %j', (over) => {
    const after = lookAgain({ ...watching, ...over });
    expect(after.pools[0]?.warmth.get('other')?.dayCap).toBe(50);
  });

  test('is cold until dispatch knows its caps, then warms up, and is active after a clean day', () => {
    const cold = lookAgain(watching);
    expect(stateOf(cold)).toBe('cold');
    const warming = lookAgain(cold);
    expect(stateOf(warming)).toBe('warming');
    expect(decide(warming, { kind: 'schedule' })).toEqual([]);
    const origin = { tenant: 't', identity: 'i', stream: 's', pool: 'a', provider: 'gmail' };
    const later = { ...warming, now: epochMs(now + 25 * hourMs) };
    expect([...planReleases(() => later)]).toEqual([]);
    const at = epochMs(now + 2 * hourMs);
    later.book.addSent({ origin: { ...origin, campaign: '' }, at, count: 800 });
    const autonomyOf: Situation['autonomyOf'] = (kind) => (kind === 'grow' ? 'act' : 'observe');
    expect(stateOf(lookAgain({ ...later, autonomyOf }))).toBe('active');
  });

  test('keeps what it has: what is out stays out, with caps for the day it comes back', () => {
    const out = new Map([
      ['gmail', { state: 'quarantined', since: ago(hourMs), why: 'd' } as const],
    ]);
    const after = lookAgain({ ...watching, pools: [{ ...fresh, standings: out }] });
    expect(stateOf(after)).toBe('quarantined');
    expect(after.pools[0]?.warmth.has('gmail')).toBe(true);
  });

  test('is left alone where SES warms it up', () => {
    const { warmUp: _, ...ses } = fresh;
    expect(decide({ ...watching, pools: [ses] }, { kind: 'schedule' })).toEqual([]);
  });
});

test('the beginning of one ladder takes no other ladder’s step of the day', () => {
  const midnight = epochMs(Date.UTC(2026, 10, 22));
  const used = { step: 2, dayCap: 98, hourCap: 9, sentToday: 0, cleanDays: [98] };
  const pools = [fresh, poolOf('b', { warmUp: 'ours', warmth: new Map([['gmail', used]]) })];
  const opened = lookAgain({ ...watching, pools, now: midnight });
  const declared = decisionOf({ at: midnight, by: 'ada', actions: declaredAs('*', 900) });
  const plan = climbLadders({ ...opened, history: [declared] });
  expect(plan?.actions).toMatchObject([{ pool: 'b', provider: 'gmail', warmth: { step: 3 } }]);
});

describe('a ladder whose growth somebody set to observe', () => {
  test('stays where it is, and is never without caps', () => {
    const midnight = epochMs(Date.UTC(2026, 10, 22));
    const used = { step: 2, dayCap: 98, hourCap: 9, sentToday: 0, cleanDays: [98] };
    const pool = poolOf('a', { warmUp: 'ours', warmth: new Map([['gmail', used]]) });
    const after = lookAgain({ ...watching, pools: [pool], now: midnight });
    expect(after.pools[0]?.warmth.get('gmail')?.dayCap).toBe(98);
    expect(after.pools[0]?.warmth.get('other')?.dayCap).toBe(50);
  });
});

function declaredAs(provider: string, perDay: number, pool: Pool = fresh): readonly Action[] {
  const actions = declareWarm(pool, { provider, perDay, now });
  if (typeof actions === 'string') throw new Error(actions);
  return actions;
}

describe('addresses that were warm before we knew them', () => {
  const opened = lookAgain(watching);
  const [cold = fresh] = opened.pools;

  test('may send what they carried, and the ladder goes on from there', () => {
    const actions = declaredAs('gmail', 40_000, cold);
    const after = applyActions(opened, actions, now);
    const warmth = after.pools[0]?.warmth.get('gmail');
    expect(warmth).toMatchObject({ dayCap: 40_000, hourCap: 4000, cleanDays: [40_000] });
    expect(after.pools[0]?.standings.get('gmail')?.state).toBe('warming');
    if (!warmth) throw new Error('no warmth');
    const place = { provider: 'gmail', ipCount: 1 };
    const next = (over: object) =>
      nextCaps({ ...warmth, ...over }, { now: epochMs(now + dayMs), level: 'quiet', place }).dayCap;
    expect(next({ cleanDays: [40_000, 100] })).toBeGreaterThanOrEqual(39_999);
    expect(next({ cleanDays: [40_000, 100] })).toBeLessThanOrEqual(40_000);
    expect(next({ cleanDays: [40_000, 39_000] })).toBe(56_000);
  });

  test('are forgotten again by undo', () => {
    const decision: Pick<Decision, 'actions'> = { actions: declaredAs('gmail', 40_000, cold) };
    const done = applyActions(opened, decision.actions, now);
    const undone = applyActions(done, undoActions(decision), now);
    expect(undone.pools[0]?.warmth.get('gmail')).toMatchObject({ dayCap: 50, cleanDays: [] });
  });

  test('are declared at each provider by one word, where it is more than a new pool may', () => {
    const providers = declaredAs('*', 45, cold).flatMap((action) =>
      action.kind === 'grow' ? [action.provider] : [],
    );
    expect(providers).toEqual(['yahoo', 'apple', 'gmx']);
  });

  test('are not declared where there is nothing to declare, and the answer says why', () => {
    const out = new Map([['gmail', { state: 'cold', since: ago(hourMs), why: 'd' } as const]]);
    const { warmUp: _, ...ses } = cold;
    const say = (pool: Pool, perDay: number) =>
      declareWarm(pool, { provider: 'gmail', perDay, now });
    expect(say(cold, 50)).toContain('nothing to declare');
    expect(say(ses, 900)).toContain('not warmed up by us');
    expect(say({ ...cold, standings: out }, 900)).toContain('its way back decides');
  });
});
