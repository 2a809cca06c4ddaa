/** How what stands in the ledger is read as "what became of it": for the client and the CLI alike. */
import { explainReason } from '../domain/explain-reason.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../domain/message-id.ts';
import { outcomeOf } from '../domain/outcome.ts';
import type { OutcomeName } from '../domain/reasons.ts';
import { unpackAttempt } from './attempt-codec.ts';
import {
  type AttemptEntry,
  type AttemptItem,
  type AttemptResult,
  type DecidedOutcome,
  type EventItem,
  eventItem,
  type RequestItem,
  requestItem,
} from './items.ts';
import { rescuesAmong, withRescues } from './rescue-facts.ts';

/** One thing that is known about a recipient; several may be true (delivered, then complained). */
export type RecipientFact = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who says so: our checks, an attempt to hand it to SES, or an SES event. */
  readonly source: 'check' | 'attempt' | 'event';
  /** What it says: an outcome, `retry`, `unknown`, or SES's event type in lower case. */
  readonly what: string;
  /** The outcome it stands for; a delivery delay stands for none. */
  readonly outcome?: OutcomeName;
  readonly reason?: string;
  readonly detail?: string;
  readonly pool?: string;
  readonly sesMessageId?: string;
  /** SES's bounceType/bounceSubType, delayType or complaintFeedbackType. */
  readonly type?: string;
  /** Enhanced status code of the mailbox provider. */
  readonly status?: string;
  /** Reply of the mailbox provider, with addresses removed. */
  readonly diagnostic?: string;
};

export type RecipientOutcome = {
  /** Position in the request; 0 for a message. Addresses are not stored. */
  readonly index: number;
  readonly recipientKey?: string;
  /** `pending` while nothing is known. */
  readonly outcome: OutcomeName | 'pending';
  readonly reason?: string;
  /** What the reason means and what to do. */
  readonly explanation?: string;
  readonly sesMessageIds: readonly string[];
  /** In the order of time. */
  readonly facts: readonly RecipientFact[];
};

export type RequestOutcome = {
  readonly messageId: string;
  /** The app's id; absent where the body could not be read. */
  readonly id?: string;
  readonly tenant?: string;
  readonly stream: string;
  readonly state: RequestItem['state'];
  readonly queueMessageId: string;
  /** Milliseconds since 1970. */
  readonly enqueuedAt: number;
  readonly recipients: readonly RecipientOutcome[];
};

/** Returns the message ids that a person's or app's id may stand for, the likeliest first. */
export function messageIdsFor(id: string, tenant: string): readonly string[] {
  return [
    messageIdOf(tenant, id),
    ...(/^[A-Za-z0-9_-]{22}$/.test(id) ? [id] : []),
    ...(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
      ? [messageIdOfQueueMessage(id.toLowerCase())]
      : []),
  ];
}

/**
 * Returns the checked items of a message's ledger partition; `request` is undefined for an unknown message. Its
 * attempts are followed by those of its rescues.
 */
export function sortPartition(items: readonly Record<string, unknown>[]): {
  readonly request: RequestItem | undefined;
  readonly events: readonly EventItem[];
} {
  const request = items.find((item) => item['sk'] === 'request');
  return {
    request: request ? withRescues(requestItem.parse(request), items) : undefined,
    events: items
      .filter((item) => String(item['sk']).startsWith('event#'))
      .map((item) => eventItem.parse(item)),
  };
}

/** Returns the checked attempts among raw items. */
export function readAttemptItems(
  items: readonly Record<string, unknown>[],
): readonly AttemptItem[] {
  return items.map((item) => unpackAttempt(item));
}

