import { readAttempts, readRequest } from '../../adapters/ledger.ts';
import { type MailRef, readEventsOf } from '../../adapters/rescue-store.ts';
import type { AttemptItem, EventItem, RequestItem } from '../../contract/items.ts';
import { isUnsent, originOfEntry } from '../../contract/sent-mail.ts';
import { type BounceReason, bounceReasons } from '../../domain/classification/reasons.ts';
import type { Origin } from '../../domain/evidence/model.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import type { DispatchPorts } from './ports.ts';

/** A mail that bounced, as the ledger proves it. */
export type ProvenLoss = {
  readonly request: RequestItem;
  readonly origin: Origin;
  /** The attempt whose mail bounced last: where its content is kept. */
  readonly attempt: { readonly attemptId: string; readonly at: EpochMs };
  readonly isStored: boolean;
  readonly reason: BounceReason;
  readonly bounceSubType: string;
  readonly wasDelivered: boolean;
};

/** `open`: SES has or may have a mail of it that has not bounced yet. */
export type Proof =
  | { readonly kind: 'lost'; readonly loss: ProvenLoss }
  | { readonly kind: 'open' }
  | { readonly kind: 'unknown' };

/**
 * Returns what the ledger proves about one recipient of a message. It is lost when every mail that SES has
 * taken, or may have, has bounced. Two reads and a query, all strongly consistent.
 */
export async function proveLost(mail: MailRef, { ledger }: DispatchPorts): Promise<Proof> {
  const request = await readRequest(ledger, mail.messageId);
  if (!request) return { kind: 'unknown' };
  const [attempts, events] = await Promise.all([
    readAttempts(ledger, request.attemptIds),
    readEventsOf(ledger, mail),
  ]);
  return readProof({ request, attempts, events }, mail);
}

/** Events that only a mail brings which arrived. */
const arrived: ReadonlySet<string> = new Set(['delivery', 'complaint', 'open', 'click']);

function readProof(
  known: {
    readonly request: RequestItem;
    readonly attempts: readonly AttemptItem[];
    readonly events: readonly EventItem[];
  },
  { recipientIndex }: MailRef,
): Proof {
  const { request, attempts, events } = known;
  const taken = attempts.flatMap((attempt) =>
    attempt.entries.flatMap((entry, position) => {
      const result = attempt.results?.[position];
      const isMeant = entry.m === request.pk && entry.r === recipientIndex;
      return isMeant && !isUnsent(result) ? [{ attempt, entry, result }] : [];
    }),
  );
  const bounces = events
    .filter(({ outcome }) => outcome === 'bounced')
    .toSorted((a, b) => a.at - b.at);
  const bounced = new Set(bounces.map(({ sesMessageId }) => sesMessageId));
  const last = bounces.at(-1);
  if (!last || bounced.size < taken.length) return { kind: 'open' };
  const sent = taken.find(
    ({ result }) => result && 'ses' in result && result.ses === last.sesMessageId,
  );
  const reason = reasonOf(last);
  if (!sent || reason === undefined) return { kind: 'unknown' };
  const { sk: attemptId, at, stream, storedSeconds } = sent.attempt;
  const loss: ProvenLoss = {
    request,
    origin: originOfEntry(sent.entry, stream),
    attempt: { attemptId, at: epochMs(at) },
    isStored: storedSeconds !== undefined,
    reason,
    bounceSubType: last.type?.split('/')[1] ?? '',
    wasDelivered: events.some(({ kind }) => arrived.has(kind)),
  };
  return { kind: 'lost', loss };
}

function reasonOf({ reason = '' }: EventItem): BounceReason | undefined {
  return isReason(reason) ? reason : undefined;
}

function isReason(text: string): text is BounceReason {
  return Object.hasOwn(bounceReasons, text);
}
