import { completeAttempt, completeUnsent, putAttempt } from '../../adapters/ledger.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import type { AttemptEntry, AttemptResult } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { campaignOfRequest, identityOfRequest } from '../../contract/request-origin.ts';
import type { MailKind } from '../../domain/evidence/model.ts';
import { bulkSize, departures, type Lease } from '../../domain/pacing.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';
import { type ByteGate, createByteGate } from './byte-gate.ts';
import { indexMail } from './index-mail.ts';
import type { Job, JobRecipient } from './job.ts';
import { keepAttempt } from './keep-attempt.ts';
import { isExpired, lookMaxMs, withoutStopped, withoutSuppressed } from './look-again.ts';
import type { DispatchPorts } from './ports.ts';
import type { Again } from './progress.ts';

/** One recipient of one job, on its way through one attempt. */
export type Entry = {
  readonly job: Job;
  readonly recipient: JobRecipient;
  readonly pool: string;
  readonly provider: Provider;
  readonly configurationSet: string;
  /** Orders that let it through only to learn from it, and until when it waits where they do not. */
  readonly probe?: { readonly orders: readonly Order[]; readonly until: EpochMs };
  /** Its pool is on trial. */
  readonly canary?: true;
  /** Why SES may have this mail already. */
  readonly again?: Again;
  /** Its pool lost it, and it is sent once more. */
  readonly rescue?: true;
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

/** Recipients that leave together, and the time that is theirs. */
export type LeasedAttempt = {
  readonly attemptId: string;
  readonly entries: readonly Entry[];
  readonly lease: Lease;
  /** When the suppression list was last asked about all of them. */
  readonly lookedAt: EpochMs;
};

/**
 * Hands an attempt to SES at the leased pace and returns one result an entry, by position. What is about
 * to be sent is in the ledger before the first call and the results after the last one.
 */
export async function sendAttempt(
  attempt: LeasedAttempt,
  ports: DispatchPorts,
): Promise<readonly AttemptResult[]> {
  const { attemptId, entries, lease, lookedAt } = attempt;
  const at = ports.clock();
  const kept = await keepAttempt({ attemptId, at, entries }, ports);
  await announce({ ...kept, attemptId, stream: ports.stream, at, entries }, ports);
  const together = ports.policy.bulk ? bulkSize(await ports.pacer.ratePerSecond()) : 1;
  const times = departures(lease, entries.length, together);
  const gate = createByteGate(underWayBytes);
  const results = await Promise.all(
    entries.map((entry, position) => {
      const departure = times[position] ?? lease.startMs;
      return sendOne(entry, { attemptId, departure, gate, lookedAt }, ports);
    }),
  );
  await completeAttempt(ports.ledger, attemptId, results, ports.clock());
  const found = entries.map((entry, position) => ({ ...entry, result: results[position] }));
  await indexMail(found, at, ports);
  ports.tally.count(metrics.accepted, results.filter((result) => 'ses' in result).length);
  const resentCount = entries.filter(
    ({ again }, position) => again === 'ambiguous' && hasLeft(results[position]),
  ).length;
  if (resentCount > 0) ports.tally.count(metrics.resent, resentCount);
  return results;
}

/** A write that failed may have taken effect: what it announced was not sent, and nobody is to wonder. */
async function announce(
  attempt: Omit<Parameters<typeof putAttempt>[1], 'entries'> & {
    readonly entries: readonly Entry[];
  },
  ports: DispatchPorts,
): Promise<void> {
  const { attemptId } = attempt;
  const entries = attempt.entries.map(({ job, recipient, pool, provider, ...entry }) => ({
    m: job.messageId,
    r: recipient.index,
    k: recipient.key,
    p: pool,
    v: provider,
    t: job.request.tenant,
    d: identityOfRequest(job.request),
    ...(campaignOfRequest(job.request) === '' ? {} : { c: campaignOfRequest(job.request) }),
    ...journalKind(entry),
  }));
  try {
    await putAttempt(ports.ledger, { ...attempt, entries });
  } catch (error) {
    const unsent = entries.map((): AttemptResult => ({ outcome: 'retry', reason: 'store-busy' }));
    await completeUnsent(ports.ledger, attemptId, unsent, ports.clock()).catch(ports.tally.failure);
    throw error;
  }
}

/** Whether SES has the mail or may have it; what it refused has not been sent again yet. */
function hasLeft(result: AttemptResult | undefined): boolean {
  return result !== undefined && ('ses' in result || result.outcome === 'unknown');
}

async function sendOne(
  entry: Entry,
  turn: {
    readonly attemptId: string;
    readonly departure: number;
    readonly gate: ByteGate;
    readonly lookedAt: EpochMs;
  },
  ports: DispatchPorts,
): Promise<AttemptResult> {
  await waitUntil(turn.departure, ports);
  const bytes = entry.job.attachments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  for (let retry = 0; ; retry += 1) {
    const answer = await turn.gate(bytes, async () => {
      // Heavy mail waits for its neighbours; what is too late for this invocation was never sent.
      const now = ports.clock();
      if (now > ports.deadline - closingMs) return tooLate;
      if (isExpired(entry.job.request, now)) return stoppedMeanwhile;
      const stopped = now - turn.lookedAt > lookMaxMs ? await lookAgain(entry, ports) : undefined;
      if (stopped) return stopped;
      return ports.send({
        request: entry.job.request,
        messageId: entry.job.messageId,
        attemptId: turn.attemptId,
        recipientIndex: entry.recipient.index,
        recipient: entry.recipient,
        data: entry.recipient.data,
        attachments: entry.job.attachments,
        pool: entry.pool,
        provider: entry.provider,
        configurationSet: entry.configurationSet,
        ...mailKind(entry),
        ...(entry.again ? { again: true as const } : {}),
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
    const lease = await ports.pacer.leaseThrottled(epochMs(ports.deadline - closingMs));
    return lease.kind === 'leased' ? lease.startMs : undefined;
  } catch (error) {
    ports.tally.failure(error);
    return undefined;
  }
}

/**
 * A mail that was throttled or waited behind heavy ones leaves late: whether it may leave is looked up once
 * more. What cannot be read stops this mail and must not hide what SES said of the others.
 */
async function lookAgain(entry: Entry, ports: DispatchPorts): Promise<SendAnswer | undefined> {
  try {
    const [free] = await withoutSuppressed(await withoutStopped([entry], ports), ports);
    return free ? undefined : stoppedMeanwhile;
  } catch (error) {
    ports.tally.failure(error);
    return unreadable;
  }
}

/** The next delivery finds out why and says so. */
const stoppedMeanwhile: SendAnswer = {
  ok: false,
  refusal: { kind: 'retry', reason: 'stopped-meanwhile' },
  detail:
    'its recipient was suppressed, its tenant stopped or its time over while it waited for its turn',
};

const unreadable: SendAnswer = {
  ok: false,
  refusal: { kind: 'retry', reason: 'store-busy' },
  detail: 'whether it may still leave could not be read',
};

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
    case 'hold':
      return { outcome: 'retry', reason: refusal.reason, detail };
    case 'throttled':
      return { outcome: 'retry', reason: 'throttled', detail };
  }
}

/** Waits for an instant; one that is over passes at once. */
export async function waitUntil(at: number, ports: DispatchPorts): Promise<void> {
  const milliseconds = at - ports.clock();
  if (milliseconds > 0) await ports.pause(milliseconds);
}

type Reasons = Pick<Entry, 'probe' | 'canary' | 'rescue'>;

/** Why a mail is sent, where that is not simply its app's mail. */
function kindOf({ probe, canary, rescue }: Reasons): Exclude<MailKind, 'normal'> | undefined {
  if (rescue) return 'rescue';
  if (probe) return 'probe';
  return canary ? 'canary' : undefined;
}

function journalKind(entry: Reasons): Pick<AttemptEntry, 'e'> {
  const e = kindOf(entry);
  return e === undefined ? {} : { e };
}

function mailKind(entry: Reasons): { readonly kind?: MailKind } {
  const kind = kindOf(entry);
  return kind === undefined ? {} : { kind };
}
