import { describe, expect, test } from 'vitest';
import type { Signal } from '../../../domain/classification/reasons.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import type { Decision, Situation, Trigger } from '../../../domain/rotation/model.ts';
import { isPatience } from '../../../domain/rotation/past.ts';
import { lookAtSurges } from '../../../domain/rotation/surges.ts';
import { undoActions } from '../../../domain/rotation/undo.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import {
  addFailures,
  addTraffic,
  ago,
  carriedOut,
  decisionOf,
  now,
  originsOf,
  situationOf,
  tenants,
} from '../../support/rotation.ts';

const ofT0: Trigger = { kind: 'failures', regions: [{ tenant: 't0' }] };

/** What is normal of every tenant: a good list. */
const baselineOf = () => 0.004;

/** Everybody has sent for two hours; for half a minute t0, or who is named, sends as much as it does in six. */
function surging(over: Partial<Situation> = {}, surges: readonly string[] = ['t0']): Situation {
  const situation = situationOf({ watched: { shared: 20, own: 200 }, baselineOf, ...over });
  for (const origin of originsOf(situation.streams))
    for (let age = 0; age < 2 * hourMs; age += 10 * secondMs)
      situation.book.addSent({ origin, at: ago(age), count: 0.1 });
  for (const origin of surges.flatMap((tenant) => ofTenant(situation, tenant)))
    for (let age = 0; age < 30; age += 10)
      situation.book.addSent({ origin, at: ago(age * secondMs), count: 1 });
  return situation;
}

const ofTenant = ({ streams }: Situation, tenant = 't0') =>
  originsOf(streams).filter((origin) => origin.tenant === tenant);

const fail = (situation: Situation, count: number, signal: Signal, tenant = 't0') =>
  addFailures(situation.book, ofTenant(situation, tenant), { count, signal });

/** Some of t0's mail, and failures among it, sent twenty seconds before an instant. */
function sendAndFail({ book, streams, now: at }: Situation, sent: number, failed: number): void {
  const [origin] = originsOf(streams).filter(({ tenant }) => tenant === 't0');
  if (!origin) throw new Error('no origin');
  const sentAt = epochMs(at - 20 * secondMs);
  book.addSent({ origin, at: sentAt, count: sent });
  addFailures(book, [origin], { count: failed, signal: 'content', sentAt });
}

const ordersOf = (decisions: readonly Decision[]) =>
  decisions.flatMap(({ actions }) => actions).flatMap((one) => ('order' in one ? one.order : []));