/** Returns what became of each recipient of a request; attempts and events may come in any order. */
export function outcomesOf(
  request: RequestItem,
  attempts: readonly AttemptItem[],
  events: readonly EventItem[],
): RequestOutcome {
  const { id, tenant } = request;
  return {
    messageId: request.pk,
    ...(id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
    stream: request.stream,
    state: request.state,
    queueMessageId: request.queueMessageId,
    enqueuedAt: request.enqueuedAt,
    recipients: Array.from({ length: Math.max(1, request.recipientCount) }, (_, index) =>
      recipientOutcome(index, request, attempts, events),
    ),
  };
}

function recipientOutcome(
  index: number,
  request: RequestItem,
  attempts: readonly AttemptItem[],
  events: readonly EventItem[],
): RecipientOutcome {
  const own = events.filter((event) => event.recipientIndex === index);
  const tried = attempts.flatMap((attempt) =>
    attempt.entries.flatMap((entry, position) =>
      entry.m === request.pk && entry.r === index ? [{ attempt, entry, position }] : [],
    ),
  );
  const attempted = tried.map(({ attempt, entry, position }) =>
    attemptFact(attempt, entry, position),
  );
  const rescues = rescuesAmong(attempted, own);
  const facts = [
    // What an attempt led to stands in the request too; the attempt knows more of it.
    ...decidedFacts(request, index).filter(
      (fact) =>
        !attempted.some(
          ({ outcome, reason }) => outcome === fact.outcome && reason === fact.reason,
        ),
    ),
    ...attempted,
    ...settledFacts(index, request, attempted, own),
    ...own.map(eventFact),
  ].sort((a, b) => a.at - b.at);
  // What SES has, our own checks cannot take back: an ambiguous mail may have been decided about later.
  const taken = facts.some(({ source, outcome }) => source !== 'check' && hasLeft(outcome));
  const last = outcomeOf(
    facts.flatMap(({ source, outcome, reason, at, sesMessageId = '' }) =>
      outcome &&
      !(taken && source === 'check') &&
      !(rescues.size > 0 && outcome === 'bounced' && !rescues.has(sesMessageId))
        ? [{ outcome, at, ...(reason ? { reason } : {}) }]
        : [],
    ),
  );
  const recipientKey = tried[0]?.entry.k ?? own.find((event) => event.recipientKey)?.recipientKey;
  const unanswered = last ? undefined : facts.find(({ what }) => what === 'unknown')?.reason;
  const reason = last?.reason ?? unanswered;
  const explanation = reason ? explainReason(reason) : undefined;
  return {
    index,
    ...(recipientKey ? { recipientKey } : {}),
    outcome: last?.outcome ?? 'pending',
    ...(reason ? { reason } : {}),
    ...(explanation ? { explanation } : {}),
    sesMessageIds: [...new Set(facts.flatMap(({ sesMessageId }) => sesMessageId ?? []))],
    facts,
  };
}

/** Any event about a mail says that SES took it, also where the answer to our call was lost. */
function settledFacts(
  index: number,
  request: RequestItem,
  attempted: readonly RecipientFact[],
  events: readonly EventItem[],
): readonly RecipientFact[] {
  if (attempted.some(({ outcome }) => outcome === 'accepted')) return [];
  const ats = events.map(({ at }) => at);
  if (ats.length === 0 && !request.settled?.includes(index)) return [];
  const at = Math.min(...ats, ...(ats.length === 0 ? [request.claimedAt] : []));
  const what = 'accepted' as const;
  return [{ at, source: 'event', what, outcome: what, reason: 'settled' }];
}

function hasLeft(outcome: OutcomeName | undefined): boolean {
  return outcome !== undefined && /^(accepted|delivered|bounced|complained)$/.test(outcome);
}

function decidedFacts(request: RequestItem, index: number): readonly RecipientFact[] {
  // What was said of the others is no word about a recipient that had its own outcome already.
  const entry: DecidedOutcome | undefined = request.decided[String(index)] ?? request.decided['*'];
  if (!entry) return [];
  return [
    {
      at: request.claimedAt,
      source: 'check',
      what: entry.outcome,
      outcome: entry.outcome,
      reason: entry.reason,
      ...(entry.detail ? { detail: entry.detail } : {}),
    },
  ];
}

function attemptFact(
  attempt: AttemptItem,
  { p: pool, e: kind }: AttemptEntry,
  position: number,
): RecipientFact {
  const result: AttemptResult | undefined = attempt.results?.[position];
  const at = attempt.completedAt ?? attempt.at;
  const common = { at, source: 'attempt' as const, pool };
  if (!result)
    return {
      ...common,
      what: 'unknown',
      reason: 'no-answer',
      detail: 'handed to SES, no answer recorded: sent or not, an SES event will tell',
    };
  if ('ses' in result)
    return {
      ...common,
      what: 'accepted',
      outcome: 'accepted',
      ...(kind === 'rescue' ? { reason: 'rescued' } : {}),
      sesMessageId: result.ses,
    };
  const { outcome, reason, detail } = result;
  return {
    ...common,
    what: outcome,
    ...(outcome === 'rejected' || outcome === 'parked' ? { outcome } : {}),
    reason,
    ...(detail ? { detail } : {}),
  };
}

function eventFact(event: EventItem): RecipientFact {
  const { at, kind, outcome, reason, sesMessageId, type, status, diagnostic } = event;
  return {
    at,
    source: 'event',
    what: kind,
    ...(outcome ? { outcome } : {}),
    ...(reason ? { reason } : {}),
    sesMessageId,
    ...(type ? { type } : {}),
    ...(status ? { status } : {}),
    ...(diagnostic ? { diagnostic } : {}),
  };
}
