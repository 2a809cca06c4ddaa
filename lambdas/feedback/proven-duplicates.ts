import type { TwinQuestion } from '../../adapters/event-store.ts';
import { lateEventMs } from '../../domain/second-attempt.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';
import type { Report } from './read-event.ts';
import type { Recorded } from './tell-outcomes.ts';

/** What looking for duplicates asks of the world. */
export type TwinPorts = {
  readonly clock: Clock;
  /** Marks the mails to one recipient of a message beyond the first, returns how many were new. */
  readonly markTwins: (about: TwinQuestion) => Promise<number>;
  /** SES took this many mails that it had already. */
  readonly duplicates: (count: number) => void;
  readonly failure: (error: unknown) => void;
};

/**
 * Counts the mails that SES took although it had the same one already, each once. Only an event of a mail
 * that was sent again, or one that comes so late that its mail may have been, looks for a twin; whichever
 * of two is written last sees both, so their order does not matter. Events that were known look as well,
 * because whoever recorded them may have died before looking. Returns the queue messages that must come
 * again.
 */
export async function countTwins(
  recorded: readonly Recorded[],
  ports: TwinPorts,
): Promise<readonly string[]> {
  const now = ports.clock();
  const failed = await Promise.all(
    recorded.map(async ({ queueMessageId, report, item }) => {
      if (!report.message || !mayHaveTwin(report, now)) return [];
      try {
        const marked = await ports.markTwins({ ...report.message, ttl: item.ttl });
        if (marked > 0) ports.duplicates(marked);
        return [];
      } catch (error) {
        ports.failure(error);
        return [queueMessageId];
      }
    }),
  );
  return failed.flat();
}

function mayHaveTwin({ again, mailAt }: Report, now: EpochMs): boolean {
  return again === true || now - mailAt > lateEventMs;
}
