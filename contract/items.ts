/** What stands in the tables, as read back: one schema an item kind; writers satisfy the same types. */
import * as z from 'zod';
import type { MailKind } from '../domain/evidence/model.ts';
import { outcomes, type SesHoldReason } from '../domain/reasons.ts';

const key = { pk: z.string(), sk: z.string() };
const ms = z.number();

/** What was decided about a recipient without asking SES. */
export const decidedOutcome = z.object({
  outcome: z.enum(outcomes),
  reason: z.string(),
  detail: z.exactOptional(z.string()),
});
export type DecidedOutcome = z.output<typeof decidedOutcome>;

/** A wait that is over, held or parked; waits that follow each other for one reason are one. */
const pastWait = z.object({
  outcome: z.enum(outcomes),
  reason: z.string(),
  since: ms,
  until: ms,
  times: z.number(),
});
export type PastWait = z.output<typeof pastWait>;

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
  /**
   * What earlier attempts and SES's events said when the request was last looked at, by recipient index:
   * SES has their mail; nobody knows. Attempts may be forgotten, and each recipient counts once.
   */
  settled: z.exactOptional(z.array(z.number())),
  unclear: z.exactOptional(z.array(z.number())),
  /** How often that was noted: of those who look at once, one notes. */
  noteCount: z.exactOptional(z.number()),
  /** Deliveries that failed since it was last parked; what was held did not fail. */
  triedCount: z.exactOptional(z.number()),
  /** A person sent its ambiguous attempts again: those begun before this count as unsent. */
  redrivenAt: z.exactOptional(ms),
  /** What it waited for before, oldest first; for people who ask, see past-waits.ts. */
  waits: z.exactOptional(z.array(pastWait)),
  /** Recipient index → outcome decided before SES; `*` means every recipient. */
  decided: z.record(z.string(), decidedOutcome),
  /** When the request reached its queue. */
  enqueuedAt: ms,
  ttl: z.number(),
});
export type RequestItem = z.output<typeof requestItem>;

/** One recipient of an attempt. */
export type AttemptEntry = {
  /** Message id of ours. */
  readonly m: string;
  /** Recipient index within the request. */
  readonly r: number;
  /** Recipient key. */
  readonly k: string;
  /** Pool. */
  readonly p: string;
  /** Mailbox provider, where it is known. */
  readonly v?: string;
  /** Tenant. */
  readonly t?: string;
  /** Identity: the domain it is from. */
  readonly d?: string;
  /** Campaign, where the app names one. */
  readonly c?: string;
  /** Why it was sent, where that is not simply its app's mail. */
  readonly e?: Exclude<MailKind, 'normal'>;
};

/** What an answer of SES other than yes meant for one recipient. */
export const attemptOutcomes = ['rejected', 'parked', 'retry', 'unknown'] as const;

/** Result of one entry: SES's message id, or the reason it was refused with what it meant. */
export type AttemptResult =
  | { readonly ses: string }
  | {
      readonly outcome: (typeof attemptOutcomes)[number];
      readonly reason: string;
      readonly detail?: string;
    };

/**
 * Ledger, `journal#…`: what one dispatch batch handed to SES; without `results` it is ambiguous. Its sort
 * key is the attempt id. It is stored packed, see attempt-codec.ts.
 */
export type AttemptItem = {
  readonly pk: string;
  readonly sk: string;
  readonly stream: string;
  readonly at: number;
  readonly entries: readonly AttemptEntry[];
  /** By position of the entry; absent until every call has answered. */
  readonly results?: readonly AttemptResult[];
  readonly completedAt?: number;
  /** What it handed over is stored for this long from `at`; absent where nothing is, see stored-attempt.ts. */
  readonly storedSeconds?: number;
  readonly ttl: number;
};

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
  /** It is about the mail that was sent once more after the pool had lost the first. */
  rescue: z.exactOptional(z.literal(true)),
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
  /** Pool → since when it stands in the failover list. */
  failover: z.exactOptional(z.record(z.string(), ms)),
});
export type StreamItem = z.output<typeof streamItem>;

/** A pool of an assignment: its weight, and the tenants that are placed on it by their parts. */
export const weightedPool = z.object({
  pool: z.string(),
  weight: z.number(),
  placed: z.exactOptional(z.record(z.string(), z.number())),
});

/** Assignment: weighted pools of a stream; a retiring or unknown pool never stands here. */
export const assignmentItem = z.object({
  ...key,
  pools: z.array(weightedPool.extend({ weight: z.number().positive() })).min(1),
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

const sesHoldReason = z.enum([
  'quota-spent',
  'sending-paused',
  'account-suspended',
]) satisfies z.ZodType<SesHoldReason>;

/**
 * Pacing, `allowance`: recipients that a pool may send to a mailbox provider within a period, and within a
 * day where it has a cap for that too. Under the provider `other` it holds for every provider of the pool
 * that has none of its own, together.
 */
export const allowanceItem = z.object({
  ...key,
  pool: z.string(),
  provider: z.string(),
  /** Recipients of a whole period. */
  cap: z.number(),
  /** Of the period until `resetsAt`: not yet taken (below 0 where the cap was lowered), and taken. */
  left: z.number(),
  sent: z.number(),
  resetsAt: ms,
  periodMs: z.number().positive(),
  /** The same for the day until `dayResetsAt`; all four or none. */
  dayCap: z.exactOptional(z.number()),
  dayLeft: z.exactOptional(z.number()),
  daySent: z.exactOptional(z.number()),
  dayResetsAt: z.exactOptional(ms),
});
export type AllowanceItem = z.output<typeof allowanceItem>;

/** Pacing, `hint#…`: dispatch met a refusal that concerns the whole stream. */
export const switchHintItem = z.object({ ...key, reason: sesHoldReason, seenAt: ms });

/** Pacing, `state#…`: whether a stream's queues are read, and what we switched off ourselves. */
export const switchStateItem = z.object({
  ...key,
  on: z.boolean(),
  since: ms,
  reason: z.exactOptional(sesHoldReason),
  until: z.exactOptional(ms),
  drainUntil: z.exactOptional(ms),
  trips: z.number(),
  /** UUIDs of the event source mappings that were enabled when we disabled them. */
  mappings: z.array(z.string()),
  version: z.number(),
});
export type SwitchStateItem = z.output<typeof switchStateItem>;
