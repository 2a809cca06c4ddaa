/** What goes on of slowed mail shows the end of a trouble soon, wherever much or little is sent. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slowings } from '../../../domain/rotation/measures.ts';
import type { Order } from '../../../domain/rotation/model.ts';
import { orderFor } from '../../../domain/rotation/orders.ts';
import { sceneOf } from '../../../domain/rotation/plan.ts';
import { planSlow } from '../../../domain/rotation/plan-holds.ts';
import { trickleShare } from '../../../domain/rotation/trickle.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, causeOf, now, originsOf, situationOf } from '../../support/rotation.ts';

const outage = { signal: 'outage', region: { provider: 'yahoo' } } as const;

function shareWith(perMinute: number, ending?: Pick<Order, 'share' | 'since'>): number {
  const situation = situationOf();
  const [origin] = originsOf(situation.streams).filter(({ provider }) => provider === 'yahoo');
  if (!origin) throw new Error('nobody sends to Yahoo');
  for (let age = 1; age <= 60; age += 1)
    situation.book.addSent({ origin, at: epochMs(now - age * minuteMs), count: perMinute });
  return trickleShare(outage, situation, ending);
}

test('much mail trickles by the share of its signal', () => {
  expect(shareWith(100)).toBe(slowings.outage.share);
});

test('of little mail so much goes on that a mail in two minutes does', () => {
  expect(shareWith(2)).toBeCloseTo(0.25);
});

describe('a renewed trickle', () => {
  const ending = { share: 0.5, since: ago(31 * minuteMs) };

  test('that began at night is the share of its signal when what leaves under it shows the day', () => {
    expect(shareWith(50, ending)).toBe(slowings.outage.share);
  });

  test('is planned so by the day that follows', () => {
    const region = { provider: 'gmx' };
    const order = orderFor({ region, share: 0.5, forMs: hourMs }, 'd1', {
      now: ending.since,
      part: 1,
    });
    const situation = situationOf({ orders: [order] });
    const [origin] = originsOf(situation.streams).filter(({ provider }) => provider === 'gmx');
    if (!origin) throw new Error('nobody sends to GMX');
    for (let age = 1; age <= 30; age += 1) {
      const at = ago(age * minuteMs);
      situation.book.addSent({ origin, at, count: 50 });
      for (let index = 0; index < 50; index += 1)
        situation.book.addFailure({
          ...{ key: `f${age}#${index}`, origin, sentAt: at, heardAt: at, signal: 'outage' },
          ...{ reason: 'server-error', weight: 1, recipientDomain: 'gmx.example', vouched: true },
        });
    }
    const cause = causeOf({ kind: 'provider', region, signal: 'outage', onset: ending.since });
    const planned = planSlow(sceneOf(cause, situation, undefined));
    expect(planned?.actions).toMatchObject([
      { kind: 'slow', order: { share: slowings.outage.share } },
      { kind: 'release', orderId: order.id },
    ]);
  });

  test('stays as it is while as little mail wants to leave as before', () => {
    expect(shareWith(0.25, ending)).toBe(ending.share);
    expect(shareWith(0, ending)).toBe(ending.share);
  });

  test('of more mail than before is as much as two minutes need, by what waits as well', () => {
    expect(shareWith(1, ending)).toBeCloseTo(0.25, 1);
  });

  test('law: is never more than what it renews', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.double({ min: 0.1, max: 0.5, noNaN: true }),
        (perMinute, share) => {
          expect(shareWith(perMinute, { ...ending, share })).toBeLessThanOrEqual(share);
        },
      ),
      { numRuns: 20 },
    );
  });
});

test('law: never less than the share of the signal, and never more than half', () => {
  fc.assert(
    fc.property(fc.nat(40), (perMinute) => {
      const share = shareWith(perMinute);
      expect(share).toBeGreaterThanOrEqual(slowings.outage.share);
      expect(share).toBeLessThanOrEqual(0.5);
    }),
    { numRuns: 20 },
  );
});
