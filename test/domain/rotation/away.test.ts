import { describe, expect, test } from 'vitest';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { awayAddresses, planReturns } from '../../../domain/rotation/away.ts';
import { climbLadders } from '../../../domain/rotation/ladder.ts';
import type { Action, Situation } from '../../../domain/rotation/model.ts';
import { autonomyOf } from '../../../domain/rotation/record.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, causeOf, decisionOf, now, poolOf, situationOf } from '../../support/rotation.ts';

const ip = '192.0.2.9';
const leave: Action = { kind: 'quarantine-ip', ip, from: 'a' };
const back: Action = { kind: 'quarantine-ip', ip, from: 'quarantine', to: 'a' };
const left = (ageMs: number) => decisionOf({ at: ago(ageMs), actions: [leave] });
const listed = causeOf({ kind: 'ip', region: { pool: 'a', ip }, sent: 0, failed: 0 });

const returns = (over: Partial<Situation>) =>
  [...planReturns(() => situationOf(over))].flatMap(({ actions }) => actions);

describe('an address that left its pool', () => {
  test('is known with where it came from until it is back', () => {
    expect(awayAddresses([left(hourMs)])).toMatchObject([{ ip, from: 'a', times: 1 }]);
    expect(awayAddresses([left(2 * hourMs), decisionOf({ actions: [back] })])).toEqual([]);
    expect(awayAddresses([decisionOf({ actions: [leave], done: false })])).toEqual([]);
  });

  test('goes back after a day, to its own pool and with the caps that it left', () => {
    expect(returns({ history: [left(dayMs - 1)] })).toEqual([]);
    expect(returns({ history: [left(dayMs)] })).toEqual([back]);
    const situation = situationOf({ history: [left(dayMs)] });
    const after = applyActions(situation, [back], now);
    expect(after.pools[0]?.ips).toContain(ip);
    expect(after.pools[0]?.warmth).toEqual(situation.pools[0]?.warmth);
    expect(after.streams).toEqual(situation.streams);
  });

  test('never goes back while a list names it, nor while the list that named it is silent', () => {
    const history = [left(9 * dayMs)];
    expect(returns({ history, listings: new Map([[ip, ['spamhaus-css']]]) })).toEqual([]);
    const byQuery = [decisionOf({ at: ago(9 * dayMs), actions: [leave], cause: listed })];
    expect(returns({ history: byQuery })).toEqual([]);
    expect(returns({ history: byQuery, listings: new Map([[ip, []]]) })).toEqual([back]);
  });

  test('stays away twice as long after a relapse', () => {
    const history = [left(5 * dayMs), decisionOf({ at: ago(4 * dayMs), actions: [back] })];
    expect(returns({ history: [...history, left(2 * dayMs - 1)] })).toEqual([]);
    expect(returns({ history: [...history, left(2 * dayMs)] })).toEqual([back]);
  });

  test.each<[string, Partial<Situation>]>([
    ['its pool is out', { pools: [poolOf('a', { standings: outEverywhere() })] }],
    ['its pool is gone', { pools: [poolOf('b')] }],
    ['it is in use already', { pools: [poolOf('a'), poolOf('b', { ips: [ip] })] }],
    ['a change window is closed', { changeWindow: 'closed' }],
    ['SES does not list it in the quarantine pool', { away: [] }],
  ])('stays where it is while %s', (_, over) =>
    expect(returns({ history: [left(dayMs)], ...over })).toEqual([]),
  );

  test('comes back alone: the next of its pool waits until its trial is over', () => {
    const other: Action = { ...leave, ip: '192.0.2.10' };
    const both = [left(2 * dayMs), decisionOf({ at: ago(2 * dayMs), actions: [other] })];
    expect(returns({ history: both })).toHaveLength(1);
    const tried = [...both, decisionOf({ at: ago(hourMs), actions: [back] })];
    const pools = [poolOf('a', { ips: ['192.0.2.97', ip] })];
    expect(returns({ history: tried, pools })).toEqual([]);
  });

  test('goes back by the autonomy of releases', () => {
    const only = (allowed: string) =>
      autonomyOf([back], { autonomyOf: (kind) => (kind === allowed ? 'act' : 'observe') });
    expect([only('release'), only('quarantine-ip')]).toEqual(['act', 'observe']);
  });
});

test('a ladder waits for a day once an address is back, then goes on', () => {
  const midnight = epochMs(Date.UTC(2026, 10, 22));
  const used = { step: 2, dayCap: 196, hourCap: 19, sentToday: 0, cleanDays: [196] };
  const pool = poolOf('a', { ips: ['192.0.2.97', ip], warmth: new Map([['gmail', used]]) });
  const at = (ageMs: number) =>
    climbLadders(
      situationOf({
        now: epochMs(midnight + 5 * minuteMs),
        pools: [pool],
        history: [decisionOf({ at: epochMs(midnight - ageMs), actions: [back] })],
      }),
    );
  expect(at(hourMs)).toBeUndefined();
  expect(at(25 * hourMs)?.actions).toMatchObject([{ warmth: { step: 3 } }]);
});

function outEverywhere() {
  return new Map([['*', { state: 'quarantined', since: ago(hourMs) } as const]]);
}
