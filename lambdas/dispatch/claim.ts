import {
  putRequest,
  readAttempts,
  readHeardOf,
  readRequest,
  replaceRequest,
} from '../../adapters/ledger.ts';
import type { AttemptItem, DecidedOutcome, RequestItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { type EpochMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { Job } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { newRequest } from './record-decision.ts';

/** Whether this delivery may send, and to whom. */
export type Claim =
  /** Ours; `sendTo` are the recipient indexes still to be sent to. */
  | { readonly kind: 'mine'; readonly claimedAt: EpochMs; readonly sendTo: readonly number[] }
  /** The same request was handled before. */
  | { readonly kind: 'repeated' }
  /** The id stands for another request. */
  | { readonly kind: 'reused' }
  /** Another delivery is at it, or SES may still tell what became of it. */
  | { readonly kind: 'busy'; readonly afterMs: number }
  /** Nobody can tell whether SES took it, and this stream leaves such mail to a person. */
  | { readonly kind: 'left'; readonly claimedAt: EpochMs };

/** After this a claim's holder cannot be alive: the function's time-out and a margin. */
const holderAliveMs = 150 * secondMs;

/** How long an event of SES may settle an ambiguous attempt before policy decides. */
const settleMs = 15 * minuteMs;

/**
 * Claims a request for this delivery, or says why not. `wanted` are the recipients that may be sent to,
 * `decided` what was decided about the others. One write when nobody claimed it before.
 */
export async function claimRequest(
  job: Job,
  plan: {
    readonly wanted: readonly number[];
    readonly decided: Readonly<Record<string, DecidedOutcome>>;
    readonly attemptIds: readonly string[];
  },
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Claim> {
  const word = { state: 'claimed' as const, decided: plan.decided, attemptIds: plan.attemptIds };
  if (await putRequest(ports.ledger, newRequest(job, ports.stream, now, word)))
    return { kind: 'mine', claimedAt: now, sendTo: plan.wanted };
  const seen = await readRequest(ports.ledger, job.messageId);
  if (!seen) return { kind: 'busy', afterMs: secondMs };
  if (seen.digest !== job.digest) return { kind: 'reused' };
  if (seen.state === 'decided' || seen.state === 'rejected') return { kind: 'repeated' };
  const history = readHistory(seen, await readAttempts(ports.ledger, seen.attemptIds));
  if (history.every(plan.wanted, 'final')) return { kind: 'repeated' };
  const ambiguous = await settle(seen, history.which(plan.wanted, 'ambiguous'), ports);
  const verdict = mayTake(seen, ambiguous.open.length, job, ports, now);
  if (verdict) return verdict;
  const left =
    ambiguous.open.length > 0 && ports.policy.ambiguous === 'leave' && !redriven(seen, job);
  const taken = await replaceRequest(ports.ledger, seen, {
    state: 'claimed',
    claimedAt: now,
    decided: { ...plan.decided },
    attemptIds: [...seen.attemptIds, ...plan.attemptIds],
    queueMessageId: job.record.queueMessageId,
  });
  if (!taken) return { kind: 'busy', afterMs: 2 * secondMs };
  if (ambiguous.open.length > 0) ports.tally.count(metrics.ambiguous, ambiguous.open.length);
  if (left) return { kind: 'left', claimedAt: now };
  const known = new Set([...history.which(plan.wanted, 'final'), ...ambiguous.settled]);
  return { kind: 'mine', claimedAt: now, sendTo: plan.wanted.filter((index) => !known.has(index)) };
}

/** Returns why a claim may not be taken over yet. */
function mayTake(
  seen: RequestItem,
  ambiguousCount: number,
  job: Job,
  ports: DispatchPorts,
  now: EpochMs,
): Claim | undefined {
  const ageMs = now - seen.claimedAt;
  // A duplicate often comes while its twin is being sent: it looks again soon, then ever later.
  const againMs = secondMs * 2 ** Math.min(job.record.receiveCount, 6);
  if (seen.state === 'claimed' && ageMs < holderAliveMs)
    return { kind: 'busy', afterMs: Math.min(againMs, holderAliveMs - ageMs) };
  if (ambiguousCount > 0 && ageMs < settleMs && !redriven(seen, job)) {
    ports.tally.count(metrics.ambiguous, ambiguousCount);
    return { kind: 'busy', afterMs: settleMs - ageMs };
  }
  return undefined;
}

/**
 * A person saw that the attempt is ambiguous and sent it again: as a new queue message. The parked one
 * itself may come again too, SQS delivers at least once; that says nothing.
 */
function redriven(seen: RequestItem, { record }: Job): boolean {
  const ambiguous = seen.state === 'waiting' && seen.decided['*']?.reason === 'ambiguous';
  return ambiguous && seen.queueMessageId !== record.queueMessageId;
}

/** Splits ambiguous recipients into those SES has reported on and those still open. */
async function settle(seen: RequestItem, ambiguous: readonly number[], ports: DispatchPorts) {
  if (ambiguous.length === 0) return { settled: [], open: [] };
  const heard = await readHeardOf(ports.ledger, seen.pk);
  return {
    settled: ambiguous.filter((index) => heard.has(index)),
    open: ambiguous.filter((index) => !heard.has(index)),
  };
}

type Standing = 'final' | 'ambiguous' | 'unsent';

/** What earlier attempts say about each recipient; an attempt that is not there was never sent. */
function readHistory(seen: RequestItem, attempts: readonly AttemptItem[]) {
  const standing = new Map<number, Standing>();
  for (const { entries, results } of attempts)
    for (const [position, entry] of entries.entries()) {
      if (entry.m !== seen.pk) continue;
      const result = results?.[position];
      const now: Standing =
        result === undefined || ('outcome' in result && result.outcome === 'unknown')
          ? 'ambiguous'
          : 'ses' in result || result.outcome === 'rejected'
            ? 'final'
            : 'unsent';
      standing.set(entry.r, worse(standing.get(entry.r), now));
    }
  const of = (index: number) => standing.get(index) ?? 'unsent';
  return {
    every: (indexes: readonly number[], wanted: Standing) =>
      indexes.every((index) => of(index) === wanted),
    which: (indexes: readonly number[], wanted: Standing) =>
      indexes.filter((index) => of(index) === wanted),
  };
}

/** Once final stays final; once ambiguous stays so until an attempt is final. */
function worse(before: Standing | undefined, now: Standing): Standing {
  if (before === 'final' || now === 'final') return 'final';
  return before === 'ambiguous' || now === 'ambiguous' ? 'ambiguous' : 'unsent';
}
