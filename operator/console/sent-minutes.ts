import * as z from 'zod';
import { readCursor, readSentPeriods } from '../../adapters/evidence-store.ts';
import type { Table } from '../../adapters/items.ts';
import { journalOpenMs, readJournal } from '../../adapters/journal-store.ts';
import { sendBucketMs } from '../../contract/attempt-id.ts';
import { sentOf } from '../../contract/sent-mail.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';

/** Mails that SES took, by the minute in which they were sent, stream and mailbox provider. */
export type SentMinutes = {
  /** Reads what has come since it was asked last. */
  readonly read: (window: { readonly since: EpochMs; readonly now: EpochMs }) => Promise<void>;
  readonly of: (minute: number) => ReadonlyMap<string, number>;
};

/** A stream and a provider as one key; neither holds a space. */
export function pairKey({
  stream,
  provider,
}: {
  readonly stream: string;
  readonly provider: string;
}): string {
  return `${stream} ${provider}`;
}

/** What nobody has rolled up yet is read from the journal, no further back than this. */
const journalBackMs = 15 * minuteMs;

/** A bucket is read once more when most of its answers are written. */
const answersMs = sendBucketMs / 2;

/** Buckets that are read at once, eight queries each; the latest come first, older ones with the next reading. */
const bucketsAtOnce = 6;
const bucketsPerRead = 36;

const rolledCursor = z.object({ until: z.number() });

type Bucket = { counts: ReadonlyMap<string, number>; readAt: number };

/**
 * Returns a count that begins with the minutes that rotation has rolled up and goes on with the journal of the
 * ledger: each ten seconds are read while they last, after their end, and for the last time when nothing can
 * come any more, so that an open console asks for a few partitions and never for the hour again.
 */
export function createSentMinutes(ledger: Table, evidence: Table): SentMinutes {
  const minutes = new Map<number, Map<string, number>>();
  const buckets = new Map<number, Bucket>();
  let journalFrom: number | undefined;
  const begin = async (since: EpochMs, now: EpochMs) => {
    const rolled = (await readCursor(evidence, 'rolled', rolledCursor))?.until ?? 0;
    const until = Math.max(rolled, floorTo(now - journalBackMs, minuteMs));
    for await (const { start, rows } of readSentPeriods(evidence, '1m', {
      since,
      until: epochMs(until),
    })) {
      const counts = minutes.get(start) ?? new Map<string, number>();
      for (const { origin, count } of rows) add(counts, pairKey(origin), count);
      minutes.set(start, counts);
    }
    return until;
  };
  return {
    read: async ({ since, now }) => {
      journalFrom ??= await begin(since, now);
      const due: EpochMs[] = [];
      for (let start = journalFrom; start <= now; start += sendBucketMs)
        if (isDue(start, buckets.get(start), now)) due.push(epochMs(start));
      const latest = due.reverse().slice(0, bucketsPerRead);
      for (let from = 0; from < latest.length; from += bucketsAtOnce)
        await Promise.all(
          latest.slice(from, from + bucketsAtOnce).map(async (start) => {
            buckets.set(start, { counts: await countBucket(ledger, start), readAt: now });
          }),
        );
      for (const start of minutes.keys()) if (start < since) minutes.delete(start);
      for (const start of buckets.keys()) if (start < since) buckets.delete(start);
      journalFrom = Math.max(journalFrom, floorTo(since, minuteMs));
    },
    of: (minute) => {
      const counts = new Map(minutes.get(minute));
      for (let start = minute; start < minute + minuteMs; start += sendBucketMs)
        for (const [key, count] of buckets.get(start)?.counts ?? []) add(counts, key, count);
      return counts;
    },
  };
}

function isDue(start: number, known: Bucket | undefined, now: number): boolean {
  if (!known) return true;
  const closesAt = start + journalOpenMs;
  if (known.readAt >= closesAt) return false;
  return now >= closesAt || known.readAt < start + sendBucketMs + answersMs;
}

async function countBucket(ledger: Table, start: EpochMs): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const attempt of await readJournal(ledger, start))
    for (const { origin, count } of sentOf(attempt)) add(counts, pairKey(origin), count);
  return counts;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function floorTo(at: number, lengthMs: number): number {
  return Math.floor(at / lengthMs) * lengthMs;
}
