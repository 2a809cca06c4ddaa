import type { LeaseAnswer } from '../../adapters/pacing-store.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { requestLimits } from '../../contract/send-request.ts';
import { waitFor, waitForRate } from '../../domain/failures.ts';
import { attemptSize } from '../../domain/pacing.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { claimRequest } from './claim.ts';
import {
  type ClaimedJob,
  concludeJob,
  type Delay,
  holdReasonOf,
  tellRejected,
  waitUnbegun,
} from './conclude-job.ts';
import { entriesOf } from './entries-of.ts';
import type { Fate, Job, JobRecipient } from './job.ts';
import { type JudgedJob, judgeJobs, tellDecided } from './judge-jobs.ts';
import { withoutSpent } from './keep-allowances.ts';
import { type Divided, type Waiting, withoutHeld } from './obey-orders.ts';
import { orLater, waitAfter } from './or-later.ts';
import { attemptIdsOf, type PackedAttempt, packAttempts } from './pack-attempts.ts';
import type { DispatchPorts } from './ports.ts';
import type { Progress, Refused } from './progress.ts';
import { concludeRequest, yieldTo } from './record-decision.ts';
import { closingMs, type Entry } from './send-attempt.ts';
import { sendLeased } from './send-leased.ts';
import { tellAgain, tellFirst, tellRefused } from './tell-outcomes.ts';

/** A job this delivery may send, with the recipients still to be sent to. */
type Claimed = ClaimedJob & {
  readonly judged: JudgedJob;
  readonly first: boolean;
  readonly refused: readonly Refused[];
  readonly recipients: readonly JobRecipient[];
  readonly again: Progress['again'];
};

const { recipientsPerBatch } = requestLimits;

/**
 * Recipients of an attempt in the overflow lane of a transactional stream. What it has leased leaves
 * beside transactional mail that comes later; more environments than a marketing stream has would lease
 * more than SES's bucket forgives.
 */
const behindOwnMax = 10;

/** What happens to each queue message; and, where nothing more leaves for now, how long all else waits. */
export type SentJobs = {
  readonly fates: ReadonlyMap<QueueRecord, Fate>;
  readonly stop?: Delay;
};

/** Sends admitted jobs: suppression, claim, then attempts of a bounded size at the leased pace. */
export async function sendJobs(jobs: readonly Job[], ports: DispatchPorts): Promise<SentJobs> {
  const lookedAt = ports.clock();
  const { lane, ratePerSecond } = ports.pacer;
  // None of them needs another, and a mail waits for them one after another.
  const [judged, rate] = await Promise.all([
    judgeJobs(jobs, ports),
    ratePerSecond(),
    ports.readAssignment(),
  ]);
  const isBehindOwn = lane !== ports.policy.lane;
  const size = attemptSize(lane, rate, isBehindOwn ? behindOwnMax : recipientsPerBatch);
  const attempts = packAttempts(judged, size, ports.newAttemptId);
  const fates = new Map<QueueRecord, Fate>();
  const busy = await rateBusy(attempts[0], ports);
  if (busy) {
    // What cannot leave is not claimed: each claim would be a write, and one more to give it back.
    const waiting = judged.filter(({ recipients }) => recipients.length > 0);
    for (const { job } of waiting) fates.set(job.record, waitUnbegun(job, busy, ports));
  }
  const open = judged.filter(({ job }) => !fates.has(job.record));
  const ahead = busy ? undefined : leaseAhead({ first: attempts[0], judged }, ports);
  const claimed = new Map<Job, Claimed>();
  await Promise.all(
    open.map(async (one) => {
      const attemptIds = attemptIdsOf(attempts, one.job);
      const hasTwin = judged.some(({ job }) => job !== one.job && isSame(job, one.job));
      const plan = { attemptIds, hasTwin };
      const outcome = await orLater(one.job.record, ports, () => claimJob(one, plan, ports));
      if ('kind' in outcome) fates.set(one.job.record, outcome);
      else claimed.set(one.job, outcome);
    }),
  );
  const sent = await sendAttempts({ attempts, claimed, ahead, lookedAt }, ports);
  await Promise.all(
    [...claimed.values()].map(async (one) => {
      const { record } = one.job;
      fates.set(record, await orLater(record, ports, () => finishJob(one, sent, ports)));
    }),
  );
  const stop = busy ?? sent.stop;
  return { fates, ...(stop ? { stop } : {}) };
}

