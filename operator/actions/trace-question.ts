/** What can be asked of a trace, and what is answered. */
import type { CountedReads } from '../../adapters/counted-reads.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { MailTrace, TracedMail } from '../../domain/trace/model.ts';
import type { Backend } from './backend.ts';

/** Whose time line is wanted; one way of asking at a time. */
export type TraceQuestion = (
  | {
      readonly ask: 'id';
      /** Our message id, or the app's id of this tenant (default: `default`). */
      readonly id: string;
      readonly tenant?: string;
      /** One recipient of a batch. */
      readonly recipientIndex?: number;
    }
  | { readonly ask: 'ses-message-id'; readonly sesMessageId: string }
  | { readonly ask: 'recipient'; readonly address: string; readonly tenant?: string }
  | {
      readonly ask: 'tenant';
      /** Absent: mail of every tenant, from the journal. */
      readonly tenant?: string;
      readonly since: EpochMs;
      readonly until: EpochMs;
      readonly stream?: string;
      readonly outcome?: string;
      /** Where the answer before stopped: its `next`. */
      readonly from?: string;
    }
) & {
  /** Items that may be read for the answer (default 20). */
  readonly itemsMax?: number;
};

/** A time line, or several mails that are meant; what it cost, and what else there is. */
export type TraceAnswer = {
  /** The mail that is meant, of several the latest; absent where a list is the answer, or nothing. */
  readonly trace?: MailTrace;
  /** Mails that the question may mean, newest first; empty where it means one. */
  readonly mails: readonly TracedMail[];
  /** Where the search stopped; asked with it as `from`, the next answer tells what is older. */
  readonly next?: string;
  /** What the answer is not: sentences for people. */
  readonly remarks: readonly string[];
  /** Why nothing was found. */
  readonly problem?: string;
  /** Items that DynamoDB returned for it. */
  readonly itemsRead: number;
  readonly calls: number;
};

/** What an answer reads at most unless somebody asks for more. */
export const traceItemsMax = 20;

/** An answer before it is known what it cost. */
export type Answered = Omit<TraceAnswer, 'itemsRead' | 'calls'>;

/** What an answer is made with. */
export type TraceHand = { readonly backend: Backend; readonly reads: CountedReads };
