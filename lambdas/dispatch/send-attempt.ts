import { completeAttempt, putAttempt } from '../../adapters/ledger.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { departures, type Lease } from '../../domain/pacing.ts';
import { secondMs } from '../../domain/time.ts';
import type { Job, JobRecipient } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** One recipient of one job, on its way through one attempt. */
export type Entry = {
  readonly job: Job;
  readonly recipient: JobRecipient;
  readonly pool: string;
  readonly configurationSet: string;
};

/** Time kept at the end of an invocation to write results and settle fates, milliseconds. */
export const closingMs = 10 * secondMs;

/** A throttled mail leases again this often before it goes back to the queue. */
const throttleRetries = 2;

/**
 * Hands an attempt to SES at the leased pace and returns one result an entry, by position. What is about
 * to be sent is in the ledger before the first call and the results after the last one.
 */
export async function sendAttempt(
  attempt: {
    readonly attemptId: string;
    readonly entries: readonly Entry[];
    readonly lease: Lease;
  },
  ports: DispatchPorts,
): Promise<readonly AttemptResult[]> {
  const { attemptId, entries, lease } = attempt;
  await putAttempt(ports.ledger, {
    attemptId,
    stream: ports.stream,
    at: ports.clock(),
    entries: entries.map(({ job, recipient, pool }) => ({
      m: job.messageId,
      r: recipient.index,
      k: recipient.key,
      p: pool,
    })),
  });
  const times = departures(lease, entries.length);
  const results = await Promise.all(
    entries.map((entry, position) =>
      sendOne(entry, attemptId, times[position] ?? lease.startMs, ports),
    ),
  );
  await completeAttempt(ports.ledger, attemptId, results, ports.clock());
  ports.tally.count(metrics.accepted, results.filter((result) => 'ses' in result).length);
  return results;
}

async function sendOne(
  entry: Entry,
  attemptId: string,
  departure: number,
  ports: DispatchPorts,
): Promise<AttemptResult> {
  await waitUntil(departure, ports);
  for (let retry = 0; ; retry += 1) {
    const answer = await ports.send({
      request: entry.job.request,
      messageId: entry.job.messageId,
      attemptId,
      recipientIndex: entry.recipient.index,
      recipient: entry.recipient,
      data: entry.recipient.data,
      attachments: entry.job.attachments,
      pool: entry.pool,
      configurationSet: entry.configurationSet,
    });
    if (answer.ok || answer.refusal.kind !== 'throttled') return toResult(answer);
    ports.tally.count(metrics.throttled);
    if (retry === throttleRetries) return toResult(answer);
    const startMs = await leaseAgain(ports);
    if (startMs === undefined || startMs > ports.deadline - closingMs) return toResult(answer);
    await waitUntil(startMs, ports);
  }
}

/**
 * Without a lease the mail goes back to the queue: a failure here must not hide what SES said of the
 * attempt's other mails.
 */
async function leaseAgain(ports: DispatchPorts): Promise<number | undefined> {
  try {
    return (await ports.pacer.lease(1)).startMs;
  } catch (error) {
    ports.tally.failure(error);
    return undefined;
  }
}

function toResult(answer: SendAnswer): AttemptResult {
  if (answer.ok) return { ses: answer.sesMessageId };
  const { refusal, detail } = answer;
  switch (refusal.kind) {
    case 'reject':
      return { outcome: 'rejected', reason: refusal.reason, detail };
    case 'park':
      return { outcome: 'parked', reason: refusal.reason, detail };
    case 'unknown':
      return { outcome: 'unknown', reason: refusal.reason, detail };
    case 'retry':
      return { outcome: 'retry', reason: refusal.reason, detail };
    default:
      return { outcome: 'retry', reason: refusal.kind, detail };
  }
}

async function waitUntil(at: number, ports: DispatchPorts): Promise<void> {
  const milliseconds = at - ports.clock();
  if (milliseconds > 0) await ports.pause(milliseconds);
}
