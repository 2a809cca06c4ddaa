import type { Allowances } from '../../adapters/allowance-store.ts';
import type { ReadAssignment } from '../../adapters/assignment-store.ts';
import type { StoredMail } from '../../adapters/attempt-content.ts';
import type { StoredContent } from '../../adapters/content-store.ts';
import type { ReadTenant } from '../../adapters/directory.ts';
import type { Ledger } from '../../adapters/ledger.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import type { Pacer } from '../../adapters/pacing-store.ts';
import type { Probes } from '../../adapters/probe-store.ts';
import type { ResolveProvider } from '../../adapters/provider-resolver.ts';
import type { SendMail } from '../../adapters/ses-sender.ts';
import type { Suppression, SuppressionQuestion } from '../../adapters/suppression-store.ts';
import type { StreamPolicy } from '../../contract/environment.ts';
import type { OutcomeEvent } from '../../contract/outcome-event.ts';
import type { StoredAttempt } from '../../contract/stored-attempt.ts';
import type { LaterMail } from '../../contract/waiting-mail.ts';
import type { SesHoldReason } from '../../domain/reasons.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import type { LateMail } from './late-mail.ts';
import type { Overflow } from './share.ts';

/** Everything dispatch asks of the world, as functions; the handler binds them to AWS. */
export type DispatchPorts = {
  readonly stream: string;
  readonly policy: StreamPolicy;
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** A new attempt id; it tells in which ten seconds it was drawn, see contract/attempt-id.ts. */
  readonly newAttemptId: () => string;
  /** When this invocation must be finished. */
  readonly deadline: EpochMs;
  readonly recipientSecret: string;
  readonly ledger: Ledger;
  readonly readTenant: ReadTenant;
  readonly readAssignment: ReadAssignment;
  readonly readSuppressions: (
    questions: readonly SuppressionQuestion[],
    now: EpochMs,
  ) => Promise<ReadonlyMap<string, Suppression>>;
  readonly readContent: (key: string, bytesMax: number) => Promise<StoredContent>;
  readonly holdBody: (key: string, body: string) => Promise<void>;
  readonly pacer: Pacer;
  readonly allowances: Allowances;
  readonly probes: Probes;
  /** Who keeps the mailboxes of a recipient's domain; never fails. */
  readonly providerOf: ResolveProvider;
  /** Absent where a stream has no overflow lane. */
  readonly overflow?: Overflow;
  /** Whose mail is late; absent where there is only one tenant. */
  readonly lateMail?: LateMail;
  readonly send: SendMail;
  readonly park: (body: string, attributes: Readonly<Record<string, string>>) => Promise<void>;
  /** Keeps a message in the content bucket until it is due; `messageId` is ours, or SQS's where there is none. */
  readonly putLater: (mail: LaterMail, messageId: string) => Promise<void>;
  readonly returnLater: (record: QueueRecord, afterMs: number) => Promise<void>;
  /** Tells the switch that SES takes nothing of this stream for now. */
  readonly hintSwitch: (reason: SesHoldReason) => Promise<void>;
  readonly publishRejected: (rejected: readonly RejectedEvent[]) => Promise<void>;
  /** Publishes outcomes; returns those that the bus did not take. */
  readonly publishOutcomes: (events: readonly OutcomeEvent[]) => Promise<ReadonlySet<OutcomeEvent>>;
  /** Keeps what an attempt is about to hand to SES. */
  readonly storeAttempt: (attempt: StoredAttempt) => Promise<void>;
  /** Returns what was kept of an attempt; absent where the stream rescues nothing. */
  readonly readKept?: (
    attempt: { readonly attemptId: string; readonly at: EpochMs },
    now: EpochMs,
  ) => Promise<readonly StoredMail[] | undefined>;
  readonly tally: Tally;
};

/** Counts of this invocation, by metric name and by park reason. */
export type Tally = {
  readonly count: (metric: string, by?: number) => void;
  readonly parked: (reason: string) => void;
  readonly dueAge: (seconds: number) => void;
  /** A rescue was asked for and not made. */
  readonly unrescued: (why: string) => void;
  /** A failure of ours that made a message wait. */
  readonly failure: (error: unknown) => void;
};
