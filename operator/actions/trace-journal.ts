/** Mail of a time from the journal of attempts, where no index finds it: ten seconds after ten seconds. */
import { unpackAttempt } from '../../contract/attempt-codec.ts';
import { bucketAt, journalPartitions, sendBucketMs } from '../../contract/attempt-id.ts';
import type { AttemptItem, AttemptResult } from '../../contract/items.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import type { TracedMail } from '../../domain/trace/model.ts';
import { indexHints } from './find-mail.ts';
import {
  type Answered,
  type TraceHand,
  type TraceQuestion,
  traceItemsMax,
} from './trace-question.ts';

/** A cursor of this search begins so; the number of its bucket follows. */
export const journalCursor = 'journal-';

/** Ten seconds cost eight calls, also those without mail: one answer looks at a minute for each 20 items. */
const bucketsMax = 6;

type TenantQuestion = Extract<TraceQuestion, { readonly ask: 'tenant' }>;

/**
 * Returns the mails of a time, a tenant's or everybody's, newest ten seconds first, as far as the items that may
 * be read reach.
 * The journal holds everybody's attempts, so most of what is read may be of others; what became of a mail
 * after SES's answer is told by its own time line.
 */
export async function searchJournal(hand: TraceHand, question: TenantQuestion): Promise<Answered> {
  const newest = beginOf(question);
  const mails: TracedMail[] = [];
  let [bucket, attempts] = [newest, 0];
  let isCut = false;
  const most = bucketsMax * Math.ceil(hand.reads.left() / traceItemsMax);
  for (
    let looked = 0;
    bucket + sendBucketMs > question.since && looked < most && hand.reads.left() > 0;
    looked += 1
  ) {
    const found = await readBucket(hand, bucket);
    // The next answer begins with it, and with all that may be read.
    if (found.isCut && looked > 0) break;
    attempts += found.attempts.length;
    isCut ||= found.isCut;
    mails.push(...found.attempts.flatMap((attempt) => mailsOf(attempt, question)));
    bucket = epochMs(bucket - sendBucketMs);
  }
  const isDone = bucket + sendBucketMs <= question.since;
  const from = clockOf(epochMs(bucket + sendBucketMs));
  return {
    mails: mails.toSorted((a, b) => b.at - a.at),
    ...(isDone ? {} : { next: `${journalCursor}${bucket / sendBucketMs}` }),
    remarks: [
      `looked through the journal from ${from} to ${clockOf(epochMs(newest + sendBucketMs))}: ${attempts} attempts of every tenant; outcomes are those that SES answered`,
      ...(isCut
        ? ['of the oldest ten seconds not all was read: raise --items, or ask for a shorter time']
        : []),
      ...(question.tenant === undefined ? [] : [`faster: ${indexHints.tenant}`]),
    ],
  };
}

function beginOf({ until, from }: TenantQuestion): EpochMs {
  const number = Number(from?.slice(journalCursor.length));
  return from !== undefined && Number.isSafeInteger(number)
    ? epochMs(number * sendBucketMs)
    : bucketAt(epochMs(until - 1));
}

/** Reads the shards of ten seconds at once, each its part of what may be read, then what is left of them. */
async function readBucket(
  hand: TraceHand,
  bucket: EpochMs,
): Promise<{ readonly attempts: readonly AttemptItem[]; readonly isCut: boolean }> {
  const shards = journalPartitions(bucket);
  const countMax = Math.ceil(hand.reads.left() / shards.length);
  const parts = await Promise.all(
    shards.map(async (pk) => ({ pk, ...(await readShard(hand, { pk, countMax })) })),
  );
  const attempts = parts.flatMap((part) => part.attempts);
  let isCut = false;
  for (const part of parts.filter((one) => one.isCut)) {
    const after = part.attempts.at(-1)?.sk;
    const rest = await readShard(hand, { pk: part.pk, countMax: hand.reads.left() + 1, after });
    attempts.push(...rest.attempts);
    isCut ||= rest.isCut;
  }
  return { attempts, isCut };
}

async function readShard(
  { backend, reads }: TraceHand,
  {
    pk,
    countMax,
    after,
  }: { readonly pk: string; readonly countMax: number; readonly after?: string | undefined },
) {
  const { items, isCut } = await reads.query(backend.tables.ledger, {
    ...{ pk, countMax },
    // Attempt ids are as long as each other: what follows one sorts behind it with any ending.
    ...(after === undefined ? {} : { between: { first: `${after}!`, last: '~' } }),
  });
  return { attempts: items.map((item) => unpackAttempt(item)), isCut };
}

function mailsOf(
  { at, stream, entries, results }: AttemptItem,
  { tenant, since, until, stream: wanted, outcome }: TenantQuestion,
): readonly TracedMail[] {
  if (at < since || at >= until || (wanted !== undefined && stream !== wanted)) return [];
  return entries.flatMap(({ m, r, p, v, t }, position) => {
    const said = wordsOf(results?.[position]);
    const whose = t ?? 'default';
    if ((tenant ?? whose) !== whose || (outcome ?? said.outcome) !== said.outcome) return [];
    return [
      {
        ...{ messageId: m, recipientIndex: r, at: epochMs(at), tenant: whose, stream, pool: p },
        ...(v ? { provider: v } : {}),
        ...said,
      },
    ];
  });
}

function wordsOf(
  result: AttemptResult | undefined,
): Pick<TracedMail, 'reason' | 'sesMessageId'> & { readonly outcome: string } {
  if (!result) return { outcome: 'unknown', reason: 'no-answer' };
  if ('ses' in result) return { outcome: 'accepted', sesMessageId: result.ses };
  return { outcome: result.outcome, reason: result.reason };
}

function clockOf(at: EpochMs): string {
  return `${new Date(at).toISOString().slice(11, 19)} UTC`;
}