/** What stands after a person has undone decisions. */
function undone(situation: Situation, decisions: readonly Decision[]): Situation {
  const actions = decisions.flatMap(undoActions);
  const undo = decisionOf({ id: 'undo', at: situation.now, by: 'ana', why: 'known', actions });
  const history = situation.history.map((one) =>
    decisions.some(({ id }) => id === one.id) ? { ...one, settled: 'undone' as const } : one,
  );
  return carriedOut({ ...situation, history }, [undo], 30 * secondMs);
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
    const after = carriedOut(situation, first, 3 * minuteMs);
    expect(ordersOf(decide(carriedOut(situation, first, minuteMs), ofT0))).toEqual([]);
    expect(ordersOf(decide(after, ofT0))).toEqual([]);
    sendAndFail(after, 1, 1);
    const second = decide(after, ofT0);
    expect(second[0]?.at).toBe(after.now);
    const [hold] = ordersOf(second);
    expect(hold?.until).toBeGreaterThanOrEqual(after.now + 4 * minuteMs);
  });

  test('is held for longer while it waits, as if it did not wait', () => {
    const situation = surging();
    fail(situation, 5, 'content');
    const waiting = carriedOut(situation, decide(situation, ofT0), 10 * secondMs);
    fail(waiting, 6, 'hard-bounce');
    const [decision] = decide(waiting, ofT0);
    expect(decision?.cause?.region).toEqual({ tenant: 't0' });
  });

  test('is only written down where the loop observes, and said once', () => {
    const situation = surging({ autonomyOf: () => 'observe' });
    fail(situation, 5, 'content');
    const said = decide(situation, ofT0);
    expect(said).toMatchObject([{ done: false, autonomy: 'observe' }]);
    expect(decide(carriedOut(situation, said, minuteMs), ofT0)).toEqual([]);
  });

  test('is not stopped again by what was heard before a person undid its hold or its wait', () => {
    for (const count of [5, 12]) {
      const situation = surging();
      fail(situation, count, 'hard-bounce');
      const first = decide(situation, ofT0);
      expect(ordersOf(first)).not.toEqual([]);
      const lifted = undone(carriedOut(situation, first, 10 * secondMs), first);
      expect(ordersOf(decide(lifted, { kind: 'schedule' }))).toEqual([]);
      sendAndFail(lifted, 1, 1);
      expect(ordersOf(decide(lifted, ofT0))).toEqual([]);
      sendAndFail(lifted, 5, 4);
      expect(ordersOf(decide(lifted, ofT0))[0]).toMatchObject({ region: { tenant: 't0' } });
    }
  });

  test('is not held again at one provider where a person undid that hold, while all of it still waits', () => {
    const situation = surging();
    const toGmail = ofTenant(situation).filter(({ provider }) => provider === 'gmail');
    addFailures(situation.book, toGmail, { count: 12, signal: 'content' });
    const first = decide(situation, ofT0);
    expect(ordersOf(first)[0]).toMatchObject({ region: { tenant: 't0', provider: 'gmail' } });
    expect(first).toHaveLength(2);
    const lifted = undone(carriedOut(situation, first, 10 * secondMs), first.slice(0, 1));
    expect(ordersOf(decide(lifted, { kind: 'schedule' }))).toEqual([]);
  });

  test('waits only where whole tenants may be held', () => {
    const autonomyOf = (kind: string) => (kind === 'hold-tenant' ? 'observe' : 'act');
    const situation = surging({ autonomyOf });
    fail(situation, 5, 'content');
    expect(decide(situation, ofT0)).toMatchObject([{ done: false, autonomy: 'observe' }]);
  });

  test('is one of the tenants of which too many held at once stop the loop and call a person', () => {
    const situation = surging({ watched: { shared: 20, own: 20_000 } }, tenants);
    for (const tenant of tenants) fail(situation, 5, 'hard-bounce', tenant);
    const regions = tenants.map((tenant) => ({ tenant }));
    const decisions = decide(situation, { kind: 'failures', regions });
    const { holdsMax } = situation.brakes;
    expect(decisions.filter(({ done }) => done)).toHaveLength(holdsMax);
    expect(decisions[holdsMax]).toMatchObject({ done: false, brake: 'too-many-holds' });
    expect(decisions.filter(({ page }) => page !== undefined)).toEqual([decisions[holdsMax]]);
  });

  test('waits three times within its hour, whatever goes on failing', () => {
    let situation = surging();
    fail(situation, 5, 'content');
    for (let round = 0; round < 6; round += 1) {
      situation = carriedOut(situation, decide(situation, ofT0), 9 * minuteMs);
      sendAndFail(situation, 12, 1);
    }
    const waits = situation.history.filter(isPatience);
    expect(waits.map(({ at }) => at - now)).toEqual([0, 9 * minuteMs, 18 * minuteMs]);
    expect(situation.history).toEqual(waits);
    expect(lookAtSurges(situation, ofT0)).toMatchObject([{ level: 'degrade' }]);
    expect(lookAtSurges(carriedOut(situation, [], 6 * minuteMs), ofT0)).toEqual([]);
  });

  test('is said to send at its pace only while it does', () => {
    const situation = surging();
    fail(situation, 5, 'content');
    const first = decide(situation, ofT0);
    const after = carriedOut(situation, first, 50 * minuteMs);
    sendAndFail(after, 1, 1);
    expect(decide(after, ofT0)[0]?.evidence[0]).toMatch(
      /^tenant t0 has sent \d+ mails since 14:19 UTC, after it surged to more than three times/,
    );
  });
});
