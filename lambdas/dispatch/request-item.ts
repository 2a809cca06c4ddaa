import type { DecidedOutcome, RequestItem } from '../../contract/items.ts';
import type { EpochMs } from '../../domain/time.ts';
import { type Job, recipientsOf } from './job.ts';
import type { Identity } from './standing.ts';

/** Returns the request item of a job as it is written first. */
export function newRequest(
  job: Job,
  stream: string,
  now: EpochMs,
  word: {
    readonly state: RequestItem['state'];
    readonly decided: Readonly<Record<string, DecidedOutcome>>;
    readonly attemptIds?: readonly string[];
  },
) {
  return {
    messageId: job.messageId,
    state: word.state,
    id: job.request.id,
    tenant: job.request.tenant,
    stream,
    queueMessageId: job.record.firstQueueMessageId,
    digest: job.digest,
    recipientCount: recipientsOf(job.request).length,
    claimedAt: now,
    attemptIds: [...(word.attemptIds ?? [])],
    decided: { ...word.decided },
    enqueuedAt: job.record.enqueuedAt,
  };
}

/** Returns what tells a job's request from another. */
export function identityOf(job: Job): Identity {
  const { record, messageId, digest, request } = job;
  return { record, messageId, digest, recipientCount: recipientsOf(request).length };
}

/** Returns what a later word writes anew: a corrected request has other content under the same id. */
export function aboutJob(job: Job): Partial<RequestItem> {
  return {
    queueMessageId: job.record.firstQueueMessageId,
    digest: job.digest,
    recipientCount: recipientsOf(job.request).length,
  };
}

/** Returns what was decided for good about single recipients; that a request waited is forgotten. */
export function keepTerminal(seen: RequestItem): Record<string, DecidedOutcome> {
  if (seen.state === 'rejected') return {};
  return Object.fromEntries(
    Object.entries(seen.decided).filter(
      ([index, { outcome }]) =>
        index !== '*' && (outcome === 'suppressed' || outcome === 'rejected'),
    ),
  );
}
