/** Orders to dispatch: which part of the mail waits or is slowed, and for how long. */
import type { Origin, Region } from '../evidence/model.ts';
import { dimensions } from '../evidence/model.ts';
import { holdsOrigin } from '../evidence/within.ts';
import { type EpochMs, epochMs } from '../time.ts';
import type { Order, Situation } from './model.ts';

type Wanted = {
  readonly region: Region;
  /** Share of the mail that may still leave, 0..1. */
  readonly share: number;
  readonly forMs: number;
  readonly probes?: Order['probes'];
  readonly streams?: readonly string[];
  readonly trial?: true;
  readonly tenants?: readonly string[];
  readonly oldestFirstSince?: EpochMs;
};

/** Less than this is no trickle worth a look-up: the mail waits whole. */
const shareMin = 0.01;

/** Returns an order of a decision; `part` tells the orders of one decision apart. */
export function orderFor(
  { region, share, forMs, probes, streams, trial, tenants, oldestFirstSince }: Wanted,
  decision: string,
  { now, part }: { readonly now: EpochMs; readonly part: number },
): Order {
  const leaves = share < shareMin ? 0 : Math.min(1, share);
  return {
    id: `${decision}.${part}`,
    kind: leaves === 0 ? 'hold' : 'slow',
    region,
    share: leaves,
    ...(probes && { probes }),
    ...(streams && { streams }),
    ...(trial && { trial }),
    ...(tenants && { tenants }),
    ...(oldestFirstSince !== undefined && { oldestFirstSince }),
    since: now,
    until: epochMs(now + forMs),
    decision,
  };
}

/** Returns whether everything of `part` lies within `whole`. */
export function contains(whole: Region, part: Region): boolean {
  return dimensions.every((name) => whole[name] === undefined || whole[name] === part[name]);
}

/** Returns whether two regions name the same part of the mail. */
export function isSameRegion(one: Region, other: Region): boolean {
  return contains(one, other) && contains(other, one);
}

/** Returns whether mail can lie in both regions. */
export function overlaps(one: Region, other: Region): boolean {
  return dimensions.every(
    (name) => one[name] === undefined || other[name] === undefined || one[name] === other[name],
  );
}

/** Returns whether mail of an origin lies within a region; an address is known of failures alone. */
export function isWithin(region: Region, origin: Origin): boolean {
  return holdsOrigin(region, origin);
}

/** Returns the orders that still hold at an instant. */
export function openOrders({ orders, now }: Pick<Situation, 'orders' | 'now'>): readonly Order[] {
  return orders.filter(({ until }) => until > now);
}
