import { requestLimits } from '../../contract/send-request.ts';
import { gate } from '../../domain/gate.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { withBudget } from './content-budget.ts';
import { type Fate, type Job, later } from './job.ts';
import { isUnusable, openRequest } from './open-request.ts';
import { afterFailureMs, backOffMs, orLater } from './or-later.ts';
import type { DispatchPorts } from './ports.ts';
import { deferRequest, expireRequest, holdRequest, rejectRequest } from './record-decision.ts';
import { rejectUnusable } from './reject-unusable.ts';
import { sendJobs } from './send-jobs.ts';

/**
 * Takes a batch of queue messages to their outcome: parse → gate → suppression → claim → pace → SES →
 * record. Returns the SQS message ids that stay in the queue; each already carries the time at which it
 * comes back. One message's trouble harms no other.
 */
export async function dispatch(
  records: readonly QueueRecord[],
  ports: DispatchPorts,
): Promise<readonly string[]> {
  const fates = new Map<QueueRecord, Fate>();
  const admitted: Job[] = [];
  const budgeted = { ...ports, readContent: withBudget(ports.readContent) };
  await Promise.all(
    records.map(async (record) => {
      const fate = await orLater(record, ports, () => admit(record, budgeted));
      if ('job' in fate) admitted.push(fate.job);
      else fates.set(record, fate);
    }),
  );
  for (const [record, fate] of await sendAdmitted(admitted, ports)) fates.set(record, fate);
  return settleFates(fates, ports);
}

async function admit(
  record: QueueRecord,
  ports: DispatchPorts,
): Promise<Fate | { readonly job: Job }> {
  const opened = await openRequest(record, ports);
  const now = ports.clock();
  if (isUnusable(opened)) return rejectUnusable(opened, ports, now);
  const { request } = opened;
  const sendAt = instant(request.sendAt);
  const expiresAt = instant(request.expiresAt);
  const admission = gate({
    request: {
      tenant: request.tenant,
      stream: request.stream,
      senders: opened.senders,
      ...(request.pool === undefined ? {} : { pool: request.pool }),
      ...(sendAt === undefined ? {} : { sendAt }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    tenant: await ports.readTenant(request.tenant),
    stream: ports.stream,
    streams: ports.policy.streams,
    pools: Object.keys(ports.policy.configurationSets),
    now,
    sendAheadMs: requestLimits.sendAheadMs,
  });
  // Later deliveries waited because we said so; the first tells how late the mail is.
  if (record.receiveCount === 1)
    ports.tally.dueAge((now - Math.max(record.enqueuedAt, sendAt ?? 0)) / secondMs);
  switch (admission.kind) {
    case 'admit':
      return { job: opened };
    case 'hold':
      return holdRequest(opened, ports, now);
    case 'defer':
      return deferRequest(opened, admission.until, ports, now);
    case 'expire':
      return expireRequest(opened, admission.detail, ports, now);
    case 'reject': {
      const { reason, detail } = admission;
      return rejectRequest(opened, { reason, detail }, ports, now);
    }
  }
}

async function sendAdmitted(
  jobs: readonly Job[],
  ports: DispatchPorts,
): Promise<ReadonlyMap<QueueRecord, Fate>> {
  if (jobs.length === 0) return new Map();
  try {
    return await sendJobs(jobs, ports);
  } catch (error) {
    ports.tally.failure(error);
    return new Map(jobs.map(({ record }) => [record, later(backOffMs(afterFailureMs, record))]));
  }
}

/** Lets the messages that stay know when to come back, and returns their ids. */
async function settleFates(
  fates: ReadonlyMap<QueueRecord, Fate>,
  ports: DispatchPorts,
): Promise<readonly string[]> {
  const staying = [...fates].flatMap(([record, fate]) =>
    fate.kind === 'later' ? [{ record, afterMs: fate.afterMs }] : [],
  );
  await Promise.all(
    staying.map(async ({ record, afterMs }) => {
      // Where this fails the queue's own visibility time-out brings the message back.
      await ports
        .returnLater(record, afterMs)
        .catch((error: unknown) => ports.tally.failure(error));
    }),
  );
  return staying.map(({ record }) => record.queueMessageId);
}

function instant(text: string | undefined): EpochMs | undefined {
  return text === undefined ? undefined : epochMs(Date.parse(text));
}
