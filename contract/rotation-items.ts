/** What stands in the assignments and evidence tables for the rotation loop, as read back. */
import * as z from 'zod';
import { bounceReasons, signals } from '../domain/classification/reasons.ts';
import type { Failure } from '../domain/evidence/model.ts';
import { actionKinds, autonomies, type Order, poolStates } from '../domain/rotation/model.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';

const key = { pk: z.string(), sk: z.string() };
const ms = z.number().transform((value): EpochMs => epochMs(value));

/** A part of the mail. */
export const region = z.object({
  tenant: z.exactOptional(z.string()),
  identity: z.exactOptional(z.string()),
  pool: z.exactOptional(z.string()),
  provider: z.exactOptional(z.string()),
  ip: z.exactOptional(z.string()),
  campaign: z.exactOptional(z.string()),
});

/** Assignments, `order#…`: what dispatch must do with a part of a stream's mail. */
export const orderItem = z.object({
  ...key,
  id: z.string(),
  kind: z.enum(['hold', 'slow']),
  region,
  /** Share of the mail that may still leave. */
  share: z.number().min(0).max(1),
  probes: z.exactOptional(z.object({ tenants: z.array(z.string()), mails: z.int() })),
  streams: z.exactOptional(z.array(z.string())),
  trial: z.exactOptional(z.literal(true)),
  tenants: z.exactOptional(z.array(z.string())),
  oldestFirstSince: z.exactOptional(ms),
  since: ms,
  until: ms,
  decision: z.string(),
}) satisfies z.ZodType<Order & { pk: string; sk: string }>;
export type OrderItem = z.output<typeof orderItem>;

/** Assignments, `automation`: `off` makes dispatch forget orders and providers' own assignments at once. */
export const automationItem = z.object({
  ...key,
  state: z.enum(['on', 'freeze', 'off']),
  /** Kinds of action whose autonomy differs from the configuration. */
  autonomy: z.partialRecord(z.enum(actionKinds), z.enum(autonomies)),
  /** When somebody last said `on`: holds from before do not count against the loop any more. */
  resumedAt: z.exactOptional(ms),
  at: ms,
  by: z.string(),
  why: z.string(),
});
export type AutomationItem = z.output<typeof automationItem>;

/** Assignments, `pool`: how a pool stands with a provider, and its warm-up there. */
export const standingItem = z.object({
  ...key,
  pool: z.string(),
  provider: z.string(),
  state: z.enum(poolStates),
  since: ms,
  until: z.exactOptional(ms),
  why: z.exactOptional(z.string()),
  warmth: z.exactOptional(
    z.object({
      step: z.number(),
      dayCap: z.number(),
      hourCap: z.number(),
      cleanDays: z.array(z.number()),
      lastSentAt: z.exactOptional(ms),
    }),
  ),
  version: z.number(),
});
export type StandingItem = z.output<typeof standingItem>;

const origin = z.object({
  tenant: z.string(),
  identity: z.string(),
  stream: z.string(),
  pool: z.string(),
  provider: z.string(),
  campaign: z.string(),
});

/** Evidence, `failures#…`: one failure. The recipient's domain is a digest: counted, never read. */
export const failureItem = z.object({
  ...key,
  key: z.string(),
  origin,
  sentAt: ms,
  heardAt: ms,
  signal: z.enum(signals),
  reason: z.enum([...keysOf(bounceReasons), 'complaint']),
  weight: z.number(),
  recipientDomain: z.string(),
  vouched: z.boolean(),
  mailbox: z.exactOptional(z.string()),
  hosted: z.exactOptional(z.literal(true)),
  ip: z.exactOptional(z.string()),
  blocklist: z.exactOptional(z.string()),
  /** The event carried no tag of ours: pool, provider, tenant and time are read from the rest of it. */
  untagged: z.exactOptional(z.literal(true)),
  ttl: z.number(),
}) satisfies z.ZodType<Failure & { pk: string; sk: string; ttl: number }>;
export type FailureItem = z.output<typeof failureItem>;

/** Evidence, `voids#…`: one mail that SES took and no provider saw, to be taken off what was sent. */
export const voidItem = z.object({
  ...key,
  key: z.string(),
  origin,
  sentAt: ms,
  heardAt: ms,
  /** `suppressed`, `reject` or `renderingfailure`. */
  why: z.string(),
  untagged: z.exactOptional(z.literal(true)),
  ttl: z.number(),
});
export type VoidItem = z.output<typeof voidItem>;

/**
 * Evidence, `delays#…`: one mail that a provider put off for a reason that says nothing of anybody's
 * reputation. Nothing is decided from it: it tells people where mail is that has not arrived.
 */
export const delayItem = z.object({
  ...key,
  key: z.string(),
  origin,
  sentAt: ms,
  heardAt: ms,
  reason: z.enum(keysOf(bounceReasons)),
  ttl: z.number(),
});
export type DelayItem = z.output<typeof delayItem>;

/** Evidence, `sent#…`: what was sent in one period, a part of it where it is large. */
export const sentItem = z.object({
  ...key,
  start: ms,
  periodMs: z.number(),
  /** Rows of the period, compressed. */
  rows: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  ttl: z.number(),
});
export type SentItem = z.output<typeof sentItem>;

/** Evidence, `decisions#…`: the decision as JSON, whole: people read it, and the brakes look back on it. */
export const decisionItem = z.object({
  ...key,
  id: z.string(),
  at: ms,
  decision: z.string(),
  ttl: z.number(),
});
export type DecisionItem = z.output<typeof decisionItem>;

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((name): name is K => name in table);
}
