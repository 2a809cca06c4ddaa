/**
 * What apps are told on the deployment's event bus: rejections always, every other outcome where a stream
 * sets `outcomeEvents`. At least once and in no order: the same event has the same `eventId`, and
 * complained outweighs bounced outweighs delivered outweighs accepted (see domain/outcome.ts).
 * Never an address.
 */
import * as z from 'zod';
import { outcomes } from '../domain/reasons.ts';
import { messageTag } from './tags.ts';

/** `source` and `detail-type` of an EventBridge rule. */
export const outcomeEventSource = 'goodstanding';
export const outcomeEventTypes = {
  /** Outcome `rejected`, decided before or by the hand-over to SES; published for every stream. */
  rejected: 'Send Request Rejected',
  /** Every other outcome, and what SES rejects later. */
  outcome: 'Mail Outcome',
} as const;

/** The `detail` of both detail types. */
export const outcomeEvent = z.object({
  version: z.literal(1),
  /** The same for the same event: drop what you have seen. */
  eventId: z.string(),
  outcome: z.enum(outcomes),
  /** A row of domain/reasons.ts; absent where there is nothing to explain. */
  reason: z.exactOptional(z.string()),
  /** The reason in words, for people. */
  detail: z.exactOptional(z.string()),
  /** When it happened, ISO 8601. */
  at: z.iso.datetime(),
  stream: z.string(),
  tenant: z.exactOptional(z.string()),
  /** Your id; absent where the body could not be read. */
  id: z.exactOptional(z.string()),
  /** Ours; it follows from tenant and id. */
  messageId: z.string(),
  /** Position in the request, 0 for a message; absent where the whole request is meant. */
  recipientIndex: z.exactOptional(z.number()),
  /** SQS's message id, of rejections. */
  queueMessageId: z.exactOptional(z.string()),
  /** SES's message id, where SES took the mail. */
  sesMessageId: z.exactOptional(z.string()),
  /** SES's bounceType/bounceSubType or complaintFeedbackType. */
  type: z.exactOptional(z.string()),
  /** Enhanced status code of the mailbox provider. */
  status: z.exactOptional(z.string()),
  /** Reply of the mailbox provider, with addresses removed. */
  diagnostic: z.exactOptional(z.string()),
});
export type OutcomeEvent = z.output<typeof outcomeEvent>;

/** Returns the id of an event: about whom, what happened, and what tells it from another of its kind. */
export function outcomeEventId(
  about: { readonly messageId: string; readonly recipientIndex?: number | undefined },
  outcome: string,
  which?: string,
): string {
  const { messageId, recipientIndex } = about;
  const whom = recipientIndex === undefined ? messageId : messageTag(messageId, recipientIndex);
  return [whom, outcome, ...(which === undefined ? [] : [which])].join('.');
}
