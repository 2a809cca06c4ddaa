/** How failures count for what many share (a pool, a provider, the account): nobody may speak for all. */
import type { Signal } from '../classification/reasons.ts';
import type { Failure } from './model.ts';
import { signalTraits } from './signals.ts';

/** Failures of one bucket by who they come from, weighted. */
export type GroupedFailures = {
  vouched: number;
  strangers: number;
  /** Vouched ones by tenant and campaign. */
  readonly byCampaign: Map<string, number>;
  /** The others by recipient domain. */
  readonly byDomain: Map<string, number>;
};

/** Returns the groups of one failure. */
export function groupOf({ vouched, weight, origin, recipientDomain }: Failure): GroupedFailures {
  return vouched
    ? {
        vouched: weight,
        strangers: 0,
        byCampaign: new Map([[`${origin.tenant}\n${origin.campaign}`, weight]]),
        byDomain: new Map(),
      }
    : {
        vouched: 0,
        strangers: weight,
        byCampaign: new Map(),
        byDomain: new Map([[recipientDomain, weight]]),
      };
}

/** Returns groups that hold nothing. */
export function noGroups(): GroupedFailures {
  return { vouched: 0, strangers: 0, byCampaign: new Map(), byDomain: new Map() };
}

/** Returns failures whose origin does not matter, because their region is of one sender. */
export function ungrouped(weight: number): GroupedFailures {
  return { vouched: weight, strangers: 0, byCampaign: nobody, byDomain: nobody };
}

/** Nothing is ever added: only more of the same is joined to what is ungrouped. */
const nobody = new Map<string, number>();

/** Adds groups to others, and returns those. */
export function joinGroups(into: GroupedFailures, from: GroupedFailures): GroupedFailures {
  into.vouched += from.vouched;
  into.strangers += from.strangers;
  for (const [name, weight] of from.byCampaign)
    into.byCampaign.set(name, (into.byCampaign.get(name) ?? 0) + weight);
  for (const [name, weight] of from.byDomain)
    into.byDomain.set(name, (into.byDomain.get(name) ?? 0) + weight);
  return into;
}

/**
 * Returns how many failures of a bucket count for a shared scope. One campaign counts as much as all others
 * together and a few more. What nobody vouches for counts once a recipient domain, and no more than what is
 * vouched for: anybody can write such replies. More failures never count less.
 */
export function countForAll(signal: Signal, groups: GroupedFailures): number {
  const { groupMax, strangers } = signalTraits[signal];
  const vouched = capped(groups.vouched, groups.byCampaign, groupMax);
  if (groups.strangers === 0) return vouched;
  return strangers === 'count'
    ? vouched + capped(groups.strangers, groups.byDomain, groupMax)
    : vouched + Math.min(vouched, onceEach(groups.byDomain));
}

function capped(total: number, byName: ReadonlyMap<string, number>, most: number): number {
  if (total <= most) return total;
  let sum = 0;
  for (const own of byName.values()) sum += Math.min(own, most + total - own);
  return sum;
}

function onceEach(byDomain: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const weight of byDomain.values()) sum += Math.min(weight, 1);
  return sum;
}
