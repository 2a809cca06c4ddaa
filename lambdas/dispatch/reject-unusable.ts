import { putRequest, readRequest, replaceRequest } from '../../adapters/ledger.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import type { DecidedOutcome, RequestItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import { done, type Fate, later, type Unusable } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { type Refused, refusedIn } from './progress.ts';
import { keepTerminal } from './request-item.ts';
import { type Identity, readStanding, type Standing } from './standing.ts';

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
  const { record, id, tenant = unnamedTenant } = unusable;
  if (id === undefined) return rejectUnderQueueId(unusable, ports, now);
  const messageId = messageIdOf(tenant, id);
  if (await putRequest(ports.ledger, itemOf(unusable, messageId, ports, now)))
    return tell(unusable, messageId, ports);
  // The same request may have been usable once and be half sent: it then waits for who has it.
  const same = await identify(unusable, messageId, ports);
  const standing = same && (await readStanding(same, ports, now));
  if (same && standing?.kind === 'open') return rejectOpen(unusable, same, standing, ports, now);
  if (standing?.kind === 'busy') return later(standing.afterMs);
  if (standing?.kind !== 'repeated') return rejectUnderQueueId(unusable, ports, now);
  // An earlier delivery may have died between its record and its event.
  if (record.receiveCount > 1) await publish(unusable, messageId, standing.refused, ports);
  return done;
}

/**
 * Returns what tells the request from another, undefined when nobody can tell. A body that is gone was
 * read when its message began to wait: the ledger says what was in it.
 */
async function identify(
  { record, digest, recipientCount }: Unusable,
  messageId: string,
  ports: DispatchPorts,
): Promise<Identity | undefined> {
  if (digest !== undefined) return { record, messageId, digest, recipientCount };
  const seen = record.named && (await readRequest(ports.ledger, messageId));
  if (seen?.digest === undefined) return undefined;
  return { record, messageId, digest: seen.digest, recipientCount: seen.recipientCount };
}

/** It was usable when it was held, parked or begun; what it points to has gone meanwhile. */
async function rejectOpen(
  unusable: Unusable,
  { digest, recipientCount }: Identity,
  { seen, noted, open }: Extract<Standing, { kind: 'open' }>,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const { record, reason, detail } = unusable;
  const why = { outcome: 'rejected' as const, reason, detail };
  const decided = {
    ...Object.fromEntries(open.map((index) => [String(index), why])),
    ...keptOf(seen, digest),
  };
  const taken = await replaceRequest(ports.ledger, seen, {
    ...noted,
    state: 'rejected',
    claimedAt: now,
    queueMessageId: record.firstQueueMessageId,
    recipientCount,
    digest,
    decided,
  });
  if (!taken) return later(2 * secondMs);
  const about = refusedIn(decided);
  const isWhole = about.length === recipientCount && about.every((one) => one.reason === reason);
  if (isWhole) return tell(unusable, seen.pk, ports);
  await publish(unusable, seen.pk, about, ports);
  return done;
}

/** What was decided before stays; of another request's rejection under this id nothing does. */
function keptOf(seen: RequestItem, digest: string): Readonly<Record<string, DecidedOutcome>> {
  if (seen.digest !== digest) return {};
  const each = Object.entries(seen.decided).filter(([, { outcome }]) => outcome === 'suppressed');
  return { ...keepTerminal(seen), ...Object.fromEntries(each) };
}

/** Records a rejection under SQS's message id, which nothing else can have, and tells the app. */
export async function rejectUnderQueueId(
  unusable: Unusable,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Fate> {
  const messageId = messageIdOfQueueMessage(unusable.record.firstQueueMessageId);
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
    queueMessageId: record.firstQueueMessageId,
    ...(digest === undefined ? {} : { digest }),
    recipientCount: unusable.recipientCount,
    claimedAt: now,
    attemptIds: [],
    decided: { '*': { outcome: 'rejected' as const, reason, detail } },
    enqueuedAt: record.enqueuedAt,
  };
}

async function tell(unusable: Unusable, messageId: string, ports: DispatchPorts): Promise<Fate> {
  await ports.publishRejected([eventOf(unusable, messageId, ports)]);
  ports.tally.count(metrics.rejected);
  return done;
}

/** Tells of recipients one by one, where the others have their mail or an outcome of their own. */
async function publish(
  unusable: Unusable,
  messageId: string,
  refused: readonly Refused[],
  ports: DispatchPorts,
): Promise<void> {
  if (refused.length === 0) return;
  await ports.publishRejected(
    refused.map(({ index, reason, detail = '' }) => ({
      ...eventOf(unusable, messageId, ports),
      recipientIndex: index,
      reason,
      detail,
    })),
  );
  ports.tally.count(metrics.rejected, refused.length);
}

function eventOf(unusable: Unusable, messageId: string, { stream }: DispatchPorts): RejectedEvent {
  const { record, reason, detail, id, tenant = unnamedTenant } = unusable;
  return {
    stream,
    messageId,
    queueMessageId: record.firstQueueMessageId,
    ...(id === undefined ? {} : { id, tenant }),
    reason,
    detail,
  };
}
