import { unitHash } from './assignment.ts';
import { dimensions, type Origin, type Region } from './evidence/model.ts';
import type { Order } from './rotation/model.ts';
import { isWithin } from './rotation/orders.ts';
import { type EpochMs, epochMs, hourMs, minuteMs } from './time.ts';

/** What the orders in force say of one mail. */
export type Ruling =
  /** A canary is mail on a pool that is on trial. */
  | { readonly kind: 'pass'; readonly canary?: true }
  | { readonly kind: 'wait'; readonly until: EpochMs }
  /** It waits, unless it is one of the few that each of these orders lets through to learn from them. */
  | { readonly kind: 'probe'; readonly orders: readonly Order[]; readonly until: EpochMs };

/** What is known of how late a mail is: it is due to leave since `dueAt`, and is dropped at `expiresAt`. */
export type MailTimes = { readonly dueAt: EpochMs; readonly expiresAt?: EpochMs | undefined };

/** A mail as orders see it; `key` is the same whenever they are asked. */
export type OrderedMail = MailTimes & { readonly origin: Origin; readonly key: string };

/** The shortest time after which waiting mail is looked at again. */
const leastMs = minuteMs;

/**
 * The longest: what is held of a sender stays for hours, but what a pool or a provider met, and what only slows,
 * ends at any minute. A wait of up to a quarter of an hour would keep all of it in flight in the queue.
 */
const mostMs = { sender: hourMs, other: 16 * minuteMs } as const;

/** Mail that leaves within this is on time: what is released meanwhile must be seen before it is over. */
const onTimeMs = hourMs;

/**
 * Where the oldest goes first, this part of the share leaves at any age: nobody knows whether anything old is
 * waiting, and a trickle without mail would never show the end.
 */
const anyAgePart = 0.2;

/**
 * Returns whether a mail may leave now. A hold lets nothing through; of slowed mail the order's share
 * passes, drawn anew each hour and not at each look or by each order about the same, or whoever asks often
 * enough would get through; where the order names tenants, only of their mail.
 * Orders that have ended, or not begun, say nothing.
 */
export function ruleOn(mail: OrderedMail, orders: readonly Order[], now: EpochMs): Ruling {
  const about = orders.filter(
    ({ since, until, region }) => since <= now && now < until && isMeant(mail.origin, region),
  );
  const against = about.filter((order) => !passes(mail, order, now));
  if (against.length === 0)
    return about.some(({ trial }) => trial) ? { kind: 'pass', canary: true } : { kind: 'pass' };
  const until = epochMs(Math.max(...against.map((order) => lookAgainAt(order, { ...mail, now }))));
  const isProbe = against.every(({ probes }) => probes?.tenants.includes(mail.origin.tenant));
  return isProbe ? { kind: 'probe', orders: against, until } : { kind: 'wait', until };
}

/**
 * Returns when mail that an order makes wait is looked at again: after 1, 2, 4 … 60 minutes of the order's age (16
 * where no sender is held), at the latest when it ends. Where it may end at any minute also when half of what is
 * left of the mail's first hour is over, or of its life where that is shorter.
 */
export function lookAgainAt(
  { kind, region, since, until }: Pick<Order, 'kind' | 'region' | 'since' | 'until'>,
  { now, ...mail }: MailTimes & { readonly now: EpochMs },
): EpochMs {
  const isSender = region.tenant !== undefined || region.identity !== undefined;
  const held = kind === 'hold' && isSender ? 'sender' : 'other';
  const waitMs = Math.min(mostMs[held], Math.max(leastMs, now - since));
  const leftMs = mail.dueAt + usefulMs(mail) - now;
  const halfMs =
    held === 'other' && leftMs > 0 ? Math.max(leastMs, leftMs / 2) : Number.POSITIVE_INFINITY;
  return epochMs(Math.ceil(Math.min(until, now + Math.min(waitMs, halfMs))));
}

/**
 * Which address a mail leaves from is SES's to choose, so that no mail here is known to be of one: an order
 * about an address alone means none, and the empty region all.
 */
function isMeant(origin: Origin, region: Region): boolean {
  const named = Object.values(region).filter((name) => name !== undefined);
  return !(region.ip !== undefined && named.length === 1) && isWithin(region, origin);
}

function passes(mail: OrderedMail, order: Order, now: EpochMs): boolean {
  const { kind, share, tenants, region } = order;
  const { key, origin } = mail;
  if (tenants !== undefined && !tenants.includes(origin.tenant)) return false;
  const drawn = () => unitHash(`${drawOf(region)}\n${key}\n${Math.floor(now / hourMs)}`);
  return kind === 'slow' && drawn() < share * partAtAge(order, { ...mail, now });
}

/**
 * Returns the part of an order's share that mail has at its age, 0..1: all of it once it has waited for half of the
 * time that the order slows it, or for half of its life, or is late already. What fails is put off for longer each
 * time, and it is the youngest that is late only for that.
 */
export function partAtAge(
  { oldestFirstSince }: Pick<Order, 'oldestFirstSince'>,
  { now, dueAt, expiresAt }: MailTimes & { readonly now: EpochMs },
): number {
  if (oldestFirstSince === undefined) return 1;
  const lifeMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - dueAt;
  const enoughMs = Math.min(onTimeMs, lifeMs / 2, (now - oldestFirstSince) / 2);
  return now - dueAt >= enoughMs ? 1 : anyAgePart;
}

/** How long after it is due a mail is worth what it should be, as far as is known of it. */
function usefulMs({ dueAt, expiresAt }: MailTimes): number {
  return expiresAt === undefined ? onTimeMs : Math.min(onTimeMs, expiresAt - dueAt);
}

/** By what is slowed, not by the order: one that is renewed each half hour would let twice its share through. */
function drawOf(region: Region): string {
  return dimensions.map((name) => region[name] ?? '').join('\n');
}
