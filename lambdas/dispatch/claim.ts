import { putRequest, replaceRequest } from '../../adapters/ledger.ts';
import type { DecidedOutcome } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { Job } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { aboutJob, identityOf, keepTerminal, newRequest } from './request-item.ts';
import { isRedriven, readStanding, type Standing } from './standing.ts';

/** Whether this delivery may send, and to whom. */
export type Claim =
  /** Ours; `sendTo` are the recipient indexes still to be sent to. */
  | {
      readonly kind: 'mine';
      readonly claimedAt: EpochMs;
      readonly sendTo: readonly number[];
      /** Nobody claimed it before, so nobody has told the app of refused recipients. */
      readonly first: boolean;
    }
  /** Nobody can tell whether SES took it, and this stream leaves such mail to a person. */
  | { readonly kind: 'left'; readonly claimedAt: EpochMs }
  | Exclude<Standing, { kind: 'open' }>;

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
    return { kind: 'mine', claimedAt: now, sendTo: plan.wanted, first: true };
  const standing = await readStanding(identityOf(job), ports, now);
  if (standing.kind === 'busy') ports.tally.count(metrics.ambiguous, standing.ambiguousCount);
  if (standing.kind !== 'open') return standing;
  const { seen, open, ambiguous } = standing;
  const redriven = isRedriven(seen, job.record);
  const taken = await replaceRequest(ports.ledger, seen, {
    state: 'claimed',
    claimedAt: now,
    decided: { ...keepTerminal(seen), ...only(plan.decided, open) },
    attemptIds: [...seen.attemptIds, ...plan.attemptIds],
    ...(redriven ? { redrivenAt: now } : {}),
    ...aboutJob(job),
  });
  if (!taken) return { kind: 'busy', afterMs: 2 * secondMs, ambiguousCount: 0 };
  ports.tally.count(metrics.ambiguous, ambiguous.length);
  if (ambiguous.length > 0 && ports.policy.ambiguous === 'leave' && !redriven)
    return { kind: 'left', claimedAt: now };
  const openNow = new Set(open);
  const sendTo = plan.wanted.filter((one) => openNow.has(one));
  return { kind: 'mine', claimedAt: now, sendTo, first: seen.attemptIds.length === 0 };
}

/** What is decided now says nothing about a recipient whose mail SES has. */
function only(
  decided: Readonly<Record<string, DecidedOutcome>>,
  open: readonly number[],
): Record<string, DecidedOutcome> {
  const indexes = new Set(open.map(String));
  return Object.fromEntries(Object.entries(decided).filter(([index]) => indexes.has(index)));
}
