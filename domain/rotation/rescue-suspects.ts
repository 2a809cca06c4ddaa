/** Whose mail is not sent once more although its pool was at fault. */
import type { Origin, Region } from '../evidence/model.ts';
import { type EpochMs, epochMs, hourMs } from '../time.ts';
import type { Decision, Order } from './model.ts';
import { isSameRegion, isWithin } from './orders.ts';

/** Who earned a block is looked for in the mail of this long before it; so long a named sender stays suspected. */
const suspectedMs = 72 * hourMs;

/**
 * Returns the senders that an open order or a cause of the last 72 hours names: tenants, identities and
 * campaigns, everywhere and not only at the provider where it showed.
 */
export function suspectsOf({
  history,
  orders,
  now,
}: {
  readonly history: readonly Decision[];
  readonly orders: readonly Order[];
  readonly now: EpochMs;
}): readonly Region[] {
  const recent = history.filter(({ at }) => at > epochMs(now - suspectedMs));
  const causes = recent.flatMap(({ cause }) =>
    cause ? [cause.region, ...(cause.earnedBy ? [cause.earnedBy] : [])] : [],
  );
  const open = orders.filter(({ until }) => until > now);
  const senders = [...causes, ...open.map(({ region }) => region)].flatMap(
    (region) => senderOf(region) ?? [],
  );
  return senders.filter(
    (one, place) => senders.findIndex((other) => isSameRegion(one, other)) === place,
  );
}

/** Returns whether mail of an origin is that of a suspected sender. */
export function isSuspected(origin: Origin, suspects: readonly Region[]): boolean {
  return suspects.some((region) => isWithin(region, origin));
}

/** Returns whom a region names as sender; undefined where it names pools, addresses or providers alone. */
export function senderOf({ tenant, identity, campaign }: Region): Region | undefined {
  const sender = {
    ...(tenant === undefined ? {} : { tenant }),
    ...(identity === undefined ? {} : { identity }),
    ...(campaign === undefined ? {} : { campaign }),
  };
  return Object.keys(sender).length > 0 ? sender : undefined;
}
