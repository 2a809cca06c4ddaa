import { putRequest, readRequest, replaceRequest } from '../../adapters/ledger.ts';
import type { DecidedOutcome, RequestItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { contentFolders } from '../../contract/names.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { EpochMs } from '../../domain/time.ts';
import { done, type Fate, type Job, later, recipientsOf, type Unusable } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** Tenant of a body that names none we can read. */
const unnamedTenant = 'default';

/**
 * Records a request that cannot be used and tells the app. It stands under the app's id when that can be
 * read and is free, otherwise under SQS's message id; the app may correct it and use the id again.
 * Idempotent: a second delivery records the same and tells again.
 */
export async function rejectRequest(
  unusable: Unusable,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const { record, reason, detail, id, tenant = unnamedTenant } = unusable;
  const decided: DecidedOutcome = { outcome: 'rejected', reason, detail };
  const byQueueId = messageIdOfQueueMessage(record.queueMessageId);
  const byId = id === undefined || reason === 'id-reused' ? byQueueId : messageIdOf(tenant, id);
  let messageId = byId;
  const item = (at: string) => ({
    messageId: at,
    state: 'rejected' as const,
    ...(id === undefined ? {} : { id, tenant }),
    stream: ports.stream,
    queueMessageId: record.queueMessageId,
    ...(unusable.digest === undefined ? {} : { digest: unusable.digest }),
    recipientCount: unusable.recipientCount,
    claimedAt: now,
    attemptIds: [],
    decided: { '*': decided },
    enqueuedAt: record.enqueuedAt,
  });
  if (!(await putRequest(ports.ledger, item(byId)))) {
    const seen = await readRequest(ports.ledger, byId);
    const waited = seen?.state === 'waiting' && seen.digest === unusable.digest;
    const taken =
      waited &&
      (await replaceRequest(ports.ledger, seen, { state: 'rejected', decided: { '*': decided } }));
    if (!taken) {
      messageId = byQueueId;
      await putRequest(ports.ledger, item(byQueueId));
    }
  }
  await ports.publishRejected([
    {
      stream: ports.stream,
      messageId,
      queueMessageId: record.queueMessageId,
      ...(id === undefined ? {} : { id, tenant }),
      reason,
      detail,
    },
  ]);
  ports.tally.count(metrics.rejected);
  return done;
}

/** Records that a request ends without SES (expired, every recipient suppressed or refused). */
export async function concludeRequest(
  job: Job,
  decided: Readonly<Record<string, DecidedOutcome>>,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const written = await writeDecision(job, { state: 'decided', decided }, ports, now);
  return written === 'recorded' ? done : dropRepeated(job, written, ports, now);
}

/**
 * Keeps the mail of a held tenant where `tenants release` finds it. The key names the delivery: a release
 * deletes what it sent back, never what was held again meanwhile.
 */
export async function holdRequest(job: Job, ports: DispatchPorts, now: EpochMs): Promise<Fate> {
  const decided = { '*': { outcome: 'held', reason: 'tenant-held' } } as const;
  const written = await writeDecision(job, { state: 'waiting', decided }, ports, now);
  if (written !== 'recorded') return dropRepeated(job, written, ports, now);
  const { record, request, messageId } = job;
  await ports.holdBody(
    `${contentFolders.held}${request.tenant}/${messageId}-${record.queueMessageId}.json`,
    JSON.stringify({
      stream: ports.stream,
      body: record.body,
      queueMessageId: record.queueMessageId,
      enqueuedAt: record.enqueuedAt,
    }),
  );
  ports.tally.count(metrics.held);
  return done;
}

/** Lets a mail wait in the queue for its sendAt. */
export async function deferRequest(
  job: Job,
  until: EpochMs,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const decided = { '*': { outcome: 'held', reason: 'send-at' } } as const;
  const written = await writeDecision(job, { state: 'waiting', decided }, ports, now);
  return written === 'recorded' ? later(until - now) : dropRepeated(job, written, ports, now);
}

/** Drops a request whose id was used: silently when it is the same request, as a rejection when not. */
export async function dropRepeated(
  job: Job,
  how: 'repeated' | 'reused',
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  if (how === 'repeated') {
    ports.tally.count(metrics.repeated);
    return done;
  }
  const { record, request, digest } = job;
  return rejectRequest(
    {
      record,
      reason: 'id-reused',
      detail: `id: ${request.id} was used for a request with other content; use a new id`,
      id: request.id,
      tenant: request.tenant,
      digest,
      recipientCount: recipientsOf(request).length,
    },
    ports,
    now,
  );
}

/** First word about a request, or a new word about one that waits. */
async function writeDecision(
  job: Job,
  word: {
    readonly state: RequestItem['state'];
    readonly decided: Readonly<Record<string, DecidedOutcome>>;
  },
  ports: DispatchPorts,
  now: EpochMs,
): Promise<'recorded' | 'repeated' | 'reused'> {
  if (await putRequest(ports.ledger, newRequest(job, ports.stream, now, word))) return 'recorded';
  const seen = await readRequest(ports.ledger, job.messageId);
  if (seen && seen.digest !== job.digest) return 'reused';
  if (seen?.state !== 'waiting') return 'repeated';
  return (await replaceRequest(ports.ledger, seen, {
    state: word.state,
    decided: { ...word.decided },
  }))
    ? 'recorded'
    : 'repeated';
}

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
    queueMessageId: job.record.queueMessageId,
    digest: job.digest,
    recipientCount: recipientsOf(job.request).length,
    claimedAt: now,
    attemptIds: [...(word.attemptIds ?? [])],
    decided: { ...word.decided },
    enqueuedAt: job.record.enqueuedAt,
  };
}
