import { releaseClaim } from '../../adapters/ledger.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import type { AttemptResult, DecidedOutcome } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { holdWait, triesMax, type Wait, waitFor, waitMs } from '../../domain/failures.ts';
import { type HoldReason, type SesHoldReason, sesHoldReasons } from '../../domain/reasons.ts';
import { type EpochMs, hourMs, instantOf, secondMs } from '../../domain/time.ts';
import { done, type Fate, type Job, later, namesOf } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** What an attempt said about one recipient of a job; absent where time ran out before its turn. */
export type JobResult = { readonly index: number; readonly result: AttemptResult | undefined };

/** How long a message waits for what was not sent at all; the reason is for the app to see. */
export type Delay = Wait & { readonly reason?: HoldReason | SesHoldReason };

export type ClaimedJob = {
  readonly job: Job;
  readonly claimedAt: EpochMs;
  /** Recipients of whom nobody can tell whether SES took their mail, and who are left to a person. */
  readonly left: readonly number[];
  /** Deliveries that failed before this one. */
  readonly triedCount: number;
};

/** An ambiguous mail looks again after this; see `standing.ts` for who may take its claim over. */
const ambiguousAgain: Wait = { ms: 160 * secondMs, growing: false };

/** SQS counts attributes into its 1 MiB; a body this large leaves no room for the reason. */
const parkableBodyBytes = 1_040_000;

/**
 * Acts on what SES said of a job's recipients and returns what happens to its queue message; `wait` is
 * for what was not sent at all.
 */
export async function concludeJob(
  claimed: ClaimedJob,
  results: readonly JobResult[],
  wait: Delay,
  ports: DispatchPorts,
): Promise<Fate> {
  const said = results.map(({ result }) => result);
  const held = said.map(holdReasonOf).find((reason) => reason !== undefined);
  if (held) await tellSwitch(held, ports);
  if (said.some((result) => isOutcome(result, 'unknown'))) return stay(claimed.job, ambiguousAgain);
  if (held) return holdJob(claimed, held, ports);
  const failed = said.find((result) => isOutcome(result, 'retry'));
  if (failed && 'reason' in failed) {
    const isLate = failed.reason === 'no-time-left';
    const why = isLate ? ({ outcome: 'held', reason: 'rate-busy' } as const) : undefined;
    return postponeJob(claimed, waitFor(failed.reason), ports, why);
  }
  if (said.includes(undefined)) {
    if (wait.reason !== undefined && isSesHold(wait.reason))
      return holdJob(claimed, wait.reason, ports);
    return postponeJob(claimed, wait, ports, heldFor(wait));
  }
  const parked = said.find((result) => isOutcome(result, 'parked'));
  if (parked && 'reason' in parked) return parkJob(claimed, parked, ports);
  // The others have been sent to: what stays is for a person.
  return claimed.left.length > 0 ? parkJob(claimed, { reason: 'ambiguous' }, ports) : done;
}

function heldFor({ reason }: Delay): DecidedOutcome | undefined {
  return reason === undefined ? undefined : { outcome: 'held', reason };
}

/** A hint that is lost comes again with the next refusal; it must not cost the mail its record. */
async function tellSwitch(reason: SesHoldReason, ports: DispatchPorts): Promise<void> {
  await ports.hintSwitch(reason).catch((error: unknown) => ports.tally.failure(error));
}

/** Lets the message wait until SES takes mail again, at first in its queue, and lets the app see why. */
function holdJob(claimed: ClaimedJob, reason: SesHoldReason, ports: DispatchPorts): Promise<Fate> {
  const wait = heldWait(claimed.job, reason, ports);
  return postponeJob(claimed, wait, ports, { outcome: 'held', reason });
}

/** Returns how long a job waits while SES takes no mail of its stream. */
function heldWait({ record, request }: Job, reason: SesHoldReason, { clock }: DispatchPorts): Wait {
  const dueAt = Math.max(record.enqueuedAt, instantOf(request.sendAt) ?? 0);
  return holdWait(reason, clock() - dueAt);
}

