import { noteProgress, readAttempts, readHeardOf, readRequest } from '../../adapters/ledger.ts';
import type { RequestItem } from '../../contract/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { settleMs } from '../../domain/second-attempt.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import type { DispatchPorts } from './ports.ts';
import { isTelling, type Progress, progressOf, type Refused, refusedIn } from './progress.ts';

/** What tells one request from another. */
export type Identity = {
  readonly record: QueueRecord;
  readonly messageId: string;
  readonly digest: string;
  readonly recipientCount: number;
};

/** What a request keeps of its attempts, by recipient index. */
export type Noted = { readonly settled: number[]; readonly unclear: number[] };

/** Where a request stands of which the ledger knows already. */
export type Standing =
  /** Everything about it is decided; `refused` are the recipients the app must have been told about. */
  | { readonly kind: 'repeated'; readonly refused: readonly Refused[] }
  /** The id stands for another request. */
  | { readonly kind: 'reused' }
  /** Another delivery is at it, or SES may still tell what became of it. */
  | { readonly kind: 'busy'; readonly afterMs: number }
  /** It may be taken over. */
  | {
      readonly kind: 'open';
      readonly seen: RequestItem;
      /** What its attempts say: every later word keeps it. */
      readonly noted: Noted;
      /** Those of its attempts that a later word must name; the others were never sent. */
      readonly attemptIds: readonly string[];
      /** Recipients that have no outcome yet. */
      readonly open: readonly number[];
      /** Those of them of whom nobody knows whether SES has their mail, and who are left to a person. */
      readonly left: readonly number[];
      /** Those whose mail SES may have: an attempt for them sends it again. */
      readonly again: Progress['again'];
    };

/** After this a claim's holder cannot be alive: the function's time-out and a margin. */
export const holderAliveMs = 150 * secondMs;

/**
 * How often a mail without an answer is sent again before a person is asked: where SES takes mail and
 * never says so, each time more is one more copy.
 */
const resendsMax = 2;

/** Outcomes that no later delivery changes. */
const terminal: ReadonlySet<string> = new Set(['rejected', 'suppressed', 'expired']);

/**
 * Returns where a request stands after somebody else had the first word. Every later word (a claim, a
 * hold, an expiry, a rejection) goes through here, so that none forgets what was sent before.
 */
export async function readStanding(
  identity: Identity,
  ports: DispatchPorts,
  now: EpochMs,
): Promise<Standing> {
  const seen = await readRequest(ports.ledger, identity.messageId);
  if (!seen) return busy(secondMs);
  const other = seen.digest !== identity.digest;
  if (other && seen.state !== 'rejected') return { kind: 'reused' };
  const attempts = await readAttempts(ports.ledger, seen.attemptIds);
  const progress = progressOf(seen, attempts);
  if (other) return corrected(seen, progress, identity);
  const undecided = undecidedOf(seen, progress);
  if (seen.state === 'decided' || undecided.length === 0)
    return { kind: 'repeated', refused: refusedOf(seen, progress) };
  const ageMs = now - seen.claimedAt;
  if (seen.state === 'claimed' && ageMs < holderAliveMs)
    return busy(Math.min(againMs(identity.record), holderAliveMs - ageMs));
  const look = await noteUnclear(seen, progress, undecided, ports);
  if (!look) return busy(secondMs);
  const { noted } = look;
  const { unclear: ambiguous } = noted;
  const open = undecided.filter((index) => !noted.settled.includes(index));
  const waitsElsewhere = isStaleCopy(seen, identity.record) && open.length === ambiguous.length;
  if (open.length === 0 || waitsElsewhere)
    return { kind: 'repeated', refused: refusedOf(seen, progress) };
  const redriven = isRedriven(seen, identity.record);
  if (ambiguous.length > 0 && ageMs < settleMs && !redriven) return busy(settleMs - ageMs);
  const { again, unanswered } = progress;
  const isLeft = (index: number) =>
    ports.policy.ambiguous === 'leave' ||
    isParkedAsAmbiguous(seen) ||
    (unanswered.get(index) ?? 0) > resendsMax;
  const left = redriven ? [] : ambiguous.filter(isLeft);
  const telling = attempts.filter((attempt) => isTelling(seen.pk, attempt)).map(({ sk }) => sk);
  const kept = { seen: keeping(look.seen, progress), attemptIds: telling };
  return { kind: 'open', ...kept, noted, open, left, again };
}

