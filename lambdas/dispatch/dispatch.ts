import { readRescue } from '../../contract/rescue.ts';
import { type EpochMs, instantOf, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type Delay, waitUnbegun } from './conclude-job.ts';
import { withBudget } from './content-budget.ts';
import { type Fate, type Job, recipientsOf } from './job.ts';
import { judgeAdmission } from './judge-admission.ts';
import { isUnusable, openRequest } from './open-request.ts';
import { laterAfter, orLater } from './or-later.ts';
import { portionsOf } from './portions.ts';
import type { DispatchPorts } from './ports.ts';
import { deferRequest, expireRequest, holdRequest, rejectRequest } from './record-decision.ts';
import { rejectUnusable } from './reject-unusable.ts';
import { rescueMail } from './rescue-mail.ts';
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
  const rescues = kept.flatMap((record) => {
    const asked = readRescue(record.body);
    return asked ? [{ record, asked }] : [];
  });
  const asking = new Set(rescues.map(({ record }) => record));
  await Promise.all(
    kept.map(async (record) => {
      if (asking.has(record)) return;
      const fate = await orLater(record, ports, () => open(record, budgeted));
      if ('job' in fate) jobs.push(fate.job);
      else fates.set(record, fate);
    }),
  );
  for (const [record, fate] of await sendPortions(jobs, ports)) fates.set(record, fate);
  // What was lost before waits for what has not been sent yet.
  await Promise.all(
    rescues.map(async ({ record, asked }) => {
      fates.set(record, await orLater(record, ports, () => rescueMail(asked, record, budgeted)));
    }),
  );
  return settleFates(fates, ports);
}

async function open(
  record: QueueRecord,
  ports: DispatchPorts,
): Promise<Fate | { readonly job: Job }> {
  const opened = await openRequest(record, ports);
  const now = ports.clock();
  if (isUnusable(opened)) return rejectUnusable(opened, ports, now);
  noteAge(opened, ports, now);
  return { job: opened };
}

function noteAge({ record, request }: Job, ports: DispatchPorts, now: EpochMs): void {
  if (record.dueAt === undefined) return;
  const seconds = (now - Math.max(record.dueAt, instantOf(request.sendAt) ?? 0)) / secondMs;
  // The overflow lane is meant to be late.
  if (record.lane === 'intake') ports.tally.dueAge(seconds);
  const { tenant } = request;
  ports.lateMail?.note({ tenant, recipients: recipientsOf(request).length }, seconds);
}

async function admit(opened: Job, ports: DispatchPorts): Promise<Fate | { readonly job: Job }> {
  const admission = await judgeAdmission(opened, ports);
  const now = ports.clock();
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
