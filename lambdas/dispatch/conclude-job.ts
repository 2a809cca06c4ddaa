import { releaseClaim } from '../../adapters/ledger.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { type EpochMs, hourMs, secondMs } from '../../domain/time.ts';
import { done, type Fate, type Job, later } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** What an attempt said about one recipient of a job; absent where time ran out before its turn. */
export type JobResult = { readonly index: number; readonly result: AttemptResult | undefined };

export type ClaimedJob = { readonly job: Job; readonly claimedAt: EpochMs };

/** How long a mail stays in the queue after a known failure, milliseconds. */
const returnAfterMs: Readonly<Record<string, number>> = {
  throttled: 10 * secondMs,
  'ses-error': 60 * secondMs,
  unreachable: 60 * secondMs,
  'quota-spent': hourMs,
};

/** A settled duplicate looks again after this; see `claim.ts` for who may take an ambiguous claim over. */
const ambiguousAgainMs = 160 * secondMs;

/** SQS counts attributes into its 1 MiB; a body this large leaves no room for the reason. */
const parkableBodyBytes = 1_040_000;

/** Acts on what SES said of a job's recipients and returns what happens to its queue message. */
export async function concludeJob(
  claimed: ClaimedJob,
  results: readonly JobResult[],
  ports: DispatchPorts,
): Promise<Fate> {
  await tellRejected(claimed.job, results, ports);
  const said = results.map(({ result }) => result);
  if (said.some((result) => isOutcome(result, 'unknown'))) {
    ports.tally.count(metrics.ambiguous);
    return later(ambiguousAgainMs);
  }
  const failed = said.find((result) => isOutcome(result, 'retry'));
  if (failed || said.includes(undefined)) {
    await release(claimed, ports);
    const reason = failed && 'reason' in failed ? failed.reason : 'throttled';
    return later(returnAfterMs[reason] ?? 60 * secondMs);
  }
  const parked = said.find((result) => isOutcome(result, 'parked'));
  if (parked && 'reason' in parked) return parkJob(claimed, parked, ports);
  return done;
}

/** Gives the claim back and lets the message wait, because this invocation ran out of time. */
export async function postponeJob(
  claimed: ClaimedJob,
  afterMs: number,
  ports: DispatchPorts,
): Promise<Fate> {
  await release(claimed, ports);
  return later(afterMs);
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
    await releaseClaim(
      ports.ledger,
      { messageId: job.messageId, claimedAt: claimed.claimedAt },
      decided,
    );
    return later(hourMs);
  }
  await ports.park(job.record.body, {
    reason: why.reason,
    detail: why.detail ?? '',
    tenant: job.request.tenant,
    id: job.request.id,
    parkedAt: new Date(ports.clock()).toISOString(),
  });
  await releaseClaim(
    ports.ledger,
    { messageId: job.messageId, claimedAt: claimed.claimedAt },
    decided,
  );
  ports.tally.parked(why.reason);
  return done;
}

async function release({ job, claimedAt }: ClaimedJob, ports: DispatchPorts): Promise<void> {
  await releaseClaim(ports.ledger, { messageId: job.messageId, claimedAt });
}

async function tellRejected(job: Job, results: readonly JobResult[], ports: DispatchPorts) {
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
