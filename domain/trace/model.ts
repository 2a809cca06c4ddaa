/** The time line of one mail: what it is told from, and what it says. */
import type { WeightedPool } from '../assignment.ts';
import type { MailKind } from '../evidence/model.ts';
import type { OutcomeName } from '../reasons.ts';
import type { Decision, Order } from '../rotation/model.ts';
import type { EpochMs } from '../time.ts';

/** What an entry of a time line is about; of one instant they stand in this order. */
export const traceStages = [
  'enqueued',
  'redrive',
  'release',
  'gate',
  'rescue',
  'assignment',
  'attempt',
  'answer',
  'event',
  'suppression',
  'hold',
  'park',
] as const;
export type TraceStage = (typeof traceStages)[number];

/** One thing that happened to a mail, or that stood when it did. */
export type TraceEntry = {
  readonly at: EpochMs;
  readonly stage: TraceStage;
  /** Position in the request; absent where it concerns every recipient. */
  readonly recipientIndex?: number;
  /** What happened, one short plain sentence without its end mark. */
  readonly text: string;
  /** Why, and what is known besides; one sentence each. */
  readonly details: readonly string[];
  /** Ids of the decisions that it follows from: `goodstanding decisions show ID`. */
  readonly decisions: readonly string[];
  readonly pool?: string;
  readonly sesMessageId?: string;
  /** Machine-readable reason, where there is one. */
  readonly reason?: string;
};

/** What became of one recipient, as the head of a time line says it. */
export type TracedRecipient = {
  readonly index: number;
  readonly recipientKey?: string;
  readonly outcome: OutcomeName | 'pending';
  readonly reason?: string;
  readonly explanation?: string;
  readonly sesMessageIds: readonly string[];
};

/** A decision that the time line speaks of. */
export type TracedDecision = {
  readonly id: string;
  /** Absent where it was not read. */
  readonly at?: EpochMs;
  /** What it did, one sentence. */
  readonly what: string;
  /** The command that shows it whole. */
  readonly command: string;
};

/** Everything that is known about one mail, in the order of time. */
export type MailTrace = {
  readonly messageId: string;
  /** The app's id. */
  readonly id?: string;
  readonly tenant?: string;
  readonly stream: string;
  readonly enqueuedAt: EpochMs;
  readonly recipientCount: number;
  readonly recipients: readonly TracedRecipient[];
  readonly entries: readonly TraceEntry[];
  readonly decisions: readonly TracedDecision[];
  /** What a person may do now, the likeliest first; never empty. */
  readonly next: readonly string[];
  /** What the ledger does not keep of this mail, or what was not read of it. */
  readonly unknown: readonly string[];
};

/** A word about recipients that was said without asking SES. */
export type DecidedWord = {
  readonly outcome: OutcomeName;
  readonly reason: string;
  readonly detail?: string | undefined;
};

/** A request as the ledger keeps it. */
export type TracedRequest = {
  readonly messageId: string;
  readonly id?: string | undefined;
  readonly tenant?: string | undefined;
  readonly stream: string;
  readonly state: 'claimed' | 'decided' | 'rejected' | 'waiting';
  readonly recipientCount: number;
  readonly enqueuedAt: EpochMs;
  /** When it was claimed, or spoken about, last. */
  readonly claimedAt: EpochMs;
  /** Recipient index, or `*` for all, to what was decided. */
  readonly decided: Readonly<Record<string, DecidedWord>>;
  /** Deliveries that failed since it was parked last. */
  readonly triedCount?: number | undefined;
  /** When a person sent its ambiguous attempts again. */
  readonly redrivenAt?: EpochMs | undefined;
  /** What it waited for before, oldest first. */
  readonly waits: readonly TracedWait[];
};

/** A wait that is over; `times` it was looked at again and waited on for the same reason. */
export type TracedWait = {
  readonly outcome: OutcomeName;
  readonly reason: string;
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly times: number;
};

/** One recipient's part of an attempt to hand mail to SES. */
export type TracedAttempt = {
  readonly attemptId: string;
  readonly at: EpochMs;
  /** When SES's answers were written; absent where none were. */
  readonly completedAt?: EpochMs | undefined;
  readonly recipientIndex: number;
  readonly pool: string;
  readonly configurationSet: string;
  readonly provider: string;
  readonly tenant: string;
  readonly identity: string;
  readonly campaign: string;
  readonly kind: MailKind;
  readonly result?:
    | { readonly ses: string }
    | { readonly outcome: string; readonly reason: string; readonly detail?: string }
    | undefined;
};

/** What SES reported about one recipient. */
export type TracedEvent = {
  readonly at: EpochMs;
  readonly kind: string;
  readonly recipientIndex: number;
  readonly sesMessageId: string;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly diagnostic?: string | undefined;
  readonly outcome?: OutcomeName | undefined;
  readonly reason?: string | undefined;
  readonly rescue?: true | undefined;
};

/** That one recipient's mail was sent once more, by decision. */
export type TracedRescue = {
  readonly recipientIndex: number;
  readonly attemptId: string;
  readonly claimedAt: EpochMs;
  /** The decision's id. */
  readonly rescue: string;
};

/** Proof that SES took a mail that it had already. */
export type TracedTwin = { readonly recipientIndex: number; readonly sesMessageId: string };

/** An entry of the suppression list about a recipient of this mail. */
export type TracedSuppression = {
  readonly recipientIndex: number;
  readonly scope: string;
  readonly reason: string;
  readonly source: string;
  readonly at: EpochMs;
  /** The mail that led to it. */
  readonly messageId?: string | undefined;
  readonly expiresAt?: EpochMs | undefined;
};

/** The weighted pools that stand for a provider, or for all (`*`), since when and by whom. */
export type TracedAssignment = {
  readonly provider: string;
  readonly pools: readonly WeightedPool[];
  readonly version: number;
  readonly at: EpochMs;
  readonly by: string;
  readonly why: string;
};

/** What a person did with the CLI, as the audit log says. */
export type TracedAct = {
  readonly at: EpochMs;
  readonly action: string;
  readonly subject: string;
  readonly by: string;
  readonly why?: string | undefined;
};

/** All that a time line is told from; lists may be in any order and hold a thing twice. */
export type TraceMaterial = {
  readonly now: EpochMs;
  readonly request: TracedRequest;
  readonly recipients: readonly TracedRecipient[];
  readonly attempts: readonly TracedAttempt[];
  readonly events: readonly TracedEvent[];
  readonly rescues: readonly TracedRescue[];
  readonly twins: readonly TracedTwin[];
  readonly suppressions: readonly TracedSuppression[];
  readonly assignments: readonly TracedAssignment[];
  readonly orders: readonly Order[];
  readonly decisions: readonly Decision[];
  readonly acts: readonly TracedAct[];
  /** What was not read, one sentence each. */
  readonly unread: readonly string[];
};

/** One mail of several that a question may mean. */
export type TracedMail = {
  readonly messageId: string;
  readonly recipientIndex: number;
  /** When its attempt began, or when it was decided without one. */
  readonly at: EpochMs;
  readonly tenant: string;
  readonly stream?: string;
  readonly pool?: string;
  readonly provider?: string;
  /** What is known of it; absent where only its time line tells. */
  readonly outcome?: string;
  readonly reason?: string;
  readonly sesMessageId?: string;
};
