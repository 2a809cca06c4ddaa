import type { QueueBody } from '../../adapters/intake.ts';
import type { LaterMail } from '../../contract/waiting-mail.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';

/** Everything the due function asks of the world, as functions; the handler binds them to AWS. */
export type DuePorts = {
  /** Streams that have an intake queue. */
  readonly streams: readonly string[];
  readonly clock: Clock;
  /** When this run takes up nothing more; the next one goes on. */
  readonly stopAt: EpochMs;
  /** Keys of waiting mail, earliest first, page by page. */
  readonly listLater: () => AsyncIterable<readonly string[]>;
  readonly readLater: (key: string) => Promise<LaterMail | 'unreadable' | undefined>;
  /** Returns how many could not be deleted. */
  readonly deleteLater: (keys: readonly string[]) => Promise<number>;
  /** Puts bodies into a stream's intake queue and returns, by position, whether SQS took each. */
  readonly send: (stream: string, bodies: readonly QueueBody[]) => Promise<readonly boolean[]>;
  readonly tally: DueTally;
};

/** What a run did. */
export type DueTally = {
  readonly returned: (count: number) => void;
  /** How late mail is, milliseconds; what is early says nothing. */
  readonly late: (milliseconds: number) => void;
  /** Mail that stays where it is, with an example of it. */
  readonly left: (why: string, key: string, count?: number) => void;
  /** Puts it into the log, as lines and as metrics. */
  readonly write: () => void;
};
