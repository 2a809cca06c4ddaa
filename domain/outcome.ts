import type { BounceReason } from './classification/reasons.ts';
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

/** Reasons that pass, or say nothing: SES reports them as soft bounces. */
const softReasons: ReadonlySet<string> = new Set<BounceReason>([
  'mailbox-full',
  'greylisted',
  'rate-limited',
  'server-error',
  'network',
  'dns',
  'expired',
  'undetermined',
  'not-a-failure',
]);

/**
 * A soft bounce can be an out-of-office reply to mail that did arrive, so a Delivery outweighs it.
 * @see https://docs.aws.amazon.com/ses/latest/dg/monitor-using-event-publishing.html
 */
const softBounceProgress = 3.5;

function progressOf({ outcome, reason }: Fact): number {
  const soft = outcome === 'bounced' && softReasons.has(reason ?? '');
  return soft ? softBounceProgress : progress[outcome];
}

/** Returns what became of a recipient, undefined while nothing is known; facts may come in any order. */
export function outcomeOf(facts: readonly Fact[]): Fact | undefined {
  return facts.reduce<Fact | undefined>((best, fact) => {
    if (!best) return fact;
    return compare(fact, best) > 0 ? fact : best;
  }, undefined);
}

/** Positive when `a` is further along or, equally far, later; the texts only make the order total. */
function compare(a: Fact, b: Fact): number {
  return (
    progressOf(a) - progressOf(b) ||
    a.at - b.at ||
    order(a.outcome, b.outcome) ||
    order(a.reason ?? '', b.reason ?? '')
  );
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
