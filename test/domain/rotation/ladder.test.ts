import { expect, test } from 'vitest';
import { climbLadders } from '../../../domain/rotation/ladder.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { decisionOf, poolOf, situationOf } from '../../support/rotation.ts';

const midnight = epochMs(Date.UTC(2026, 10, 22));
const used = { step: 2, dayCap: 98, hourCap: 9, sentToday: 0, cleanDays: [98] };
const warming = poolOf('a', { warmth: new Map([['gmail', used]]) });
const situation = situationOf({ now: epochMs(midnight + 5 * minuteMs), pools: [warming] });

test('a ladder climbs a step at the beginning of a day, once', () => {
  const plan = climbLadders(situation);
  expect(plan?.actions).toMatchObject([
    {
      kind: 'grow',
      pool: 'a',
      provider: 'gmail',
      warmth: { step: 3, dayCap: 137 },
      before: { step: 2 },
    },
  ]);
  const taken = decisionOf({ at: midnight, actions: plan?.actions ?? [] });
  expect(climbLadders({ ...situation, history: [taken] })).toBeUndefined();
  expect(climbLadders({ ...situation, now: epochMs(midnight + 2 * hourMs) })).toBeUndefined();
});

test('a ladder waits for the change window, and for whatever is on trial', () => {
  expect(climbLadders({ ...situation, changeWindow: 'closed' })).toBeUndefined();
  const onTrial = {
    ...warming,
    standings: new Map([['gmail', { state: 'cold', since: midnight } as const]]),
  };
  expect(climbLadders({ ...situation, pools: [onTrial] })).toBeUndefined();
});

test('a ladder goes down where the provider puts mail off, whatever the window', () => {
  const deferred = situationOf({ ...situation, changeWindow: 'closed' });
  const origin = {
    tenant: 't',
    identity: 't.example',
    stream: 's',
    pool: 'a',
    provider: 'gmail',
    campaign: '',
  };
  for (let index = 0; index < 40; index += 1) {
    const sentAt = epochMs(deferred.now - (60 + index) * secondMs);
    deferred.book.addSent({ origin, at: sentAt, count: 1 });
    deferred.book.addFailure({
      key: `deferral-${index}`,
      origin,
      sentAt,
      heardAt: epochMs(sentAt + secondMs),
      signal: 'deferral',
      reason: 'rate-limited',
      weight: 1,
      recipientDomain: `domain-${index % 4}.example`,
      vouched: true,
    });
  }
  expect(climbLadders(deferred)?.actions).toMatchObject([{ warmth: { step: 0, dayCap: 49 } }]);
});