function isSame(one: Job, other: Job): boolean {
  return one.messageId === other.messageId;
}

/** Returns how long mail waits whose first attempt finds no place in the rate, by what is known of it. */
async function rateBusy(
  first: PackedAttempt | undefined,
  { pacer, deadline }: DispatchPorts,
): Promise<Delay | undefined> {
  const count = first?.parts.reduce((sum, { recipients }) => sum + recipients.length, 0) ?? 0;
  if (count === 0) return undefined;
  const aheadMs = await pacer.aheadOf(count, epochMs(deadline - closingMs));
  return aheadMs === undefined ? undefined : behindRate(aheadMs);
}

function behindRate(aheadMs: number): Delay {
  return { ...waitForRate(aheadMs), reason: 'rate-busy' };
}

/**
 * Leases for the first attempt while its jobs are being claimed, in the lane where milliseconds count: the
 * claim of a first delivery is as good as won. What a lost claim leaves of such a lease nobody uses, so
 * that a repeated request costs the rate what a new one does; later deliveries lose more often and lease
 * after their claim, as marketing does.
 */
async function leaseAhead(
  work: {
    readonly first: PackedAttempt | undefined;
    readonly judged: readonly JudgedJob[];
  },
  ports: DispatchPorts,
): Promise<LeaseAnswer | undefined> {
  const { first, judged } = work;
  const isNew = judged.every(({ job }) => job.record.receiveCount === 1);
  if (first === undefined || ports.pacer.lane !== 'transactional' || !isNew) return undefined;
  try {
    const hoped = new Map(judged.map((one) => [one.job, { ...one, again: noneAgain }]));
    const { entries } = await free(await entriesOf(first.parts, hoped, ports), ports);
    return entries.length === 0 ? undefined : await leaseFor(entries, ports);
  } catch {
    // Whoever sends asks again, and says what is wrong.
    return undefined;
  }
}

/** Divides entries by what is known without taking anything: orders, and allowances that are spent. */
async function free(entries: readonly Entry[], ports: DispatchPorts): Promise<Divided> {
  const obeying = await withoutHeld(entries, ports);
  const allowed = await withoutSpent(obeying.entries, ports);
  return { ...allowed, waiting: [...obeying.waiting, ...allowed.waiting] };
}

const noneAgain: Progress['again'] = new Map();

function leaseFor(entries: readonly Entry[], ports: DispatchPorts): Promise<LeaseAnswer> {
  return ports.pacer.lease(entries.length, epochMs(ports.deadline - closingMs));
}

/** Claims a job, or returns what happens to its message instead. */
async function claimJob(
  judged: JudgedJob,
  plan: { readonly attemptIds: ReadonlyMap<number, string>; readonly hasTwin: boolean },
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
  const claim = await claimRequest(job, { ...plan, wanted, decided }, ports, now);
  if (claim.kind !== 'mine') return yieldTo(claim, job, ports, now);
  const sendTo = new Set(claim.sendTo);
  return {
    job,
    left: claim.left,
    judged,
    first: claim.first,
    triedCount: claim.triedCount,
    refused: claim.refused,
    again: claim.again,
    claimedAt: claim.claimedAt,
    recipients: recipients.filter(({ index }) => sendTo.has(index)),
  };
}

type Sent = {
  readonly results: ReadonlyMap<Job, ReadonlyMap<number, AttemptResult>>;
  /** Recipients, by job and index, that wait for a known time. */
  readonly waiting: ReadonlyMap<Job, ReadonlyMap<number, Waiting>>;
  /** When it is worth coming again for what else was not sent. */
  readonly wait: Delay;
  /** The same, where it holds for all other mail too. */
  readonly stop?: Delay;
};