/** A rejected request of which nobody got anything may come again with other content. */
function corrected(
  seen: RequestItem,
  { settled, refused, unclear }: Progress,
  { recipientCount }: Identity,
): Standing {
  if (settled.size + refused.size + unclear.size > 0) return { kind: 'reused' };
  const open = Array.from({ length: recipientCount }, (_, index) => index);
  const noted = { settled: [], unclear: [] };
  return { kind: 'open', seen, attemptIds: [], noted, open, left: [], again: new Map() };
}

/**
 * Asks SES's events about the recipients whose mail SES may have. What is new about them is noted in the
 * request, once for all who look; who notes it counts it. Returns undefined when somebody was faster.
 */
async function noteUnclear(
  seen: RequestItem,
  progress: Progress,
  undecided: readonly number[],
  ports: DispatchPorts,
): Promise<{ readonly seen: RequestItem; readonly noted: Noted } | undefined> {
  const maybe = undecided.filter((index) => progress.again.has(index));
  const heard = maybe.length > 0 ? await readHeardOf(ports.ledger, seen.pk) : new Set<number>();
  const settled = maybe.filter((index) => heard.has(index));
  const ambiguous = maybe.filter((index) => progress.unclear.has(index) || heard.has(index));
  const became = ambiguous.filter((index) => !seen.unclear?.includes(index));
  const noted: Noted = {
    settled: [...progress.settled, ...settled].sort((a, b) => a - b),
    unclear: ambiguous.filter((index) => !heard.has(index)),
  };
  if (became.length + settled.length === 0) return { seen, noted };
  const written = await noteProgress(ports.ledger, seen, noted);
  if (!written) return undefined;
  ports.tally.count(metrics.ambiguous, became.length);
  ports.tally.count(metrics.settled, settled.length);
  return { seen: written, noted };
}

/**
 * A person saw that the attempt is ambiguous and sent it again with `dlq redrive`. Of several copies only
 * one that was parked after the last claim says so: an older one was parked before anybody could see it.
 */
export function isRedriven(seen: RequestItem, { parkedAt }: QueueRecord): boolean {
  return isParkedAsAmbiguous(seen) && parkedAt !== undefined && parkedAt >= seen.claimedAt;
}

/** An older copy of a message that is parked as ambiguous: the younger one waits for the person. */
function isStaleCopy(seen: RequestItem, { parkedAt }: QueueRecord): boolean {
  return isParkedAsAmbiguous(seen) && parkedAt !== undefined && parkedAt < seen.claimedAt;
}

function isParkedAsAmbiguous({ state, decided }: RequestItem): boolean {
  return state === 'waiting' && Object.values(decided).some(({ reason }) => reason === 'ambiguous');
}

/** A duplicate often comes while its twin is being sent: it looks again soon, then ever later. */
function againMs({ receiveCount }: QueueRecord): number {
  return secondMs * 2 ** Math.min(receiveCount, 6);
}

function undecidedOf(seen: RequestItem, { settled, refused }: Progress): readonly number[] {
  return Array.from({ length: seen.recipientCount }, (_, index) => index).filter(
    (index) => !settled.has(index) && !refused.has(index) && !isDecided(seen, index),
  );
}

/** The app may correct a rejected request and use its id again, so a rejection of the whole is no end. */
function isDecided(seen: RequestItem, index: number): boolean {
  if (seen.state === 'rejected') return false;
  const own = seen.decided[String(index)];
  return own !== undefined && terminal.has(own.outcome);
}

function refusedOf(seen: RequestItem, { refused }: Progress): readonly Refused[] {
  const decided = refusedIn(seen.decided).map((one) => [one.index, one] as const);
  return [...new Map([...decided, ...refused]).values()];
}

/** The request with SES's refusals in it as well, so that a later word keeps them. */
function keeping(seen: RequestItem, { refused }: Progress): RequestItem {
  const bySes = [...refused.values()].map(
    ({ index, ...why }) => [String(index), { outcome: 'rejected' as const, ...why }] as const,
  );
  return { ...seen, decided: { ...seen.decided, ...Object.fromEntries(bySes) } };
}

function busy(afterMs: number): Standing {
  return { kind: 'busy', afterMs };
}
