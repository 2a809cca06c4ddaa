import { requestLimits } from '../../contract/send-request.ts';
import { gate } from '../../domain/gate.ts';
import { dayMs, instantOf, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type Delay, waitUnbegun } from './conclude-job.ts';
import { withBudget } from './content-budget.ts';
import type { Fate, Job } from './job.ts';
import { isUnusable, openRequest } from './open-request.ts';
import { laterAfter, orLater } from './or-later.ts';
import { portionsOf } from './portions.ts';
import type { DispatchPorts } from './ports.ts';
import { deferRequest, expireRequest, holdRequest, rejectRequest } from './record-decision.ts';
import { rejectUnusable } from './reject-unusable.ts';
import { closingMs } from './send-attempt.ts';
import { type SentJobs, sendJobs } from './send-jobs.ts';
import { settleFates } from './settle-fates.ts';
import { keepShares, onLane } from './share.ts';

/**
 * Takes a batch of queue messages to their outcome: fair share → parse → gate → suppression → claim →
 * pace → SES → record. Returns the SQS message ids that stay in the queue; each already carries the time
 * at which it comes back. One message's trouble harms no other.
 */
export async function dispatch(
  records: readonly QueueRecord[],
  given: DispatchPorts,
): Promise<readonly string[]> {
  const ports = onLane(records, given);
  const kept = await keepShares(records, ports);
  const fates = new Map<QueueRecord, Fate>();
  const jobs: Job[] = [];
  const budgeted = { ...ports, readContent: withBudget(ports.readContent) };
  await Promise.all(
    kept.map(async (record) => {
      const fate = await orLater(record, ports, () => open(record, budgeted));
      if ('job' in fate) jobs.push(fate.job);
      else fates.set(record, fate);
    }),
  );
  for (const [record, fate] of await sendPortions(jobs, ports)) fates.set(record, fate);
  return settleFates(fates, ports);
}

async function open(
  record: QueueRecord,
  ports: DispatchPorts,
): Promise<Fate | { readonly job: Job }> {
  const opened = await openRequest(record, ports);
  const now = ports.clock();
  if (isUnusable(opened)) return rejectUnusable(opened, ports, now);
  const sendAt = instantOf(opened.request.sendAt);
  // The overflow lane is meant to be late.
  if (record.dueAt !== undefined && record.lane === 'intake')
    ports.tally.dueAge((now - Math.max(record.dueAt, sendAt ?? 0)) / secondMs);
  return { job: opened };
}

async function admit(opened: Job, ports: DispatchPorts): Promise<Fate | { readonly job: Job }> {
  const { request } = opened;
  const tenant = await ports.readTenant(request.tenant);
  const now = ports.clock();
  const sendAt = instantOf(request.sendAt);
  const expiresAt = instantOf(request.expiresAt);
  const admission = gate({
    request: {
      tenant: request.tenant,
      stream: request.stream,
      senders: opened.senders,
      pointsToContent: opened.pointsToContent,
      ...(request.pool === undefined ? {} : { pool: request.pool }),
      ...(sendAt === undefined ? {} : { sendAt }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    tenant,
    stream: ports.stream,
    streams: ports.policy.streams,
    pools: Object.keys(ports.policy.configurationSets),
    now,
    sendAheadMs: requestLimits.sendAheadMs,
    contentKeptMs: ports.policy.contentDays * dayMs,
  });
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

/** One portion after another; when nothing more leaves for now, those that have not begun wait as they are. */
async function sendPortions(
  jobs: readonly Job[],
  ports: DispatchPorts,
): Promise<ReadonlyMap<QueueRecord, Fate>> {
  const fates = new Map<QueueRecord, Fate>();
  let stop: Delay | undefined;
  for (const portion of portionsOf(jobs)) {
    if (ports.clock() > ports.deadline - closingMs) stop ??= outOfTime;
    if (stop) for (const job of portion) fates.set(job.record, waitUnbegun(job, stop, ports));
    else {
      const sent = await sendPortion(portion, ports);
      for (const [record, fate] of sent.fates) fates.set(record, fate);
      stop = sent.stop;
    }
  }
  return fates;
}

const outOfTime: Delay = { ms: secondMs, growing: false };

/** The gate judges each portion when its turn comes: a tenant may be held, a time over by then. */
async function sendPortion(jobs: readonly Job[], ports: DispatchPorts): Promise<SentJobs> {
  const fates = new Map<QueueRecord, Fate>();
  const judged = await Promise.all(
    jobs.map((job) => orLater(job.record, ports, () => admit(job, ports))),
  );
  const admitted = jobs.filter(({ record }, position) => {
    const fate = judged[position];
    if (fate && 'kind' in fate) fates.set(record, fate);
    return fate !== undefined && 'job' in fate;
  });
  if (admitted.length === 0) return { fates };
  try {
    const sent = await sendJobs(admitted, ports);
    return { ...sent, fates: new Map([...fates, ...sent.fates]) };
  } catch (error) {
    for (const { record } of admitted) fates.set(record, laterAfter(error, record, ports));
    return { fates };
  }
}
