/** What a request waited for before: kept in its item, where it costs no write of its own. */
import type { PastWait, RequestItem } from './items.ts';

/** Older waits are forgotten: the item stays below one write unit. */
const waitsMax = 4;

/**
 * Returns the waits that a request keeps under a new word, nothing where none ends with it. Mail that an order
 * holds is looked at again and again: that is one wait, counted.
 */
export function waitsAfter(
  seen: RequestItem,
  change: Partial<Pick<RequestItem, 'state' | 'claimedAt'>>,
): { readonly waits?: PastWait[] } {
  const word = seen.decided['*'];
  if (seen.state !== 'waiting' || change.state === undefined || word === undefined) return {};
  const { outcome, reason } = word;
  const before = seen.waits ?? [];
  const last = before.at(-1);
  const isSame = last?.outcome === outcome && last.reason === reason;
  const wait: PastWait = {
    outcome,
    reason,
    since: isSame ? last.since : seen.claimedAt,
    until: Math.max(change.claimedAt ?? seen.claimedAt, seen.claimedAt),
    times: isSame ? last.times + 1 : 1,
  };
  return { waits: [...(isSame ? before.slice(0, -1) : before), wait].slice(-waitsMax) };
}
