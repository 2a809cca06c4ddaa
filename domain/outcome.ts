import type { OutcomeName } from './reasons.ts';

/** One thing known about a recipient; several may be true (delivered, then complained). */
export type Fact = { readonly outcome: OutcomeName; readonly reason?: string; readonly at: number };

/**
 * How far along a recipient's mail is under each outcome; the furthest wins, because SES events come in
 * any order: a Delivery that arrives after its Bounce does not undo it.
 */
const progress: Readonly<Record<OutcomeName, number>> = {
  held: 1,
  parked: 1,
  expired: 2,
  accepted: 3,
  delivered: 4,
  rejected: 5,
  suppressed: 5,
  bounced: 6,
  complained: 7,
};

/** Returns what became of a recipient, undefined while nothing is known; facts may come in any order. */
export function outcomeOf(facts: readonly Fact[]): Fact | undefined {
  return facts.reduce<Fact | undefined>((best, fact) => {
    if (!best) return fact;
    const further = progress[fact.outcome] - progress[best.outcome];
    return further > 0 || (further === 0 && fact.at > best.at) ? fact : best;
  }, undefined);
}
