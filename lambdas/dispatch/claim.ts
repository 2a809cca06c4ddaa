import { putRequest, readRequest, replaceRequest } from '../../adapters/ledger.ts';
import type { DecidedOutcome } from '../../contract/items.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { Job } from './job.ts';
import type { DispatchPorts } from './ports.ts';
import { type Progress, type Refused, refusedIn } from './progress.ts';
import { aboutJob, identityOf, keepTerminal, newRequest } from './request-item.ts';
import { isRedriven, readStanding, type Standing } from './standing.ts';

/** Whether this delivery may send, and to whom. */
export type Claim =
  /** Ours; `sendTo` are the recipient indexes still to be sent to. */
  | {
      readonly kind: 'mine';
      readonly claimedAt: EpochMs;
      readonly sendTo: readonly number[];
      /** Recipients of whom nobody can tell whether SES took their mail, and who are left to a person. */
      readonly left: readonly number[];
      /** Recipients whose mail SES may have already, and why it may. */
      readonly again: Progress['again'];
      /** Nobody claimed it before, so nobody has told the app of refused recipients. */
      readonly first: boolean;
      /** Deliveries that failed before this one. */
      readonly triedCount: number;
      /** Recipients that were refused by now: who refused them may have died before telling. */
      readonly refused: readonly Refused[];
    }
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
    /** The attempt that each of the wanted would be in. */
    readonly attemptIds: ReadonlyMap<number, string>;
    /** Whether another message of this invocation asks for the same: their attempts bear one id. */
    readonly hasTwin: boolean;
  },
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Claim> {
  const attemptIds = idsFor(plan.wanted, plan.attemptIds);
  const word = { state: 'claimed' as const, decided: plan.decided, attemptIds };
  const first: Claim = {
    kind: 'mine',
    claimedAt: now,
    sendTo: plan.wanted,
    left: [],
    again: new Map(),
    first: true,
    triedCount: 0,
    refused: [],
  };
  if (await putRequest(ports.ledger, newRequest(job, ports.stream, now, word))) return first;
  const standing = await readStanding(identityOf(job), ports, now);
  const own = plan.hasTwin ? [] : attemptIds;
  if (standing.kind === 'busy' && (await isOurs(job, own, ports))) return first;
  if (standing.kind !== 'open') return standing;
  const { seen, noted, open, left, again } = standing;
  const redriven = isRedriven(seen, job.record);
  const decided = { ...keepTerminal(seen), ...only(plan.decided, open) };
  const openNow = new Set(open.filter((index) => !left.includes(index)));
  const sendTo = plan.wanted.filter((one) => openNow.has(one));
  const added = idsFor(sendTo, plan.attemptIds);
  const taken = await replaceRequest(ports.ledger, seen, {
    ...noted,
    state: 'claimed',
    claimedAt: now,
    decided,
    // Without a new one all stay: that nobody claimed it before is told by an empty list.
    attemptIds: added.length > 0 ? [...standing.attemptIds, ...added] : seen.attemptIds,
    ...(redriven ? { redrivenAt: now, unclear: [] } : {}),
    ...aboutJob(job),
  });
  if (!taken && !(await isOurs(job, plan.hasTwin ? [] : added, ports)))
    return { kind: 'busy', afterMs: 2 * secondMs };
  return {
    kind: 'mine',
    claimedAt: now,
    sendTo,
    left,
    again,
    first: seen.attemptIds.length === 0,
    triedCount: seen.triedCount ?? 0,
    refused: refusedIn(decided),
  };
}

function idsFor(
  indexes: readonly number[],
  attemptIds: ReadonlyMap<number, string>,
): readonly string[] {
  return [...new Set(indexes.flatMap((index) => attemptIds.get(index) ?? []))];
}

/**
 * A write whose answer was lost is made again, by the SDK, and meets itself: a claim that names the attempts
 * drawn for this delivery is its own.
 */
async function isOurs(
  { messageId }: Job,
  attemptIds: readonly string[],
  { ledger }: DispatchPorts,
): Promise<boolean> {
  const last = attemptIds.at(-1);
  const seen = last === undefined ? undefined : await readRequest(ledger, messageId);
  return seen?.state === 'claimed' && seen.attemptIds.at(-1) === last;
}

/** What is decided now says nothing about a recipient whose mail SES has. */
function only(
  decided: Readonly<Record<string, DecidedOutcome>>,
  open: readonly number[],
): Record<string, DecidedOutcome> {
  const indexes = new Set(open.map(String));
  return Object.fromEntries(Object.entries(decided).filter(([index]) => indexes.has(index)));
}
