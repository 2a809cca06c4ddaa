import { releaseClaim } from '../../adapters/ledger.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import type { AttemptResult, DecidedOutcome } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { type EpochMs, hourMs, secondMs } from '../../domain/time.ts';
import { done, type Fate, type Job, later } from './job.ts';
import { backOffMs } from './or-later.ts';
import type { DispatchPorts } from './ports.ts';

/** What an attempt said about one recipient of a job; absent where time ran out before its turn. */
export type JobResult = { readonly index: number; readonly result: AttemptResult | undefined };

export type ClaimedJob = { readonly job: Job; readonly claimedAt: EpochMs };

/** How long a mail stays in the queue: the same each time, or ever longer. */
export type Wait = { readonly ms: number; readonly growing: boolean };

const afterRefusal: Wait = { ms: 60 * secondMs, growing: true };

/** How long a mail waits after a known failure. */
const waits: Readonly<Record<string, Wait>> = {
  throttled: { ms: 10 * secondMs, growing: true },
  'no-time-left': { ms: secondMs, growing: false },
  'quota-spent': { ms: hourMs, growing: false },
};

/** After this many deliveries a person must look; SQS would set it aside without a word at a hundred. */
const deliveriesMax = 90;

/** An ambiguous mail looks again after this; see `standing.ts` for who may take its claim over. */
const ambiguousAgainMs = 160 * secondMs;

/** SQS counts attributes into its 1 MiB; a body this large leaves no room for the reason. */
const parkableBodyBytes = 1_040_000;

/**
 * Acts on what SES said of a job's recipients and returns what happens to its queue message; `wait` is
 * for what was not sent at all.
 */
export async function concludeJob(
  claimed: ClaimedJob,
  results: readonly JobResult[],
  wait: Wait,
  ports: DispatchPorts,
): Promise<Fate> {
  const said = results.map(({ result }) => result);
  if (said.some((result) => isOutcome(result, 'unknown'))) {
    ports.tally.count(metrics.ambiguous);
    return later(ambiguousAgainMs);
  }
  const failed = said.find((result) => isOutcome(result, 'retry'));
  if (failed && 'reason' in failed)
    return postponeJob(claimed, waits[failed.reason] ?? afterRefusal, ports);
  if (said.includes(undefined)) return postponeJob(claimed, wait, ports);
  const parked = said.find((result) => isOutcome(result, 'parked'));
  if (parked && 'reason' in parked) return parkJob(claimed, parked, ports);
  return done;
}

/** Gives the claim back and lets the message wait; in the end for a person. */
async function postponeJob(claimed: ClaimedJob, wait: Wait, ports: DispatchPorts): Promise<Fate> {
  const { record } = claimed.job;
  if (record.receiveCount >= deliveriesMax)
    return parkJob(claimed, { reason: 'waited-too-long' }, ports);
  await release(claimed, ports);
  return later(wait.growing ? backOffMs(wait.ms, record) : wait.ms);
}

/** Puts a message aside with its reason; it leaves by `dlq redrive`. */
export async function parkJob(
  claimed: ClaimedJob,
  why: { readonly reason: string; readonly detail?: string | undefined },
  ports: DispatchPorts,
): Promise<Fate> {
  const { job } = claimed;
  const decided = {
    outcome: 'parked' as const,
    reason: why.reason,
    ...(why.detail === undefined ? {} : { detail: why.detail }),
  };
  if (Buffer.byteLength(job.record.body) > parkableBodyBytes) {
    await release(claimed, ports, decided);
    ports.tally.parked(why.reason);
    return later(hourMs);
  }
  await ports.park(job.record.body, {
    reason: why.reason,
    detail: why.detail ?? '',
    tenant: job.request.tenant,
    id: job.request.id,
    parkedAt: new Date(ports.clock()).toISOString(),
  });
  await release(claimed, ports, decided);
  ports.tally.parked(why.reason);
  return done;
}

async function release(
  { job, claimedAt }: ClaimedJob,
  ports: DispatchPorts,
  decided?: DecidedOutcome,
): Promise<void> {
  await releaseClaim(ports.ledger, { messageId: job.messageId, claimedAt }, decided);
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
    queueMessageId: job.record.queueMessageId,
    tenant: job.request.tenant,
    id: job.request.id,
    recipientIndex,
    reason: why.reason,
    detail: why.detail ?? '',
  };
}

function isOutcome(result: AttemptResult | undefined, outcome: string): boolean {
  return result !== undefined && 'outcome' in result && result.outcome === outcome;
}
