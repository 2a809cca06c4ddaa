import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bounceReasons } from '../../domain/classification/reasons.ts';
import { parkReasons, sesHoldReasons } from '../../domain/reasons.ts';
import { adviceOn, isStuckCause, stuckCauses } from '../../domain/stuck-causes.ts';
import { causeOfQueue, type QueueFacts } from '../../domain/stuck-mail.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';

const causes = Object.keys(stuckCauses).filter(isStuckCause);

describe('whose turn it is', () => {
  test.each([
    ...Object.keys(sesHoldReasons),
    ...Object.keys(parkReasons),
    ...Object.keys(bounceReasons),
  ])('%s has one verdict with a next step', (reason) => {
    expect(isStuckCause(reason)).toBe(true);
    if (!isStuckCause(reason)) return;
    const { whose, means, next } = adviceOn(reason);
    expect(['ours', 'theirs', 'recipient']).toContain(whose);
    expect(means.length).toBeGreaterThan(10);
    expect(next.length).toBeGreaterThan(10);
  });

  test.each([
    ['sending-paused', 'theirs'],
    ['tenant-held', 'ours'],
    ['allowance-spent', 'ours'],
    ['rate-limited', 'theirs'],
    ['mailbox-full', 'recipient'],
    ['identity-unverified', 'ours'],
    ['greylisted', 'theirs'],
    ['block-ip-reputation', 'ours'],
  ] as const)('%s: %s', (cause, whose) => {
    expect(adviceOn(cause).whose).toBe(whose);
  });

  test('names that are known stand in the next step, and no gap is left where one is not', () => {
    const { next } = adviceOn('reputation-hold', { order: '4f0c.1', decision: '4f0c' });
    expect(next).toBe(
      'goodstanding decisions show 4f0c; to end it: goodstanding orders lift 4f0c.1',
    );
    for (const cause of causes) expect(adviceOn(cause).next).not.toMatch(/[{}]/);
    expect(adviceOn('tenant-held').next).toContain('tenants release TENANT');
  });

  test('a name is put in as it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (tenant) => {
        const { next } = adviceOn('tenant-held', { tenant });
        expect(next.split(tenant).length).toBeGreaterThan(1);
      }),
    );
  });
});

const anyFacts = fc.record(
  {
    stage: fc.constantFrom('intake', 'overflow', 'feedback', 'delivery', 'rotation'),
    waiting: fc.nat(10_000),
    ageMs: fc.nat(20 * hourMs),
    switchedOff: fc.constantFrom('quota-spent', 'sending-paused', 'account-suspended'),
    unread: fc.constant(true),
    errors: fc.nat(3),
    ratePerSecond: fc.integer({ min: 1, max: 500 }),
  },
  { requiredKeys: ['stage', 'waiting'] },
) satisfies fc.Arbitrary<QueueFacts>;

describe('a queue', () => {
  test('has one cause or moves, whatever is known of it', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const cause = causeOfQueue(facts);
        if (facts.waiting === 0) expect(cause).toBeUndefined();
        if (cause !== undefined) expect(causes).toContain(cause);
      }),
    );
  });

  test('that is stuck is stuck for the same cause when it has grown older', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(hourMs), (facts, longer) => {
        const cause = causeOfQueue(facts);
        const older = causeOfQueue({ ...facts, ageMs: (facts.ageMs ?? 0) + longer });
        if (cause !== undefined) expect(older).toBe(cause);
      }),
    );
  });

  test('of mail is stopped by what SES refuses, before anything else', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const isMail = facts.stage === 'intake' || facts.stage === 'overflow';
        if (isMail && facts.waiting > 0 && facts.switchedOff !== undefined)
          expect(causeOfQueue(facts)).toBe(facts.switchedOff);
      }),
    );
  });

  test.each([
    ['mail of a moment ago moves', { stage: 'intake', ageMs: 20_000 }, undefined],
    ['without an age nobody can say', { stage: 'intake' }, undefined],
    ['the overflow lane is meant to be late', { stage: 'overflow', ageMs: hourMs }, undefined],
    ['and stuck after half a day', { stage: 'overflow', ageMs: 13 * hourMs }, 'beyond-share'],
    ['a queue that nobody reads', { stage: 'intake', unread: true }, 'switched-off-by-hand'],
    ['a function that fails', { ...late('intake'), errors: 2 }, 'function-fails'],
    ['more than the rate lets out', { ...late('intake'), ratePerSecond: 1 }, 'rate-busy'],
    ['little mail and no reason', { ...late('intake'), ratePerSecond: 500 }, 'nobody-reads'],
    ['news of SES', late('feedback'), 'news-behind'],
    ['words to the loop', late('rotation'), 'loop-behind'],
  ] as const)('%s', (_title, facts, cause) => {
    expect(causeOfQueue({ waiting: 400, ...facts })).toBe(cause);
  });
});

function late<S extends QueueFacts['stage']>(stage: S) {
  return { stage, ageMs: 30 * minuteMs };
}
