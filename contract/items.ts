/** What stands in the tables, as read back: one schema an item kind; writers satisfy the same types. */
import * as z from 'zod';
import { outcomes } from '../domain/reasons.ts';

const key = { pk: z.string(), sk: z.string() };
const ms = z.number();

/** What was decided about a recipient without asking SES. */
export const decidedOutcome = z.object({
  outcome: z.enum(outcomes),
  reason: z.string(),
  detail: z.exactOptional(z.string()),
});
export type DecidedOutcome = z.output<typeof decidedOutcome>;

/**
 * Ledger, `request`: the claim of one send request and everything decided without SES.
 * `state` claimed: attempts tell the rest; decided: nothing was or will be sent; rejected: the app may
 * correct the request and use its id again; waiting: held, parked, scheduled or released after a known
 * failure, may be claimed again.
 */
export const requestItem = z.object({
  ...key,
  state: z.enum(['claimed', 'decided', 'rejected', 'waiting']),
  /** The app's id; absent where the body could not be read. */
  id: z.exactOptional(z.string()),
  tenant: z.exactOptional(z.string()),
  stream: z.string(),
  /** SQS message id of the (latest) delivery. */
  queueMessageId: z.string(),
  /** Digest of the request's content: the same id with other content is refused. */
  digest: z.exactOptional(z.string()),
  recipientCount: z.number(),
  claimedAt: ms,
  /** Attempt of the latest claim; its item lists what was handed to SES. */
  attemptIds: z.array(z.string()),
  /** A person sent its ambiguous attempts again: those begun before this count as unsent. */
  redrivenAt: z.exactOptional(ms),
  /** Recipient index → outcome decided before SES; `*` means every recipient. */
  decided: z.record(z.string(), decidedOutcome),
  /** When the request reached its queue. */
  enqueuedAt: ms,
  ttl: z.number(),
});
export type RequestItem = z.output<typeof requestItem>;

/** One recipient of an attempt. Short names: the item is written twice for every batch. */
export const attemptEntry = z.object({
  /** Message id of ours. */
  m: z.string(),
  /** Recipient index within the request. */
  r: z.number(),
  /** Recipient key. */
  k: z.string(),
  /** Pool. */
  p: z.string(),
});
export type AttemptEntry = z.output<typeof attemptEntry>;

/** Result of one entry: SES's message id, or the reason it was refused with what it meant. */
export const attemptResult = z.union([
  z.object({ ses: z.string() }),
  z.object({
    outcome: z.enum(['rejected', 'parked', 'retry', 'unknown']),
    reason: z.string(),
    detail: z.exactOptional(z.string()),
  }),
]);
export type AttemptResult = z.output<typeof attemptResult>;

/** Ledger, `attempt`: what one dispatch batch handed to SES; without `results` it is ambiguous. */
export const attemptItem = z.object({
  ...key,
  stream: z.string(),
  at: ms,
  entries: z.array(attemptEntry),
  /** By position of the entry; absent until every call has answered. */
  results: z.exactOptional(z.array(attemptResult)),
  completedAt: z.exactOptional(ms),
  ttl: z.number(),
});
export type AttemptItem = z.output<typeof attemptItem>;

/** Ledger, `event#…`: one SES event about one recipient. */
export const eventItem = z.object({
  ...key,
  /** SES's event type, lower case: bounce, complaint, delivery, … */
  kind: z.string(),
  /** When SES says it happened. */
  at: ms,
  recipientIndex: z.number(),
  recipientKey: z.exactOptional(z.string()),
  sesMessageId: z.string(),
  /** bounceType/bounceSubType, delayType or complaintFeedbackType. */
  type: z.exactOptional(z.string()),
  /** Reply of the mailbox provider with addresses removed. */
  diagnostic: z.exactOptional(z.string()),
  status: z.exactOptional(z.string()),
  /** Outcome this event stands for, where it stands for one. */
  outcome: z.exactOptional(z.enum(outcomes)),
  reason: z.exactOptional(z.string()),
  ttl: z.number(),
});
export type EventItem = z.output<typeof eventItem>;

/** Suppression entry: one recipient, one scope. */
export const suppressionItem = z.object({
  ...key,
  reason: z.string(),
  /** feedback, operator, app or ses-account. */
  source: z.string(),
  at: ms,
  /** The mail that led to it, our message id. */
  messageId: z.exactOptional(z.string()),
  note: z.exactOptional(z.string()),
  /** When it ends; absent means never. */
  expiresAt: z.exactOptional(ms),
  ttl: z.exactOptional(z.number()),
});
export type SuppressionItem = z.output<typeof suppressionItem>;

export const tenantStatuses = ['active', 'held', 'suspended'] as const;

/** Directory: an account that sends. */
export const tenantItem = z.object({
  ...key,
  tenant: z.string(),
  status: z.enum(tenantStatuses),
  /** From domains (covering their sub-domains) and single addresses the tenant owns. */
  fromOwned: z.array(z.string()),
  /** Streams it may use; absent means every stream. */
  streams: z.exactOptional(z.array(z.string())),
  createdAt: ms,
  updatedAt: ms,
  /** Why it is held or suspended. */
  why: z.exactOptional(z.string()),
});
export type TenantItem = z.output<typeof tenantItem>;

export const poolStates = ['active', 'retiring'] as const;

/** Directory: a pool. Kind and retirement follow the configuration. */
export const poolItem = z.object({
  ...key,
  pool: z.string(),
  kind: z.string(),
  state: z.enum(poolStates),
  createdAt: ms,
  retiringAt: z.exactOptional(ms),
});
export type PoolItem = z.output<typeof poolItem>;

/** Directory: a stream, with the pools the last deploy declared for new mail, and those leaving it since when. */
export const streamItem = z.object({
  ...key,
  stream: z.string(),
  /** Pool → since when the stream has it. */
  pools: z.record(z.string(), ms),
  /** Pool → since when it leaves. */
  retiring: z.record(z.string(), ms),
});
export type StreamItem = z.output<typeof streamItem>;

/** Assignment: weighted pools of a stream; a retiring or unknown pool never stands here. */
export const assignmentItem = z.object({
  ...key,
  pools: z.array(z.object({ pool: z.string(), weight: z.number().positive() })).min(1),
  version: z.number(),
  at: ms,
  by: z.string(),
  why: z.string(),
});
export type AssignmentItem = z.output<typeof assignmentItem>;

/** Audit record: what a person did with the CLI. */
export const auditItem = z.object({
  ...key,
  action: z.string(),
  subject: z.string(),
  by: z.string(),
  why: z.exactOptional(z.string()),
  at: ms,
  ttl: z.exactOptional(z.number()),
});
export type AuditItem = z.output<typeof auditItem>;