/** A job that has not begun waits like the one before it that could not go on; it was not claimed. */
export function waitUnbegun(job: Job, wait: Delay, ports: DispatchPorts): Fate {
  const { reason } = wait;
  return stay(job, reason !== undefined && isSesHold(reason) ? heldWait(job, reason, ports) : wait);
}

/** Gives the claim back and lets the message wait; in the end for a person, but not where it is held. */
async function postponeJob(
  claimed: ClaimedJob,
  wait: Wait,
  ports: DispatchPorts,
  decided?: DecidedOutcome,
): Promise<Fate> {
  const triedCount = claimed.triedCount + (decided === undefined ? 1 : 0);
  if (triedCount >= triesMax) return parkJob(claimed, { reason: 'waited-too-long' }, ports);
  await release({ ...claimed, triedCount }, ports, decided);
  return stay(claimed.job, wait);
}

/** The message waits in its queue, or outside where SQS would soon set it aside. */
export function stay(job: Job, wait: Wait): Fate {
  return later(waitMs(wait, job.record.receiveCount), namesOf(job));
}

/** Puts a message aside with its reason; it leaves by `dlq redrive`. */
export async function parkJob(
  claimed: ClaimedJob,
  why: { readonly reason: string; readonly detail?: string | undefined },
  ports: DispatchPorts,
): Promise<Fate> {
  const { job } = claimed;
  const mended = { ...claimed, triedCount: 0 };
  const decided = {
    outcome: 'parked' as const,
    reason: why.reason,
    ...(why.detail === undefined ? {} : { detail: why.detail }),
  };
  if (Buffer.byteLength(job.record.body) > parkableBodyBytes) {
    await release(mended, ports, decided);
    ports.tally.parked(why.reason);
    return later(hourMs, { messageId: job.messageId });
  }
  await ports.park(job.record.body, {
    reason: why.reason,
    detail: why.detail ?? '',
    tenant: job.request.tenant,
    id: job.request.id,
    parkedAt: new Date(ports.clock()).toISOString(),
  });
  await release(mended, ports, decided);
  ports.tally.parked(why.reason);
  return done;
}

async function release(
  { job, claimedAt, triedCount }: ClaimedJob,
  ports: DispatchPorts,
  decided?: DecidedOutcome,
): Promise<void> {
  await releaseClaim(ports.ledger, { messageId: job.messageId, claimedAt, triedCount }, decided);
}

/** Tells the app of recipients that SES refused. */
export async function tellRejected(
  job: Job,
  results: readonly JobResult[],
  ports: DispatchPorts,
): Promise<void> {
  const rejected = results.flatMap(({ index, result }): RejectedEvent[] =>
    result && 'outcome' in result && result.outcome === 'rejected'
      ? [rejectedRecipient(job, index, result, ports.stream)]
      : [],
  );
  if (rejected.length === 0) return;
  ports.tally.count(metrics.rejected, rejected.length);
  await ports.publishRejected(rejected);
}

/** Returns what the app is told about one recipient that will not be sent to. */
export function rejectedRecipient(
  job: Job,
  recipientIndex: number,
  why: { readonly reason: string; readonly detail?: string | undefined },
  stream: string,
): RejectedEvent {
  return {
    stream,
    messageId: job.messageId,
    queueMessageId: job.record.firstQueueMessageId,
    tenant: job.request.tenant,
    id: job.request.id,
    recipientIndex,
    reason: why.reason,
    detail: why.detail ?? '',
  };
}

/** Returns why SES takes no mail of the stream for now, where that is what it said. */
export function holdReasonOf(result: AttemptResult | undefined): SesHoldReason | undefined {
  if (result === undefined || !('outcome' in result) || result.outcome !== 'retry')
    return undefined;
  return isSesHold(result.reason) ? result.reason : undefined;
}

function isSesHold(reason: string): reason is SesHoldReason {
  return Object.hasOwn(sesHoldReasons, reason);
}

function isOutcome(result: AttemptResult | undefined, outcome: string): boolean {
  return result !== undefined && 'outcome' in result && result.outcome === outcome;
}
