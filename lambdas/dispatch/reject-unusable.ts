import { putRequest, replaceRequest } from '../../adapters/ledger.ts';
import { metrics } from '../../contract/metrics.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import { done, type Fate, later, type Unusable } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { readStanding, type Standing } from './standing.ts';

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
      : await readStanding(
          { record, messageId, digest, recipientCount: unusable.recipientCount },
          ports,
          now,
        );
  if (standing?.kind === 'open') {
    const taken = await rejectOpen(unusable, standing, ports, now);
    return taken ? tell(unusable, messageId, ports) : later(2 * secondMs);
  }
  if (standing?.kind === 'busy') return later(standing.afterMs);
  if (standing?.kind === 'repeated') return done;
  return rejectUnderQueueId(unusable, ports, now);
}

/** It was usable when it was held, parked or begun; what it points to has gone meanwhile. */
function rejectOpen(
  { record, reason, detail, digest, recipientCount }: Unusable,
  { seen, open }: Extract<Standing, { kind: 'open' }>,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<boolean> {
  const why = { outcome: 'rejected' as const, reason, detail };
  return replaceRequest(ports.ledger, seen, {
    state: 'rejected',
    claimedAt: now,
    queueMessageId: record.queueMessageId,
    recipientCount,
    ...(digest === undefined ? {} : { digest }),
    decided: Object.fromEntries(open.map((index) => [String(index), why])),
  });
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
