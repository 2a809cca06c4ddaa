/** What rotation and dispatch agree on about mail that is sent once more: see docs/decisions/0019-rescue.md. */
import * as z from 'zod';
import { causeKinds } from '../domain/blame/model.ts';
import type { Origin } from '../domain/evidence/model.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import { region } from './rotation-items.ts';

const ms = z.number().transform((value): EpochMs => epochMs(value));

/**
 * Assignments, `rescue#…`: mail of a stream that its pool lost may be sent once more. Dispatch sends nothing
 * again that no such item covers.
 */
export const rescueItem = z.object({
  pk: z.string(),
  sk: z.string(),
  /** The decision's id. */
  id: z.string(),
  /** The pool that was refused, and the one where the decision saw warm room. */
  from: z.string(),
  to: z.string(),
  cause: z.enum(causeKinds),
  region,
  /** The cause's onset: mail that left before it is not meant. */
  since: ms,
  /** Until when mail may still be sent again. */
  until: ms,
  /** Parts of the mail that are held or were named as a cause: they are not sent again. */
  suspects: z.array(region),
  /** Recipients of the last 24 hours by pool and provider (`pairOf`): a hundredth of them may be rescues a day. */
  volumes: z.record(z.string(), z.number()),
  /** News that were heard until then have been asked for. */
  askedUntil: ms,
});
export type RescueItem = z.output<typeof rescueItem>;

/** Returns how `volumes` names a pool and a provider. */
export function pairOf({ pool, provider }: Pick<Origin, 'pool' | 'provider'>): string {
  return `${pool}#${provider}`;
}

/** Ledger, `rescue#…`: the claim of one recipient's rescue; its attempt says what became of it. */
export const rescueClaim = z.object({
  pk: z.string(),
  sk: z.string(),
  attemptId: z.string(),
  claimedAt: ms,
  /** The decision that asked for it. */
  rescue: z.string(),
  ttl: z.number(),
});
export type RescueClaim = z.output<typeof rescueClaim>;

/**
 * Body of an intake queue's message that asks for one recipient's rescue. It holds no content: who may write
 * to the queue can ask, and what is sent is what was sent before.
 */
const rescueBody = z.strictObject({
  kind: z.literal('rescue'),
  rescue: z.string().max(64),
  messageId: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  recipientIndex: z.int().min(0).max(99),
});
export type RescueRequest = Omit<z.output<typeof rescueBody>, 'kind'>;

/** Bodies begin so and are short; others are not parsed twice on their way to SES. */
const beginning = '{"kind":"rescue",';
const bodyCharactersMax = 300;

/** Returns the body of a message that asks for a rescue. */
export function writeRescue({ rescue, messageId, recipientIndex }: RescueRequest): string {
  const body: z.output<typeof rescueBody> = { kind: 'rescue', rescue, messageId, recipientIndex };
  return JSON.stringify(body);
}

/** Returns what a queue body asks to be rescued, undefined for every other body. */
export function readRescue(body: string): RescueRequest | undefined {
  if (body.length > bodyCharactersMax || !body.startsWith(beginning)) return undefined;
  try {
    const parsed = rescueBody.safeParse(JSON.parse(body));
    if (!parsed.success) return undefined;
    const { rescue, messageId, recipientIndex } = parsed.data;
    return { rescue, messageId, recipientIndex };
  } catch {
    return undefined;
  }
}
