/**
 * What is put into the rotation queue (FIFO, one group: one decider). Feedback, alarms, the schedule and
 * operators ask; rotation alone decides and writes.
 */
import * as z from 'zod';
import { actionKinds, autonomies } from '../domain/rotation/model.ts';

/** The queue's one message group: whatever asks, one decides, in order. */
export const rotationGroup = 'rotation';

const region = z.object({
  tenant: z.exactOptional(z.string()),
  identity: z.exactOptional(z.string()),
  pool: z.exactOptional(z.string()),
  provider: z.exactOptional(z.string()),
  ip: z.exactOptional(z.string()),
  campaign: z.exactOptional(z.string()),
});

/** Who asks and why: written to the decision log. */
const asked = { by: z.string(), why: z.string() };

/** What an operator may ask for. */
export const operatorCommand = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('quarantine'),
    pool: z.string(),
    provider: z.string(),
    forMs: z.exactOptional(z.number()),
    ...asked,
  }),
  z.object({ do: z.literal('release'), pool: z.string(), provider: z.string(), ...asked }),
  /** Sets a stream's pools for a provider (or `*`) until the override expires. */
  z.object({
    do: z.literal('override'),
    stream: z.string(),
    provider: z.string(),
    pools: z.array(z.object({ pool: z.string(), weight: z.number().positive() })).min(1),
    forMs: z.number(),
    ...asked,
  }),
  z.object({ do: z.literal('hold'), region, forMs: z.number(), ...asked }),
  z.object({ do: z.literal('lift'), orderId: z.string(), ...asked }),
  z.object({ do: z.literal('automation'), state: z.enum(['on', 'freeze', 'off']), ...asked }),
  z.object({
    do: z.literal('autonomy'),
    kind: z.enum(actionKinds),
    level: z.enum(autonomies),
    ...asked,
  }),
  /** Carries out a proposal, or objects to one that waits for its veto window. */
  z.object({ do: z.literal('approve'), decision: z.string(), ...asked }),
  z.object({ do: z.literal('veto'), decision: z.string(), ...asked }),
  /** Takes back what a decision did. */
  z.object({ do: z.literal('undo'), decision: z.string(), ...asked }),
  /** Says how many recipients a day a pool really carried at a provider, or at each of them (`*`). */
  z.object({
    do: z.literal('warm'),
    pool: z.string(),
    provider: z.string(),
    perDay: z.int().min(1).max(100_000_000),
    ...asked,
  }),
  /** Returns every assignment to the last that stood while no pool was in trouble. */
  z.object({ do: z.literal('last-good'), ...asked }),
]);
export type OperatorCommand = z.output<typeof operatorCommand>;

/** A message of the rotation queue. */
export const rotationMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('failures'), regions: z.array(region).min(1) }),
  z.object({ kind: z.literal('alarm'), what: z.string() }),
  z.object({ kind: z.literal('schedule') }),
  z.object({ kind: z.literal('command'), command: operatorCommand }),
  /** From the loop to itself, not to be answered before an instant: what it could not decide. */
  z.object({ kind: z.literal('again'), notBefore: z.number() }),
]);
export type RotationMessage = z.output<typeof rotationMessage>;
