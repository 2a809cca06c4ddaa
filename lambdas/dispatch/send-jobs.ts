import type { AttemptResult } from '../../contract/items.ts';
import { requestLimits } from '../../contract/send-request.ts';
import { choosePool, type WeightedPool } from '../../domain/assignment.ts';
import { attemptSize } from '../../domain/pacing.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { claimRequest } from './claim.ts';
import { type ClaimedJob, concludeJob, parkJob, tellRejected, type Wait } from './conclude-job.ts';
import type { Fate, Job, JobRecipient } from './job.ts';
import { type JudgedJob, judgeJobs, tellDecided } from './judge-jobs.ts';
import { afterFailureMs, orLater } from './or-later.ts';
import { attemptIdsOf, type PackedAttempt, packAttempts } from './pack-attempts.ts';
import type { DispatchPorts } from './ports.ts';
import { concludeRequest, yieldTo } from './record-decision.ts';
import { closingMs, type Entry, sendAttempt } from './send-attempt.ts';

/** A job this delivery may send, with the recipients still to be sent to. */
type Claimed = ClaimedJob & {
  readonly judged: JudgedJob;
  readonly first: boolean;
  readonly recipients: readonly JobRecipient[];
};

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
      const outcome = await orLater(one.job.record, ports, () => claimJob(one, ids, ports));
      if ('kind' in outcome) fates.set(one.job.record, outcome);
      else claimed.set(one.job, outcome);
    }),
  );
  const sent = await sendAttempts(attempts, claimed, ports);
  await Promise.all(
    [...claimed.values()].map(async (one) => {
      const { record } = one.job;
      fates.set(record, await orLater(record, ports, () => finishJob(one, sent, ports)));
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
    const fate = await concludeRequest(job, decided, ports, now);
    if (fate.kind === 'done' && fate.recorded) await tellDecided(judged, ports);
    return fate;
  }
  const wanted = recipients.map(({ index }) => index);
  const claim = await claimRequest(job, { wanted, decided, attemptIds }, ports, now);
  if (claim.kind === 'left')
    return parkJob({ job, claimedAt: claim.claimedAt }, { reason: 'ambiguous' }, ports);
  if (claim.kind !== 'mine') return yieldTo(claim, job, ports, now);
  const sendTo = new Set(claim.sendTo);
  return {
    job,
    judged,
    first: claim.first,
    claimedAt: claim.claimedAt,
    recipients: recipients.filter(({ index }) => sendTo.has(index)),
  };
}

type Sent = {
  readonly results: ReadonlyMap<Job, ReadonlyMap<number, AttemptResult>>;
  /** When it is worth coming again for what was not sent. */
  readonly wait: Wait;
};

/** Acts on what SES said of a job, then tells the app: an event that fails must not hold up the mail. */
async function finishJob(
  one: Claimed,
  { results, wait }: Sent,
  ports: DispatchPorts,
): Promise<Fate> {
  const known = results.get(one.job);
  const said = one.recipients.map(({ index }) => ({ index, result: known?.get(index) }));
  const fate = await concludeJob(one, said, wait, ports);
  if (one.first) await tellDecided(one.judged, ports);
  await tellRejected(one.job, said, ports);
  return fate;
}

/**
 * Sends attempt after attempt until all are sent, time runs out or something fails; what was sent until
 * then stays known.
 */
async function sendAttempts(
  attempts: readonly PackedAttempt[],
  claimed: ReadonlyMap<Job, Claimed>,
  ports: DispatchPorts,
): Promise<Sent> {
  const results = new Map<Job, Map<number, AttemptResult>>();
  if (claimed.size === 0) return { results, wait: soon };
  try {
    const { pools } = await ports.readAssignment();
    for (const { attemptId, parts } of attempts) {
      const entries = entriesOf(parts, claimed, (job) => egressOf(job, pools, ports));
      if (entries.length === 0) continue;
      const endBy = epochMs(ports.deadline - closingMs);
      const lease = await ports.pacer.lease(entries.length, endBy);
      if (lease.kind === 'too-far')
        return { results, wait: { ms: Math.max(secondMs, lease.aheadMs / 2), growing: false } };
      const answers = await sendAttempt({ attemptId, entries, lease }, ports);
      for (const [position, { job, recipient }] of entries.entries()) {
        const answer = answers[position];
        const known = results.get(job) ?? new Map<number, AttemptResult>();
        if (answer) results.set(job, known.set(recipient.index, answer));
      }
    }
    return { results, wait: soon };
  } catch (error) {
    ports.tally.failure(error);
    return { results, wait: { ms: afterFailureMs, growing: true } };
  }
}

const soon: Wait = { ms: secondMs, growing: false };

function entriesOf(
  parts: PackedAttempt['parts'],
  claimed: ReadonlyMap<Job, Claimed>,
  egress: (job: Job) => Pick<Entry, 'pool' | 'configurationSet'>,
): readonly Entry[] {
  return parts.flatMap(({ job, recipients }) => {
    const open = new Set(claimed.get(job)?.recipients);
    const mine = recipients.filter((recipient) => open.has(recipient));
    if (mine.length === 0) return [];
    const chosen = egress(job);
    return mine.map((recipient): Entry => ({ job, recipient, ...chosen }));
  });
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
