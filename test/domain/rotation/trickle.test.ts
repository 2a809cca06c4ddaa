/** What goes on of slowed mail shows the end of a trouble soon, wherever much or little is sent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slowings } from '../../../domain/rotation/measures.ts';
import { trickleShare } from '../../../domain/rotation/trickle.ts';
import { epochMs, minuteMs } from '../../../domain/time.ts';
import { now, originsOf, situationOf } from '../../support/rotation.ts';

const outage = { signal: 'outage', region: { provider: 'yahoo' } } as const;

function shareWith(perMinute: number): number {
  const situation = situationOf();
  const [origin] = originsOf(situation.streams).filter(({ provider }) => provider === 'yahoo');
  if (!origin) throw new Error('nobody sends to Yahoo');
  for (let age = 1; age <= 60; age += 1)
    situation.book.addSent({ origin, at: epochMs(now - age * minuteMs), count: perMinute });
  return trickleShare(outage, situation);
}

test('much mail trickles by the share of its signal', () => {
  expect(shareWith(100)).toBe(slowings.outage.share);
});

test('of little mail so much goes on that a mail in two minutes does', () => {
  expect(shareWith(2)).toBeCloseTo(0.25);
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
