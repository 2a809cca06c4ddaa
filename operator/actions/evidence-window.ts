/** What was sent and what failed in the last hours, as the evidence table has it: read once, for people. */
import * as z from 'zod';
import { readCursor, readNews, readSentPeriods } from '../../adapters/evidence-store.ts';
import { readJournal } from '../../adapters/journal-store.ts';
import { sendBucketMs } from '../../contract/attempt-id.ts';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { isUnsent, originOfEntry } from '../../contract/sent-mail.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { finestMs } from '../../domain/evidence/roll-up.ts';
import { settleMs } from '../../domain/evidence/settled.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

/** Evidence of a time, and what of it is missing. */
export type EvidenceWindow = {
  readonly book: EvidenceBook;
  readonly failures: readonly FailureItem[];
  readonly since: EpochMs;
  /** Until when what was sent is known: a few minutes ago, unless the latest was asked for. Later failures are left out. */
  readonly until: EpochMs;
  /**
   * The instant to judge at, so that nothing waits for counts that are late: the latest were read from the ledger,
   * where mail stands before it is sent. Absent: `until`.
   */
  readonly judgedAt?: EpochMs;
  /** There were more failures than are read: the latest count. */
  readonly isCut: boolean;
};

/** The loop's own cursor: how far what was sent has been rolled up. */
const rolled = z.object({ until: z.number() });

/** Failures that are read, as many as the loop reads in one look. */
const failuresMax = 20_000;

/** Minutes are kept by themselves for a day, ten minutes for five; the loop sums them up that often. */
const minutesReadMs = hourMs;

/** The farthest back that a window reaches: what was sent is kept in ten minutes for so long. */
export const windowMsMax = 4 * dayMs;

/** What the loop has not counted yet is read in the ledger, eight queries for each ten seconds, so far back at most. */
const uncountedMsMax = 5 * minuteMs;

/** What is asked for; `latest` also reads what the loop has not counted yet, the last minutes. */
export type EvidenceAsked = {
  readonly now: EpochMs;
  readonly windowMs: number;
  readonly reads?: 'counted' | 'latest';
};

/** Returns the evidence of mail that was sent within `windowMs` before now. */
export async function readEvidence(
  { tables }: Backend,
  { now, windowMs, reads = 'counted' }: EvidenceAsked,
): Promise<EvidenceWindow> {
  const cursor = await readCursor(tables.evidence, 'rolled', rolled);
  // Before the loop's first count nothing is known of what was sent, and failures alone say nothing.
  const countedUntil = epochMs(Math.min(now, cursor?.until ?? now - windowMs));
  const uncounted =
    reads === 'latest'
      ? await readUncounted(tables.ledger, { since: countedUntil, until: now })
      : [];
  const isLatest = reads === 'latest' && (cursor !== undefined || uncounted.length > 0);
  const until = isLatest ? now : countedUntil;
  const since = epochMs(tenMinutes(until - windowMs));
  const { failures, voids, cut } = await readNews(tables.evidence, { since, until }, failuresMax);
  const book = createBook();
  book.rollUp(now);
  const counted = failures.filter(({ sentAt }) => sentAt >= since && sentAt < until);
  if (counted.length > 0) {
    await addSent(tables.evidence, book, { since, until: countedUntil });
    for (const sent of uncounted) book.addSent(sent);
  }
  for (const { pk: _pk, sk: _sk, ttl: _ttl, untagged: _, ...failure } of counted)
    book.addFailure(failure);
  for (const { origin, sentAt } of voids)
    if (sentAt >= since && sentAt < until) book.void({ origin, at: sentAt, count: 1 });
  return {
    ...{ book, failures: counted, since, until, isCut: cut },
    ...(isLatest ? { judgedAt: epochMs(until + settleMs + finestMs) } : {}),
  };
}

/** Where nothing failed nobody asks how much was sent, and that is most of the reading. */
async function addSent(
  table: Backend['tables']['evidence'],
  book: EvidenceBook,
  { since, until }: { readonly since: EpochMs; readonly until: EpochMs },
): Promise<void> {
  const minutesSince = epochMs(Math.max(since, tenMinutes(until - minutesReadMs)));
  const parts = [
    ['10m', { since, until: minutesSince }],
    ['1m', { since: minutesSince, until }],
  ] as const;
  for (const [level, window] of parts)
    for await (const { start: at, rows } of readSentPeriods(table, level, window))
      for (const { origin, count } of rows) if (count > 0) book.addSent({ origin, at, count });
}

async function readUncounted(
  ledger: Backend['tables']['ledger'],
  { since, until }: { readonly since: EpochMs; readonly until: EpochMs },
): Promise<readonly Parameters<EvidenceBook['addSent']>[0][]> {
  const from = Math.max(since, until - uncountedMsMax);
  const first = Math.floor(from / sendBucketMs) * sendBucketMs;
  const count = Math.ceil((until - first) / sendBucketMs);
  const buckets = Array.from({ length: count }, (_, index) => first + index * sendBucketMs);
  const found = await Promise.all(
    buckets.map(async (bucket) => {
      const at = epochMs(bucket);
      return (await readJournal(ledger, at)).flatMap(({ stream, entries, results = [] }) =>
        entries.flatMap((entry, position) =>
          isUnsent(results[position])
            ? []
            : [{ origin: originOfEntry(entry, stream), at, count: 1 }],
        ),
      );
    }),
  );
  return found.flat();
}

function tenMinutes(at: number): number {
  return Math.floor(at / (10 * minuteMs)) * 10 * minuteMs;
}
