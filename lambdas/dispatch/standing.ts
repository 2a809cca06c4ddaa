import { readAttempts, readHeardOf, readRequest } from '../../adapters/ledger.ts';
import type { AttemptItem, DecidedOutcome, RequestItem } from '../../contract/items.ts';
import { type EpochMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import type { DispatchPorts } from './ports.ts';

/** What tells one request from another. */
export type Identity = {
  readonly record: QueueRecord;
  readonly messageId: string;
  readonly digest: string;
  readonly recipientCount: number;
};

/** One recipient that was refused, by us or by SES. */
export type Refused = { readonly index: number; readonly reason: string; readonly detail?: string };

/** Where a request stands of which the ledger knows already. */
export type Standing =
  /** Everything about it is decided; `refused` are the recipients the app must have been told about. */
  | { readonly kind: 'repeated'; readonly refused: readonly Refused[] }
  /** The id stands for another request. */
  | { readonly kind: 'reused' }
  /** Another delivery is at it, or SES may still tell what became of it. */
  | { readonly kind: 'busy'; readonly afterMs: number; readonly ambiguousCount: number }
  /** It may be taken over: `open` recipients have no outcome yet, of `ambiguous` ones nobody knows. */
  | {
      readonly kind: 'open';
      readonly seen: RequestItem;
      readonly open: readonly number[];
      readonly ambiguous: readonly number[];
    };

/** After this a claim's holder cannot be alive: the function's time-out and a margin. */
const holderAliveMs = 150 * secondMs;

/** How long an event of SES may settle an ambiguous attempt before policy decides. */
const settleMs = 15 * minuteMs;

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
  const states = standingByRecipient(seen, attempts);
  if (other) return corrected(seen, states, identity);
  const undecided = Array.from({ length: seen.recipientCount }, (_, index) => index).filter(
    (index) => states.get(index) !== 'final' && !isDecided(seen, index),
  );
  if (seen.state === 'decided' || undecided.length === 0)
    return { kind: 'repeated', refused: refusedOf(seen, attempts) };
  const unclear = undecided.filter((index) => states.get(index) === 'ambiguous');
  const heard = unclear.length > 0 ? await readHeardOf(ports.ledger, seen.pk) : new Set<number>();
  const ambiguous = unclear.filter((index) => !heard.has(index));
  const wait = mustWait(seen, ambiguous.length, identity.record, now);
  if (wait !== undefined) return busy(wait, ambiguous.length);
  return { kind: 'open', seen, open: undecided.filter((index) => !heard.has(index)), ambiguous };
}

/** A rejected request of which nobody got anything may come again with other content. */
function corrected(
  seen: RequestItem,
  states: ReadonlyMap<number, RecipientState>,
  { recipientCount }: Identity,
): Standing {
  const sent = [...states.values()].some((state) => state !== 'unsent');
  const open = Array.from({ length: recipientCount }, (_, index) => index);
  return sent ? { kind: 'reused' } : { kind: 'open', seen, open, ambiguous: [] };
}

/** A person saw that the attempt is ambiguous and sent it again with `dlq redrive`. */
export function isRedriven(seen: RequestItem, record: QueueRecord): boolean {
  return seen.state === 'waiting' && record.redriven && isParkedAsAmbiguous(seen);
}

function isParkedAsAmbiguous({ decided }: RequestItem): boolean {
  return Object.values(decided).some(({ reason }) => reason === 'ambiguous');
}

/** Returns how long a request may not be taken over yet, milliseconds. */
function mustWait(
  seen: RequestItem,
  ambiguousCount: number,
  record: QueueRecord,
  now: EpochMs,
): number | undefined {
  const ageMs = now - seen.claimedAt;
  // A duplicate often comes while its twin is being sent: it looks again soon, then ever later.
  const againMs = secondMs * 2 ** Math.min(record.receiveCount, 6);
  if (seen.state === 'claimed' && ageMs < holderAliveMs)
    return Math.min(againMs, holderAliveMs - ageMs);
  return ambiguousCount > 0 && ageMs < settleMs && !isRedriven(seen, record)
    ? settleMs - ageMs
    : undefined;
}

/** The app may correct a rejected request and use its id again, so a rejection of the whole is no end. */
function isDecided(seen: RequestItem, index: number): boolean {
  if (seen.state === 'rejected') return false;
  const own = seen.decided[String(index)];
  return own !== undefined && terminal.has(own.outcome);
}

type RecipientState = 'final' | 'ambiguous' | 'unsent';

/** What earlier attempts say about each recipient; an attempt that is not there was never sent. */
function standingByRecipient(
  seen: RequestItem,
  attempts: readonly AttemptItem[],
): ReadonlyMap<number, RecipientState> {
  const states = new Map<number, RecipientState>();
  for (const { entries, results, at } of attempts)
    for (const [position, entry] of entries.entries()) {
      if (entry.m !== seen.pk) continue;
      const result = results?.[position];
      const unclear = at < (seen.redrivenAt ?? 0) ? 'unsent' : 'ambiguous';
      const now: RecipientState =
        result === undefined || ('outcome' in result && result.outcome === 'unknown')
          ? unclear
          : 'ses' in result || result.outcome === 'rejected'
            ? 'final'
            : 'unsent';
      states.set(entry.r, clearest(states.get(entry.r), now));
    }
  return states;
}

/** Once final stays final; once ambiguous stays so until an attempt is final. */
function clearest(before: RecipientState | undefined, now: RecipientState): RecipientState {
  if (before === 'final' || now === 'final') return 'final';
  return before === 'ambiguous' || now === 'ambiguous' ? 'ambiguous' : 'unsent';
}

function refusedOf(seen: RequestItem, attempts: readonly AttemptItem[]): readonly Refused[] {
  const decided = Object.entries(seen.decided).flatMap(([index, why]): Refused[] =>
    index !== '*' && why.outcome === 'rejected' ? [refusal(Number(index), why)] : [],
  );
  const bySes = attempts.flatMap(({ entries, results }) =>
    entries.flatMap(({ m, r }, position): Refused[] => {
      const result = results?.[position];
      return m === seen.pk && result && 'outcome' in result && result.outcome === 'rejected'
        ? [refusal(r, result)]
        : [];
    }),
  );
  return [...decided, ...bySes];
}

function refusal(index: number, why: Pick<DecidedOutcome, 'reason' | 'detail'>): Refused {
  return { index, reason: why.reason, ...(why.detail === undefined ? {} : { detail: why.detail }) };
}

function busy(afterMs: number, ambiguousCount = 0): Standing {
  return { kind: 'busy', afterMs, ambiguousCount };
}
