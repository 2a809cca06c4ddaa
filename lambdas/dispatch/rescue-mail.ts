import type { StreamAssignment } from '../../adapters/assignment-store.ts';
import { takeRescue } from '../../adapters/rescue-store.ts';
import { bucketAt, bucketOf } from '../../contract/attempt-id.ts';
import { pairOf, type RescueItem, type RescueRequest } from '../../contract/rescue.ts';
import type { Region } from '../../domain/evidence/model.ts';
import { isTimeout, mayRescue, type Rescue, rescueShareMax } from '../../domain/rotation/rescue.ts';
import { isSuspected, suspectsOf } from '../../domain/rotation/rescue-suspects.ts';
import { type EpochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { claimOnce } from './claim-rescue.ts';
import { done, type Fate, later } from './job.ts';
import { withoutSpent } from './keep-allowances.ts';
import { withoutHeld } from './obey-orders.ts';
import type { DispatchPorts } from './ports.ts';
import { type ProvenLoss, proveLost } from './prove-lost.ts';
import { poolFor, writeAgain } from './rescue-entry.ts';
import type { Entry } from './send-attempt.ts';
import { sendRescue, tellRescued } from './send-rescue.ts';

/**
 * Sends one mail once more that its pool lost, or says what happens to the message that asks for it. Who
 * asks proves nothing: a decision of rotation must cover it and the ledger must say that it bounced.
 * @see docs/decisions/0019-rescue.md
 */
export async function rescueMail(
  asked: RescueRequest,
  record: QueueRecord,
  ports: DispatchPorts,
): Promise<Fate> {
  const assignment = await ports.readAssignment();
  const rescue = assignment.rescues.find(({ id }) => id === asked.rescue);
  const now = ports.clock();
  if (!ports.policy.rescue || !rescue || rescue.until <= now) return drop('not-decided', ports);
  const proof = await proveLost(asked, ports);
  if (proof.kind === 'unknown') return drop('unproven', ports);
  if (proof.kind === 'open') return waitForBounce(rescue, ports);
  const { loss } = proof;
  if (!isCovered(loss, rescue)) return drop('not-the-pool', ports);
  const pool = poolFor(loss, { rescue, assignment }, ports);
  const { provider } = loss.origin;
  const volume = rescue.volumes[pairOf({ pool, provider })] ?? 0;
  const verdict = judge(loss, rescue, {
    pool,
    volume,
    suspects: suspectsNow(assignment, rescue, now),
  });
  if (!verdict.may) return verdict.why === 'too-many' ? later(hourMs) : drop(verdict.why, ports);
  const entry = await writeAgain(asked, { record, loss, pool }, ports);
  if (typeof entry === 'string') return drop(entry, ports);
  const waitMs = await waitFor(entry, ports);
  if (waitMs !== undefined) return later(waitMs);
  return claimAndSend(asked, { record, loss, entry, volume }, ports);
}

/** What rotation suspected a minute ago, and whom orders name now. */
function suspectsNow(
  { orders }: StreamAssignment,
  { suspects }: RescueItem,
  now: EpochMs,
): readonly Region[] {
  return [...suspects, ...suspectsOf({ history: [], orders, now })];
}

/** Room is asked for when the mail is written; that it leaves once, and how many may, when it is claimed. */
function judge(
  loss: ProvenLoss,
  { cause }: RescueItem,
  known: {
    readonly pool: string;
    readonly volume: number;
    readonly suspects: readonly Region[];
  },
): Rescue {
  const { pool, volume, suspects } = known;
  const { reason, bounceSubType, wasDelivered, origin } = loss;
  return mayRescue(
    {
      ...{ reason, bounceSubType, wasDelivered, wasRescued: false },
      ...{ tenant: origin.tenant, pool: origin.pool },
    },
    {
      cause,
      suspects: new Set(isSuspected(origin, suspects) ? [origin.tenant] : []),
      target: { pool, room: 1, sentToday: volume, rescuedToday: 0 },
    },
  );
}

async function claimAndSend(
  asked: RescueRequest,
  known: {
    readonly record: QueueRecord;
    readonly loss: ProvenLoss;
    readonly entry: Entry;
    readonly volume: number;
  },
  ports: DispatchPorts,
): Promise<Fate> {
  const { record, loss, entry, volume } = known;
  const mayTake = () => {
    // What our own time limit ended goes back to its pool, and is part of its volume already.
    if (isTimeout(loss)) return Promise.resolve(true);
    const most = volume * rescueShareMax;
    return takeRescue(ports.ledger, entry, { most, now: ports.clock() });
  };
  const claim = await claimOnce(asked, mayTake, ports);
  switch (claim.kind) {
    case 'mine':
      return sendRescue(entry, claim.attemptId, record, ports);
    case 'busy':
      return later(claim.afterMs);
    case 'none-left':
      return later(hourMs);
    case 'sent':
      // Whoever sent it may have died before telling.
      if (record.receiveCount > 1) await tellRescued(entry, claim.sesMessageId, ports);
      return done;
    case 'over':
      return drop('twice', ports);
  }
}

/** Orders and spent allowances make it wait as they make any mail wait; it is no probe. */
async function waitFor(entry: Entry, ports: DispatchPorts): Promise<number | undefined> {
  const free = await withoutHeld([entry], ports);
  const allowed = await withoutSpent(free.entries, ports);
  const [waiting] = [...free.waiting, ...allowed.waiting];
  const until = waiting?.until ?? allowed.entries[0]?.probe?.until;
  return until === undefined ? undefined : Math.max(minuteMs, until - ports.clock());
}

/** Mail of the refused pool, at the provider that refused it, since that began. */
function isCovered({ origin, attempt }: ProvenLoss, { from, region, since }: RescueItem): boolean {
  return (
    origin.pool === from &&
    (region.provider === undefined || region.provider === origin.provider) &&
    bucketOf(attempt.attemptId) >= bucketAt(since)
  );
}

/** A delayed mail is booked as refused and may still arrive: it is looked at again, ever more seldom. */
function waitForBounce({ since }: RescueItem, { clock }: DispatchPorts): Fate {
  return later(Math.min(hourMs, Math.max(5 * minuteMs, clock() - since)));
}

function drop(why: string, { tally }: DispatchPorts): Fate {
  tally.unrescued(why);
  return done;
}
