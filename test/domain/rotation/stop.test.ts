import { describe, expect, test } from 'vitest';
import { decide } from '../../../domain/rotation/decide.ts';
import { planCause } from '../../../domain/rotation/decide-cause.ts';
import type { Action, Decision, Situation } from '../../../domain/rotation/model.ts';
import { recordOf } from '../../../domain/rotation/record.ts';
import { stopOf } from '../../../domain/rotation/stop.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { addTraffic, ago, causeOf, decisionOf, now, situationOf } from '../../support/rotation.ts';

const tenant = (index: number) => causeOf({ kind: 'tenant', region: { tenant: `t${index}` } });
const content = causeOf({ kind: 'provider', region: { provider: 'yahoo' }, signal: 'content' });
const account = causeOf({ kind: 'account', region: {}, signal: 'content' });

/** Decides on causes one after another, as one look does, beginning with what was decided before. */
function decideOn(causes: readonly Parameters<typeof planCause>[0][], over: Partial<Situation>) {
  const situation = situationOf(over);
  const history = [...situation.history];
  for (const cause of causes)
    for (const plan of planCause(cause, undefined, { ...situation, history }))
      history.push(recordOf(plan, { ...situation, history }));
  return history.slice(situation.history.length);
}

const six = Array.from({ length: 6 }, (_, index) => tenant(index));
const storm = decideOn(six, {});
const aged = (ageMs: number): readonly Decision[] =>
  storm.map((one) => ({ ...one, at: epochMs(one.at - ageMs) }));

describe('more holds of tenants in ten minutes than a bad day has', () => {
  test('stop the loop, and one page says so', () => {
    expect(storm.map(({ done }) => done)).toEqual([true, true, true, true, true, false]);
    const after = decideOn([tenant(6), content, account], { history: aged(minuteMs) });
    expect(after.map(({ brake, done }) => [brake, done])).toEqual(
      after.map(() => ['too-many-holds', false]),
    );
    expect(after).toHaveLength(3);
    const pages = [...storm, ...after].filter(({ page }) => page !== undefined);
    expect(pages.map(({ id }) => id)).toEqual([storm.at(-1)?.id]);
  });

  test('let it go on when they have aged, and what was held back is decided anew', () => {
    const history = aged(10 * minuteMs);
    expect(decideOn([tenant(5), content], { history }).map(({ done }) => done)).toEqual([
      true,
      true,
    ]);
  });

  test('let it go on when somebody says automation on', () => {
    const history = aged(minuteMs);
    expect(stopOf(situationOf({ history }))).toBe('too-many-holds');
    const resumed = { history, resumedAt: ago(1) };
    expect(decideOn([tenant(5), content], resumed).map(({ done }) => done)).toEqual([true, true]);
  });

  test('are not those that a person gave', () => {
    const history = aged(minuteMs).map((one) => ({ ...one, by: 'ada' }));
    expect(decideOn([tenant(6)], { history }).map(({ done }) => done)).toEqual([true]);
  });
});

describe('news that does not come', () => {
  const stale: Partial<Situation> = { heardAt: ago(3 * hourMs) };
  const busy = (over: Partial<Situation>) => {
    const situation = situationOf({ ...stale, ...over });
    addTraffic(situation.book, situation.streams, { perHour: 60, hours: 3 });
    return situation;
  };

  test('stops everything, even what our own query of blocklists finds, and calls once', () => {
    const listings = new Map([['192.0.2.97', ['spamhaus-css']]]);
    const decisions = decide(busy({ listings }), { kind: 'schedule' });
    expect(decisions.length).toBeGreaterThan(1);
    expect(decisions.map(({ brake, done }) => [brake, done])).toEqual(
      decisions.map(() => ['stale-feedback', false]),
    );
    expect(decisions.filter(({ page }) => page !== undefined)).toHaveLength(1);
    const again = decide(busy({ listings, history: decisions }), { kind: 'schedule' });
    expect(again).toEqual([]);
    const heard = { listings, history: decisions, heardAt: now };
    const after = decide(busy(heard), { kind: 'schedule' });
    expect(after[0]).toMatchObject({ done: true, cause: { kind: 'ip' } });
  });
});

test('what the schedule finds anew each minute is said once an hour', () => {
  const paused: Action = {
    kind: 'quarantine-ip',
    ip: '192.0.2.9',
    from: 'a',
  };
  const left = decisionOf({ at: ago(25 * hourMs), actions: [paused] });
  const watching = situationOf({ history: [left], autonomyOf: () => 'observe' });
  const said = decide(watching, { kind: 'schedule' });
  expect(said).toMatchObject([{ done: false, actions: [{ to: 'a' }] }]);
  const again = (ageMs: number) =>
    decide(
      { ...watching, history: [left, ...said.map((one) => ({ ...one, at: ago(ageMs) }))] },
      { kind: 'schedule' },
    );
  expect(again(59 * minuteMs)).toEqual([]);
  expect(again(61 * minuteMs)).toHaveLength(1);
});
