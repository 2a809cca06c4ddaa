import { describe, expect, test } from 'vitest';
import type { Signal } from '../../../domain/classification/reasons.ts';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import type { Decision, Situation, Trigger } from '../../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import {
  addFailures,
  addTraffic,
  ago,
  now,
  originsOf,
  situationOf,
} from '../../support/rotation.ts';

const ofT0: Trigger = { kind: 'failures', regions: [{ tenant: 't0' }] };

/** What is normal of every tenant: a good list. */
const baselineOf = () => 0.004;

/** Everybody has sent for two hours; for half a minute t0 sends as much as it does in six. */
function surging(over: Partial<Situation> = {}): Situation {
  const situation = situationOf({ watched: { shared: 20, own: 200 }, baselineOf, ...over });
  for (const origin of originsOf(situation.streams))
    for (let age = 0; age < 2 * hourMs; age += 10 * secondMs)
      situation.book.addSent({ origin, at: ago(age), count: 0.1 });
  for (const origin of ofTenant(situation))
    for (let age = 0; age < 30; age += 10)
      situation.book.addSent({ origin, at: ago(age * secondMs), count: 1 });
  return situation;
}

const ofTenant = ({ streams }: Situation, tenant = 't0') =>
  originsOf(streams).filter((origin) => origin.tenant === tenant);

const fail = (situation: Situation, count: number, signal: Signal) =>
  addFailures(situation.book, ofTenant(situation), { count, signal });

const ordersOf = (decisions: readonly Decision[]) =>
  decisions.flatMap(({ actions }) => actions).flatMap((one) => ('order' in one ? one.order : []));

function later(situation: Situation, decisions: readonly Decision[], ms: number): Situation {
  const done = decisions.filter((one) => one.done).flatMap(({ actions }) => actions);
  return {
    ...situation,
    ...applyActions(situation, done, situation.now),
    now: epochMs(situation.now + ms),
    heardAt: epochMs(situation.now + ms),
    history: [...situation.history, ...decisions],
  };
}

describe('an account that suddenly sends far more than ever', () => {
  test('goes on while nothing fails for what a sender does', () => {
    const situation = surging();
    fail(situation, 6, 'block');
    fail(situation, 6, 'outage');
    expect(ordersOf(decide(situation, ofT0))).toEqual([]);
  });

  test('waits as a whole for a few minutes when some of it fails, then leaves little by little', () => {
    const situation = surging();
    fail(situation, 3, 'content');
    fail(situation, 2, 'hard-bounce');
    const decisions = decide(situation, ofT0);
    expect(ordersOf(decisions)).toMatchObject([
      { kind: 'hold', region: { tenant: 't0' }, share: 0, until: epochMs(now + 2 * minuteMs) },
      { kind: 'slow', share: 0.02, until: epochMs(now + 7 * minuteMs) },
      { kind: 'slow', share: 0.1, until: epochMs(now + 12 * minuteMs) },
      { kind: 'slow', share: 0.3, until: epochMs(now + 17 * minuteMs) },
    ]);
    expect(decisions[0]?.evidence).toMatchObject([
      expect.stringMatching(/^tenant t0 has sent \d+ mails in \d+ s, more than three times/),
      expect.stringMatching(/^since 14:19 UTC: 5 of these \d+ refused for what a sender does/),
    ]);
    expect(decisions[0]?.page).toBeUndefined();
  });

  test('does not wait at its usual pace for the same failures', () => {
    const situation = situationOf({ watched: { shared: 20, own: 200 }, baselineOf });
    addTraffic(situation.book, situation.streams, { perHour: 200 });
    fail(situation, 3, 'content');
    fail(situation, 2, 'hard-bounce');
    expect(ordersOf(decide(situation, ofT0))).toEqual([]);
  });

  test('is held for a day once the evidence is enough, by all signals together', () => {
    const situation = surging();
    fail(situation, 5, 'content');
    fail(situation, 5, 'hard-bounce');
    const decisions = decide(situation, ofT0);
    expect(decisions[0]).toMatchObject({
      cause: { kind: 'tenant', region: { tenant: 't0' } },
      actions: [{ kind: 'hold-tenant', order: { share: 0 } }, {}, {}],
    });
    expect(decisions[0]?.evidence.slice(0, 2)).toMatchObject([
      expect.stringMatching(/^tenant t0 has sent/),
      expect.stringMatching(
        /of tenant t0 sent to dead addresses or refused for their content or refused for their domain/,
      ),
    ]);
  });

  test('waits once for the same failures, and longer when more come after the wait', () => {
    const situation = surging();
    fail(situation, 5, 'content');
    const first = decide(situation, ofT0);
    const after = later(situation, first, 3 * minuteMs);
    expect(ordersOf(decide(later(situation, first, minuteMs), ofT0))).toEqual([]);
    expect(ordersOf(decide(after, ofT0))).toEqual([]);
    const [origin] = ofTenant(situation);
    if (!origin) throw new Error('no origin');
    const sentAt = epochMs(after.now - 20 * secondMs);
    after.book.addSent({ origin, at: sentAt, count: 1 });
    addFailures(after.book, [origin], { count: 1, signal: 'content', sentAt });
    const second = decide(after, ofT0);
    expect(second[0]?.at).toBe(after.now);
    const [hold] = ordersOf(second);
    expect(hold?.until).toBeGreaterThanOrEqual(after.now + 4 * minuteMs);
  });

  test('is held for longer while it waits, as if it did not wait', () => {
    const situation = surging();
    fail(situation, 5, 'content');
    const waiting = later(situation, decide(situation, ofT0), 10 * secondMs);
    fail(waiting, 6, 'hard-bounce');
    const [decision] = decide(waiting, ofT0);
    expect(decision?.cause?.region).toEqual({ tenant: 't0' });
  });

  test('is only written down where the loop observes, and said once', () => {
    const situation = surging({ autonomyOf: () => 'observe' });
    fail(situation, 5, 'content');
    const said = decide(situation, ofT0);
    expect(said).toMatchObject([{ done: false, autonomy: 'observe' }]);
    expect(decide(later(situation, said, minuteMs), ofT0)).toEqual([]);
  });
});