/** Acts on what SES said of a job, then tells the app: an event that fails must not hold up the mail. */
async function finishJob(one: Claimed, sent: Sent, ports: DispatchPorts): Promise<Fate> {
  const known = sent.results.get(one.job);
  const said = one.recipients.map(({ index }) => ({ index, result: known?.get(index) }));
  const missing = said.flatMap(({ index, result }) => (result ? [] : [index]));
  const fate = await concludeJob(one, said, delayOf(one.job, missing, sent, ports), ports);
  if (one.first) await tellDecided(one.judged, ports);
  // Once, when the message leaves its queue: a mail that comes ever again would tell of them each time.
  else if (fate.kind === 'done') await tellRefused(one.job, one.refused, ports);
  await tellRejected(one.job, said, ports);
  await (one.first ? tellFirst(one.judged, said, ports) : tellAgain(one.job, ports));
  return fate;
}

/** Where a known time is all that recipients wait for, the message waits until the first of them. */
function delayOf(
  job: Job,
  missing: readonly number[],
  { waiting, wait }: Sent,
  ports: DispatchPorts,
): Delay {
  const known = missing.flatMap((index) => waiting.get(job)?.get(index) ?? []);
  const [first] = known.toSorted((a, b) => a.until - b.until);
  if (!first || known.length < missing.length) return wait;
  const ms = Math.max(secondMs, first.until - ports.clock());
  return { ms, growing: false, reason: first.reason };
}

/**
 * Sends attempt after attempt until all are sent, time runs out or something fails; what was sent until
 * then stays known.
 */
async function sendAttempts(
  work: {
    readonly attempts: readonly PackedAttempt[];
    readonly claimed: ReadonlyMap<Job, Claimed>;
    /** The first attempt's lease, where it was asked for ahead. */
    readonly ahead: Promise<LeaseAnswer | undefined> | undefined;
    /** When the suppression list was asked. */
    readonly lookedAt: EpochMs;
  },
  ports: DispatchPorts,
): Promise<Sent> {
  const { attempts, claimed, ahead, lookedAt } = work;
  const results = new Map<Job, Map<number, AttemptResult>>();
  const waiting = new Map<Job, Map<number, Waiting>>();
  const noteWaiting = (some: readonly Waiting[]) => {
    for (const one of some) note(waiting, one.entry, one);
    const spent = some.filter(({ reason }) => reason === 'allowance-spent').length;
    if (spent > 0) ports.tally.count(metrics.noRoom, spent);
  };
  if (claimed.size === 0) return { results, waiting, wait: soon };
  try {
    for (const [position, { attemptId, parts }] of attempts.entries()) {
      const divided = await free(await entriesOf(parts, claimed, ports), ports);
      const { entries } = divided;
      noteWaiting(divided.waiting);
      if (entries.length === 0) continue;
      const lease = (position === 0 ? await ahead : undefined) ?? (await leaseFor(entries, ports));
      if (lease.kind === 'too-far') {
        const stop = behindRate(lease.aheadMs);
        return { results, waiting, wait: stop, stop };
      }
      const done = await sendLeased({ attemptId, entries, lease, lookedAt }, ports);
      noteWaiting(done.waiting);
      for (const { entry, result } of done.sent) if (result) note(results, entry, result);
      const reason = done.sent.map(({ result }) => holdReasonOf(result)).find(isDefined);
      if (reason) {
        const stop = { ...waitFor(reason), reason };
        return { results, waiting, wait: stop, stop };
      }
    }
    return { results, waiting, wait: soon };
  } catch (error) {
    return { results, waiting, wait: waitAfter(error, ports) };
  }
}

function note<T>(known: Map<Job, Map<number, T>>, { job, recipient }: Entry, value: T): void {
  const ofJob = known.get(job) ?? new Map<number, T>();
  known.set(job, ofJob.set(recipient.index, value));
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

const soon: Delay = { ms: secondMs, growing: false };
