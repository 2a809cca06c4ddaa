import { putRequest } from '../../adapters/ledger.ts';
import { metrics } from '../../contract/metrics.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import type { EpochMs } from '../../domain/time.ts';
import { done, type Fate, later, type Unusable } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { readStanding } from './standing.ts';

/** Tenant of a body that names none we can read. */
const unnamedTenant = 'default';

/**
 * Records a request that cannot be used and tells the app. It stands under the app's id when that can be
 * read and is free, otherwise under SQS's message id; the app may correct it and use the id again.
 * Idempotent: a second delivery records the same and tells again.
 */
export async function rejectUnusable(
  unusable: Unusable,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const { record, id, tenant = unnamedTenant, digest } = unusable;
  if (id === undefined) return rejectUnderQueueId(unusable, ports, now);
  const messageId = messageIdOf(tenant, id);
  if (await putRequest(ports.ledger, itemOf(unusable, messageId, ports, now)))
    return tell(unusable, messageId, ports);
  // The same request may have been usable once and be half sent: it then waits for who has it.
  const standing =
    digest === undefined
      ? undefined
      : await readStanding({ record, messageId, digest }, ports, now);
  if (standing?.kind === 'busy') return later(standing.afterMs);
  if (standing?.kind === 'repeated') return done;
  return rejectUnderQueueId(unusable, ports, now);
}

/** Records a rejection under SQS's message id, which nothing else can have, and tells the app. */
export async function rejectUnderQueueId(
  unusable: Unusable,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const messageId = messageIdOfQueueMessage(unusable.record.queueMessageId);
  await putRequest(ports.ledger, itemOf(unusable, messageId, ports, now));
  return tell(unusable, messageId, ports);
}

function itemOf(unusable: Unusable, messageId: string, ports: DispatchPorts, now: EpochMs) {
  const { record, reason, detail, id, tenant = unnamedTenant, digest } = unusable;
  return {
    messageId,
    state: 'rejected' as const,
    ...(id === undefined ? {} : { id, tenant }),
    stream: ports.stream,
    queueMessageId: record.queueMessageId,
    ...(digest === undefined ? {} : { digest }),
    recipientCount: unusable.recipientCount,
    claimedAt: now,
    attemptIds: [],
    decided: { '*': { outcome: 'rejected' as const, reason, detail } },
    enqueuedAt: record.enqueuedAt,
  };
}

async function tell(unusable: Unusable, messageId: string, ports: DispatchPorts): Promise<Fate> {
  const { record, reason, detail, id, tenant = unnamedTenant } = unusable;
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
