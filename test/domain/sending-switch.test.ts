import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SesHoldReason } from '../../domain/reasons.ts';
import {
  type AccountStanding,
  decideSwitch,
  neverSwitched,
  type SwitchHint,
  type SwitchState,
} from '../../domain/sending-switch.ts';
import { dayMs, epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';

const start = epochMs(1_800_000_000_000);
const at = (minutes: number) => epochMs(start + minutes * minuteMs);

const healthy: AccountStanding = {
  sendingEnabled: true,
  shutDown: false,
  dailyQuota: 50_000,
  sentLast24Hours: 1_000,
  sendRatePerSecond: 14,
};

type Step = { readonly account?: Partial<AccountStanding>; readonly hint?: SwitchHint };

/** Runs the account function once a minute and returns where the switch stood after each run. */
function run(steps: readonly Step[], state: SwitchState = neverSwitched): readonly SwitchState[] {
  let now = state;
  return steps.map(({ account, hint }, minute) => {
    now = decideSwitch({ account: { ...healthy, ...account }, state: now, hint }, at(minute));
    return now;
  });
}

const onOff = (states: readonly SwitchState[]) => states.map(({ on }) => (on ? '|' : '.')).join('');

const times = (count: number, step: Step): readonly Step[] =>
  Array.from({ length: count }, () => step);

/** What dispatch writes as long as it is read and SES refuses. */
const hint = (minute: number, reason: SesHoldReason = 'sending-paused'): SwitchHint => ({
  reason,
  seenAt: epochMs(at(minute) - 20 * secondMs),
});

describe('what SES says of the account', () => {
  test.each<[SesHoldReason, Partial<AccountStanding>]>([
    ['sending-paused', { sendingEnabled: false }],
    ['account-suspended', { shutDown: true, sendingEnabled: false }],
    ['quota-spent', { sentLast24Hours: 50_000 }],
    ['quota-spent', { sentLast24Hours: 50_001 }],
  ])('as %s switches off for as long as it says so', (reason, account) => {
    const states = run([{}, ...times(30, { account }), ...times(6, {})]);
    expect(onOff(states).slice(0, 32)).toBe(`|${'.'.repeat(30)}|`);
    expect(states[5]).toMatchObject({ reason, since: at(1) });
    expect(states.at(-1)).toMatchObject({ on: true, trips: 0 });
  });

  test('without a quota it is never spent', () => {
    expect(onOff(run([{ account: { dailyQuota: -1, sentLast24Hours: 9_999_999 } }]))).toBe('|');
  });

  test('a quota that frees in a trickle does not flap: it goes on when a hundredth is free', () => {
    const spent = { account: { sentLast24Hours: 50_000 } };
    const trickle = { account: { sentLast24Hours: 49_501 } };
    const enough = { account: { sentLast24Hours: 49_500 } };
    expect(onOff(run([spent, ...times(9, trickle), enough, trickle, spent]))).toBe('..........||.');
  });

  test('a quota that was raised is used at once', () => {
    const spent = { account: { sentLast24Hours: 50_000 } };
    expect(onOff(run([spent, { account: { sentLast24Hours: 50_000, dailyQuota: 60_000 } }]))).toBe(
      '.|',
    );
  });

  test('a quota of a slow account needs a minute of its rate, and five minutes in any case', () => {
    const spent = { account: { sentLast24Hours: 50_000, sendRatePerSecond: 1 } };
    const minute = { account: { sentLast24Hours: 49_940, sendRatePerSecond: 1 } };
    expect(onOff(run([spent, ...times(6, minute)]))).toBe('.....||');
  });
});

describe('a cause that lasts for days', () => {
  const paused = { account: { sendingEnabled: false } };
  const day = dayMs / minuteMs;
  const hour = hourMs / minuteMs;

  test('lets the queues be drained for an hour after each day, and says so', () => {
    const states = run([...times(3 * (day + hour), paused), {}]);
    expect(onOff(states)).toBe(`${'.'.repeat(day)}${'|'.repeat(hour)}`.repeat(3).concat('|'));
    expect(states[day]).toEqual({
      on: true,
      since: at(day),
      reason: 'sending-paused',
      drainUntil: at(day + hour),
      trips: 0,
    });
    expect(states[day + hour]).toEqual({
      on: false,
      since: at(day + hour),
      reason: 'sending-paused',
      trips: 0,
    });
    expect(states.at(-1)).toEqual({ on: true, since: at(3 * (day + hour)), trips: 0 });
  });

  test('and ends while they are drained leaves the stream on for good', () => {
    const states = run([...times(day + 5, paused), ...times(2 * hour, { hint: hint(day + 4) })]);
    expect(states.at(-1)).toEqual({ on: true, since: at(day + 5), trips: 0 });
  });

  test('is not another one because its reason changes', () => {
    const shut = { account: { shutDown: true } };
    expect(onOff(run([...times(day - 1, paused), shut, shut])).slice(-2)).toBe('.|');
  });

  test('and whatever else happens never keeps a stream off for longer than a day', async () => {
    const account = fc.constantFrom<Partial<AccountStanding>>(
      { sendingEnabled: false },
      { shutDown: true },
      { sentLast24Hours: 50_000 },
      { sentLast24Hours: 49_990 },
      {},
    );
    const stretch = fc.record({ account, minutes: fc.integer({ min: 1, max: day }) });
    await fc.assert(
      fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), (stretches) => {
        const steps = stretches.flatMap(({ minutes, account: seen }) =>
          times(minutes, { account: seen }),
        );
        const offs = onOff(run(steps)).split('|');
        expect(Math.max(...offs.map(({ length }) => length))).toBeLessThanOrEqual(day);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a hint that GetAccount does not explain', () => {
  test('switches off for a minute and tries again; when nothing comes it stays on', () => {
    const states = run([{}, { hint: hint(1) }, ...times(30, { hint: hint(1) })]);
    expect(onOff(states)).toBe(`|.${'|'.repeat(30)}`);
    expect(states[1]).toMatchObject({ reason: 'sending-paused', until: at(2), trips: 1 });
  });

  test('that comes with each trial waits 1, 2, 4, 8, then 15 minutes', () => {
    let state: SwitchState = neverSwitched;
    const seen: SwitchState[] = [];
    for (let minute = 0; minute < 70; minute += 1) {
      // Dispatch can refuse only while it is read.
      const news = state.on ? { hint: hint(minute) } : {};
      state = decideSwitch({ account: healthy, state, ...news }, at(minute));
      seen.push(state);
    }
    const offs = onOff(seen).split('|').filter(Boolean);
    expect(offs.map(({ length }) => length).slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15]);
  });

  test('a quarter of an hour after a trial begins anew', () => {
    const quiet = times(17, { hint: hint(0) });
    const states = run([{ hint: hint(0) }, ...quiet, { hint: hint(18) }]);
    expect(states.at(-1)).toMatchObject({ on: false, trips: 1 });
  });

  test.each([
    ['is old', epochMs(start - 6 * minuteMs)],
    ['comes from the future', epochMs(start + 2 * minuteMs)],
  ])('is ignored when it %s', (_, seenAt) => {
    expect(onOff(run([{ hint: { reason: 'sending-paused', seenAt } }]))).toBe('|');
  });

  test('gives way to what GetAccount says', () => {
    const paused = { account: { sendingEnabled: false } };
    const states = run([{ hint: hint(0) }, paused, paused, paused, {}]);
    expect(onOff(states)).toBe('....|');
    expect(states[2]?.until).toBeUndefined();
  });
});

describe('whatever happens', () => {
  const reason = fc.constantFrom<SesHoldReason[]>(
    'quota-spent',
    'sending-paused',
    'account-suspended',
  );
  const account = fc.record({
    sendingEnabled: fc.boolean(),
    shutDown: fc.boolean(),
    dailyQuota: fc.constantFrom(-1, 0, 200, 50_000),
    sentLast24Hours: fc.integer({ min: 0, max: 60_000 }),
    sendRatePerSecond: fc.integer({ min: 1, max: 1_000 }),
  });
  const instant = fc.integer({ min: -2_000, max: 100 }).map((minutes) => at(minutes));
  const anyHint = fc.option(fc.record({ reason, seenAt: instant }), { nil: undefined });
  const anyState = fc.record(
    {
      on: fc.boolean(),
      since: instant,
      reason,
      until: instant,
      drainUntil: instant,
      trips: fc.nat({ max: 2_000 }),
    },
    { requiredKeys: ['on', 'since', 'trips'] },
  );

  test('a closed account is off or drains, and both always say why', async () => {
    await fc.assert(
      fc.property(account, anyState, anyHint, (seen, state, hinted) => {
        const next = decideSwitch({ account: seen, state, hint: hinted }, at(0));
        if (seen.shutDown || !seen.sendingEnabled)
          expect(next.on && next.drainUntil === undefined).toBe(false);
        if ((!next.on || next.drainUntil) && next !== state) expect(next.reason).toBeDefined();
      }),
    );
  });

  test('the same run twice decides the same, unless a hint’s clock runs ahead', async () => {
    await fc.assert(
      fc.property(account, anyState, anyHint, (seen, state, hinted) => {
        fc.pre(hinted === undefined || hinted.seenAt <= at(0));
        const once = decideSwitch({ account: seen, state, hint: hinted }, at(0));
        expect(decideSwitch({ account: seen, state: once, hint: hinted }, at(0))).toEqual(once);
      }),
    );
  });

  test('a hint or a quota never turns a stream more often than twelve times in an hour', async () => {
    const step = fc.record({
      sentLast24Hours: fc.constantFrom(45_001, 49_000, 50_000),
      hinted: fc.boolean(),
    });
    await fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 60 }), (steps) => {
        let state: SwitchState = neverSwitched;
        let offs = 0;
        for (const [minute, { sentLast24Hours, hinted }] of steps.entries()) {
          const before: SwitchState = state;
          const news = hinted && before.on ? { hint: hint(minute) } : {};
          state = decideSwitch(
            { account: { ...healthy, sentLast24Hours }, state: before, ...news },
            at(minute),
          );
          if (before.on && !state.on) offs += 1;
        }
        expect(offs).toBeLessThanOrEqual(12);
      }),
    );
  });

  test('a healthy account is on again within a quarter of an hour', async () => {
    await fc.assert(
      fc.property(anyState, (state) => {
        expect(run(times(17, {}), possible(state)).at(-1)?.on).toBe(true);
      }),
    );
  });
});

/** Nothing began after now, and the breaker never opens for longer than a quarter of an hour. */
function possible(state: SwitchState): SwitchState {
  const since = epochMs(Math.min(state.since, at(0)));
  if (state.until === undefined) return { ...state, since };
  return { ...state, since, until: epochMs(Math.min(state.until, at(15))) };
}
