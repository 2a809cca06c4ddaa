import type { HeldMail } from '../../adapters/held-mail.ts';
import { putRequest, replaceRequest } from '../../adapters/ledger.ts';
import type { DecidedOutcome, RequestItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { contentFolders } from '../../contract/names.ts';
import type { RejectReason } from '../../domain/reasons.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import { rejectedRecipient, stay } from './conclude-job.ts';
import { done, type Fate, type Job, later, namesOf, recipientsOf } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { type Refused, refusedIn } from './progress.ts';
import { rejectUnderQueueId } from './reject-unusable.ts';
import { aboutJob, identityOf, keepTerminal, newRequest } from './request-item.ts';
import { readStanding, type Standing } from './standing.ts';
import { asTold, tellAgain, tellOutcomes, tellRefused } from './tell-outcomes.ts';

type Word = {
  readonly state: RequestItem['state'];
  /** About every recipient that has no outcome yet. */
  readonly all?: DecidedOutcome;
  /** About single recipients, by index. */
  readonly each?: Readonly<Record<string, DecidedOutcome>>;
};

/** What became of a word about a request: written, or why it was not. */
export type Written =
  /** `about`: the recipients it speaks of, absent when it is every one. */
  | {
      readonly kind: 'recorded';
      readonly about?: readonly number[];
      /** Recipients that were refused before. */
      readonly refused?: readonly Refused[];
    }
  | Exclude<Standing, { kind: 'open' }>;

/** Records that a request ends without SES: every recipient is suppressed or refused. */
export function concludeRequest(
  job: Job,
  each: Readonly<Record<string, DecidedOutcome>>,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  return decide(job, { state: 'decided', each }, ports, now, async (about) => {
    const told = asTold(each).filter(({ index }) => about?.includes(index) ?? true);
    await tellOutcomes(job, told, ports);
  });
}

/** Records that a request's time has passed. */
export async function expireRequest(
  job: Job,
  detail: string,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const all = { outcome: 'expired', reason: 'expired', detail } as const;
  return decide(job, { state: 'decided', all }, ports, now, async (about) => {
    ports.tally.count(metrics.expired);
    const indexes = about ?? recipientsOf(job.request).keys();
    await tellOutcomes(
      job,
      [...indexes].map((index) => ({ index, ...all })),
      ports,
    );
  });
}

/** Refuses a readable request at the gate and tells the app; under this id it may come again. */
export async function rejectRequest(
  job: Job,
  why: { readonly reason: RejectReason; readonly detail: string },
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const all = { outcome: 'rejected', ...why } as const;
  return decide(job, { state: 'rejected', all }, ports, now, async (about) => {
    const { messageId, record, request } = job;
    const { id, tenant } = request;
    ports.tally.count(metrics.rejected);
    if (about && about.length < recipientsOf(request).length) {
      // Some of its recipients have their mail: the app is told of the others, one by one.
      await ports.publishRejected(
        about.map((index) => rejectedRecipient(job, index, why, ports.stream)),
      );
      return;
    }
    await ports.publishRejected([
      {
        stream: ports.stream,
        messageId,
        queueMessageId: record.firstQueueMessageId,
        id,
        tenant,
        ...why,
      },
    ]);
  });
}

/**
 * Keeps the mail of a held tenant where `tenants release` finds it. The key names the delivery: a release
 * deletes what it sent back, never what was held again meanwhile.
 */
export async function holdRequest(job: Job, ports: DispatchPorts, now: EpochMs): Promise<Fate> {
  const all = { outcome: 'held', reason: 'tenant-held' } as const;
  return decide(job, { state: 'waiting', all }, ports, now, async () => {
    const { messageId } = job;
    const { body, queueMessageId, firstQueueMessageId, enqueuedAt, attributes } = job.record;
    const { tenant, id } = job.request;
    const mail: HeldMail = {
      stream: ports.stream,
      body,
      queueMessageId,
      firstQueueMessageId,
      enqueuedAt,
      attributes,
      named: { tenant, id },
    };
    await ports.holdBody(
      `${contentFolders.held}${tenant}/${messageId}-${queueMessageId}.json`,
      JSON.stringify(mail),
    );
    ports.tally.count(metrics.held);
  });
}

/** Lets a mail wait for its sendAt. */
export async function deferRequest(
  job: Job,
  until: EpochMs,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const detail = `waits until ${new Date(until).toISOString()}`;
  const all = { outcome: 'held', reason: 'send-at', detail } as const;
  const fate = await decide(job, { state: 'waiting', all }, ports, now);
  return fate.kind === 'done' && fate.recorded
    ? later(until - now, { until, ...namesOf(job) })
    : fate;
}

/** Returns what happens to a message whose request somebody else had the first word about. */
export async function yieldTo(
  standing: Exclude<Standing, { kind: 'open' }>,
  job: Job,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  switch (standing.kind) {
    case 'busy':
      return stay(job, { ms: standing.afterMs, growing: false });
    case 'repeated':
      ports.tally.count(metrics.repeated);
      // An earlier delivery may have died between its record and its event: tell again, at least once.
      if (hasLifeBefore(job)) {
        await tellRefused(job, standing.refused, ports);
        await tellAgain(job, ports);
      }
      return done;
    case 'reused':
      return rejectReused(job, ports, now);
  }
}

/** A copy of a message that is still elsewhere tells nothing: that one does. */
function hasLifeBefore({ record }: Job): boolean {
  return record.receiveCount > 1 || record.parkedAt !== undefined;
}

/** Writes a word and does what goes with it, or yields to who was first. */
async function decide(
  job: Job,
  word: Word,
  ports: DispatchPorts,
  now: EpochMs,
  andThen: (about?: readonly number[]) => void | Promise<void> = () => {},
): Promise<Fate & { readonly recorded?: true }> {
  const written = await writeWord(job, word, ports, now);
  if (written.kind !== 'recorded') return yieldTo(written, job, ports, now);
  await andThen(written.about);
  // What waits comes again and is told of then.
  if (word.state !== 'waiting') await tellRefused(job, written.refused ?? [], ports);
  return { ...done, recorded: true };
}

/** First word about a request, or a new word about the recipients that have no outcome yet. */
async function writeWord(
  job: Job,
  word: Word,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Written> {
  const decided = word.all ? { '*': word.all } : { ...word.each };
  const first = newRequest(job, ports.stream, now, { state: word.state, decided });
  if (await putRequest(ports.ledger, first)) return { kind: 'recorded' };
  const standing = await readStanding(identityOf(job), ports, now);
  if (standing.kind !== 'open') return standing;
  const { seen, noted, open } = standing;
  const about = open.flatMap((index) => {
    const said = word.all ?? word.each?.[String(index)];
    return said ? [[String(index), said] as const] : [];
  });
  const kept = keepTerminal(seen);
  const replaced = await replaceRequest(ports.ledger, seen, {
    ...noted,
    state: word.state,
    claimedAt: now,
    decided: { ...kept, ...Object.fromEntries(about) },
    ...aboutJob(job),
  });
  return replaced
    ? { kind: 'recorded', about: open, refused: refusedIn(kept) }
    : { kind: 'busy', afterMs: 2 * secondMs };
}

/** The id stands for other content: this request stands under SQS's message id. */
function rejectReused(job: Job, ports: DispatchPorts, now: EpochMs): Promise<Fate> {
  const { record, request, digest } = job;
  const { id, tenant } = request;
  return rejectUnderQueueId(
    {
      record,
      reason: 'id-reused',
      detail: `id: ${id} was used for a request with other content; use a new id`,
      id,
      tenant,
      digest,
      recipientCount: recipientsOf(request).length,
    },
    ports,
    now,
  );
}
