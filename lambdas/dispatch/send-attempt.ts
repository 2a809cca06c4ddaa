import { completeAttempt, putAttempt } from '../../adapters/ledger.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import type { AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { departures, type Lease } from '../../domain/pacing.ts';
import { epochMs, secondMs } from '../../domain/time.ts';
import { type ByteGate, createByteGate } from './byte-gate.ts';
import type { Job, JobRecipient } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** One recipient of one job, on its way through one attempt. */
export type Entry = {
  readonly job: Job;
  readonly recipient: JobRecipient;
  readonly pool: string;
  readonly configurationSet: string;
};

/**
 * Time kept at the end of an invocation, milliseconds: a call that leaves last may take its whole
 * time-out, then the results are written and the fates settled.
 */
export const closingMs = 30 * secondMs;

/** Attachment bytes under way to SES at once, from a function of 512 MB. */
const underWayBytes = 32_000_000;

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
  const gate = createByteGate(underWayBytes);
  const results = await Promise.all(
    entries.map((entry, position) =>
      sendOne(entry, { attemptId, departure: times[position] ?? lease.startMs, gate }, ports),
    ),
  );
  await completeAttempt(ports.ledger, attemptId, results, ports.clock());
  ports.tally.count(metrics.accepted, results.filter((result) => 'ses' in result).length);
  return results;
}

async function sendOne(
  entry: Entry,
  turn: { readonly attemptId: string; readonly departure: number; readonly gate: ByteGate },
  ports: DispatchPorts,
): Promise<AttemptResult> {
  await waitUntil(turn.departure, ports);
  const bytes = entry.job.attachments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  for (let retry = 0; ; retry += 1) {
    const answer = await turn.gate(bytes, async () => {
      // Heavy mail waits for its neighbours; what is too late for this invocation was never sent.
      if (ports.clock() > ports.deadline - closingMs) return tooLate;
      return ports.send({
        request: entry.job.request,
        messageId: entry.job.messageId,
        attemptId: turn.attemptId,
        recipientIndex: entry.recipient.index,
        recipient: entry.recipient,
        data: entry.recipient.data,
        attachments: entry.job.attachments,
        pool: entry.pool,
        configurationSet: entry.configurationSet,
      });
    });
    if (answer.ok || answer.refusal.kind !== 'throttled') return toResult(answer);
    ports.tally.count(metrics.throttled);
    if (retry === throttleRetries) return toResult(answer);
    const startMs = await leaseAgain(ports);
    if (startMs === undefined) return toResult(answer);
    await waitUntil(startMs, ports);
  }
}

/**
 * Without a lease the mail goes back to the queue: a failure here must not hide what SES said of the
 * attempt's other mails.
 */
async function leaseAgain(ports: DispatchPorts): Promise<number | undefined> {
  try {
    const lease = await ports.pacer.lease(1, epochMs(ports.deadline - closingMs));
    return lease.kind === 'leased' ? lease.startMs : undefined;
  } catch (error) {
    ports.tally.failure(error);
    return undefined;
  }
}

const tooLate: SendAnswer = {
  ok: false,
  refusal: { kind: 'retry', reason: 'no-time-left' },
  detail: 'the invocation ended before its turn',
};

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
