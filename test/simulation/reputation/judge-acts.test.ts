import { describe, expect, test } from 'vitest';
import { judgeAct } from '../../../simulation/reputation/judge-acts.ts';
import type { Act } from '../../../simulation/reputation/policy.ts';
import type { Truth } from '../../../simulation/reputation/scenario-words.ts';

const truth: Truth = {
  about: 'a tenant mails a bad list',
  fromMinute: 10,
  untilMinute: 20,
  cause: { tenant: 'acme' },
  right: [{ do: 'hold', region: { tenant: 'acme' } }],
};
const act = (more: Partial<Act>): Act => ({
  at: 11 * 60_000,
  do: 'hold',
  region: { tenant: 'acme' },
  why: '',
  ...more,
});
const judge = (one: Act, failing = 0) =>
  judgeAct(one, { truth: [truth], startsAt: 0, failedShare: () => failing });

describe('an action is right', () => {
  test.each([
    ['on what is at fault', act({})],
    ['on a part of it', act({ region: { tenant: 'acme', provider: 'gmail' } })],
    ['within an hour of its end', act({ at: 79 * 60_000 })],
  ])('%s', (_when, one) => {
    expect(judge(one).right).toBe(true);
  });

  test('where good mail truly fails, whatever the scenario says', () => {
    const leave = act({ do: 'leave', region: { pool: 'a', provider: 'gmail' } });
    expect(judge(leave, 0.5).right).toBe(true);
    expect(judge(leave, 0.1)).toMatchObject({ right: false, object: 'pool' });
  });
});

describe('an action is wrong', () => {
  test.each([
    ['before the fault', act({ at: 9 * 60_000 }), 'tenant'],
    ['on another tenant', act({ region: { tenant: 'other' } }), 'tenant'],
    ['on more than is at fault', act({ region: { provider: 'gmail' } }), 'provider'],
    ['of another kind', act({ do: 'leave', region: { pool: 'a' } }), 'pool'],
  ])('%s', (_when, one, object) => {
    expect(judge(one)).toMatchObject({ right: false, object });
  });
});
