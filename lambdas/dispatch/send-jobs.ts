import type { AttemptResult } from '../../contract/items.ts';
import { requestLimits } from '../../contract/send-request.ts';
import { choosePool, type WeightedPool } from '../../domain/assignment.ts';
import { attemptSize } from '../../domain/pacing.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { claimRequest } from './claim.ts';
import { type ClaimedJob, concludeJob, parkJob, postponeJob } from './conclude-job.ts';
import { type Fate, type Job, type JobRecipient, later } from './job.ts';
import { type JudgedJob, judgeJobs, tellDecided } from './judge-jobs.ts';
import { orLater } from './or-later.ts';
import { attemptIdsOf, type PackedAttempt, packAttempts } from './pack-attempts.ts';
import type { DispatchPorts } from './ports.ts';
import { concludeRequest, dropRepeated } from './record-decision.ts';
import { closingMs, type Entry, sendAttempt } from './send-attempt.ts';

/** A job this delivery may send, with the recipients still to be sent to. */
type Claimed = ClaimedJob & { readonly recipients: readonly JobRecipient[] };

/**
 * Sends admitted jobs: suppression, claim, then attempts of a bounded size at the leased pace. Returns
 * what happens to each queue message.
 */
export async function sendJobs(
  jobs: readonly Job[],
  ports: DispatchPorts,
): Promise<ReadonlyMap<QueueRecord, Fate>> {
  const judged = await judgeJobs(jobs, ports);
  const size = attemptSize(await ports.pacer.ratePerSecond(), requestLimits.recipientsPerBatch);
  const attempts = packAttempts(judged, size, ports.newAttemptId);
  const fates = new Map<QueueRecord, Fate>();
  const claimed = new Map<Job, Claimed>();
  await Promise.all(
    judged.map(async (one) => {
      const ids = attemptIdsOf(attempts, one.job);
      const outcome = await orLater(ports, () => claimJob(one, ids, ports));
      if ('kind' in outcome) fates.set(one.job.record, outcome);
      else claimed.set(one.job, outcome);
    }),
  );
  const { results, waitMs } = await sendAttempts(attempts, claimed, ports);
  await Promise.all(
    [...claimed.values()].map(async (one) => {
      const known = results.get(one.job);
      const said = one.recipients.map(({ index }) => ({ index, result: known?.get(index) }));
      const fate = await orLater(ports, () =>
        known || one.recipients.length === 0
          ? concludeJob(one, said, ports)
          : postponeJob(one, waitMs, ports),
      );
      fates.set(one.job.record, fate);
    }),
  );
  return fates;
}

/** Claims a job, or returns what happens to its message instead. */
async function claimJob(
  judged: JudgedJob,
  attemptIds: readonly string[],
  ports: DispatchPorts,
): Promise<Claimed | Fate> {
  const { job, recipients, decided } = judged;
  const now = ports.clock();
  if (recipients.length === 0) {
    await tellDecided(judged, ports);
    return concludeRequest(job, decided, ports, now);
  }
  const wanted = recipients.map(({ index }) => index);
  const claim = await claimRequest(job, { wanted, decided, attemptIds }, ports, now);
  switch (claim.kind) {
    case 'mine': {
      await tellDecided(judged, ports);
      const sendTo = new Set(claim.sendTo);
      return {
        job,
        claimedAt: claim.claimedAt,
        recipients: recipients.filter(({ index }) => sendTo.has(index)),
      };
    }
    case 'busy':
      return later(claim.afterMs);
    case 'left':
      return parkJob({ job, claimedAt: claim.claimedAt }, { reason: 'ambiguous' }, ports);
    default:
      return dropRepeated(job, claim.kind, ports, now);
  }
}

/** Sends attempt after attempt until all are sent or time runs out; `waitMs` says how far the pace is ahead. */
async function sendAttempts(
  attempts: readonly PackedAttempt[],
  claimed: ReadonlyMap<Job, Claimed>,
  ports: DispatchPorts,
): Promise<{ results: ReadonlyMap<Job, ReadonlyMap<number, AttemptResult>>; waitMs: number }> {
  const results = new Map<Job, Map<number, AttemptResult>>();
  if (claimed.size === 0) return { results, waitMs: 0 };
  const { pools } = await ports.readAssignment();
  for (const { attemptId, parts } of attempts) {
    const entries = parts.flatMap(({ job, recipients }) => {
      const open = new Set(claimed.get(job)?.recipients);
      const egress = egressOf(job, pools, ports);
      return recipients
        .filter((recipient) => open.has(recipient))
        .map((recipient): Entry => ({ job, recipient, ...egress }));
    });
    if (entries.length === 0) continue;
    const lease = await ports.pacer.lease(entries.length);
    if (!fits(lease.startMs + entries.length * lease.intervalMs, ports.deadline))
      return { results, waitMs: Math.max(secondMs, lease.startMs - ports.clock()) };
    const answers = await sendAttempt({ attemptId, entries, lease }, ports);
    for (const [position, { job, recipient }] of entries.entries()) {
      const answer = answers[position];
      const known = results.get(job) ?? new Map<number, AttemptResult>();
      if (answer) results.set(job, known.set(recipient.index, answer));
    }
  }
  return { results, waitMs: 0 };
}

/**
 * A pool that the assignment names before this function's settings do (a deploy is under way) takes no
 * mail yet.
 */
function egressOf(
  job: Job,
  pools: readonly WeightedPool[],
  ports: DispatchPorts,
): { readonly pool: string; readonly configurationSet: string } {
  const { configurationSets } = ports.policy;
  const usable = pools.filter(({ pool }) => Object.hasOwn(configurationSets, pool));
  const pool = choosePool(usable, job.request.tenant, job.request.pool);
  const configurationSet = pool === undefined ? undefined : configurationSets[pool];
  if (pool === undefined || configurationSet === undefined)
    throw new Error(
      `the assignment of ${ports.stream} names no pool that has a configuration set; deploy again`,
    );
  return { pool, configurationSet };
}

function fits(endMs: number, deadline: EpochMs): boolean {
  return endMs <= deadline - closingMs;
}
