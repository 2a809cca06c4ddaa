/** What a decision did is judged once, and what only goes on is not judged again. */
import { expect, test } from 'vitest';
import type { Order } from '../../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { actsOf } from '../../../simulation/reputation/policies/acts-of-decisions.ts';
import { decisionOf, now } from '../../support/rotation.ts';

const before: Order = {
  id: 'd1.1',
  kind: 'slow',
  region: { provider: 'microsoft' },
  share: 0.1,
  since: epochMs(now - 40 * minuteMs),
  until: epochMs(now + 20 * minuteMs),
  decision: 'd1',
};

function actsOfRenewal(over: Partial<Order>): readonly string[] {
  const order = { ...before, id: 'd2.1', since: now, until: epochMs(now + hourMs), ...over };
  const decision = decisionOf({
    id: 'd2',
    actions: [
      { kind: 'slow', order },
      { kind: 'release', orderId: before.id, order: before },
    ],
  });
  return actsOf(decision).map((act) => act.do);
}

test('an order that only makes another longer is no act', () => {
  expect(actsOfRenewal({})).toEqual([]);
});

test('an order that slows more, or something else, is one', () => {
  expect(actsOfRenewal({ share: 0.05 })).toEqual(['slow', 'return']);
  expect(actsOfRenewal({ region: { provider: 'gmail' } })).toEqual(['slow', 'return']);
});
