import {
  recipientIndexItem,
  type TenantIndexItem,
  tenantIndexItem,
} from '../../contract/index-items.ts';
import { eventItem } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { type Fact, outcomeOf } from '../../domain/outcome.ts';
import { outcomes } from '../../domain/reasons.ts';
import { dayMs, epochMs } from '../../domain/time.ts';
import type { TracedMail } from '../../domain/trace/model.ts';
import { journalCursor, searchJournal } from './trace-journal.ts';
import type { Answered, TraceHand, TraceQuestion } from './trace-question.ts';

export type TenantQuestion = Extract<TraceQuestion, { readonly ask: 'tenant' }>;

/** The index has a partition for each tenant. */
type OneTenantQuestion = TenantQuestion & { readonly tenant: string };

/** Mails of a recipient that are named besides the latest, whose time line is read too. */
const recipientMails = 5;

/** Items of the index that are read before their events are, two of them each. */
const chunk = 6;
const eventsOfMail = 2;

/** Days without mail that are looked at in one answer: each costs a call. */
const emptyDaysMax = 60;

/** Returns a recipient's latest mails, newest first, of one tenant or of every one. */
export async function searchRecipient(
  { backend, reads }: TraceHand,
  recipientKey: string,
  tenant: string | undefined,
): Promise<{ readonly mails: readonly TracedMail[]; readonly isCut: boolean }> {
  const { items, isCut } = await reads.query(backend.tables.ledger, {
    pk: ledgerKeys.recipientIndexes(recipientKey),
    descending: true,
    countMax: recipientMails,
  });
  const found = items
    .map((raw) => recipientIndexItem.parse(raw))
    .filter((item) => tenant === undefined || item.tenant === tenant)
    .map(({ sk, messageId, recipientIndex, tenant: whose, sesMessageId }) => ({
      ...{
        messageId,
        recipientIndex,
        tenant: whose,
        at: epochMs(Date.parse(sk.split('#')[0] ?? '')),
      },
      ...(sesMessageId === undefined ? {} : { sesMessageId }),
    }));
  return { mails: onceEach(found), isCut };
}

/**
 * Returns the mails of a time, newest first, as far as the items that may be read reach: a tenant's by the index
 * where there is one, else, and those of everybody, from the journal of attempts.
 */
export async function searchTenant(hand: TraceHand, question: TenantQuestion): Promise<Answered> {
  const { tenant } = question;
  if (tenant === undefined || question.from?.startsWith(journalCursor))
    return searchJournal(hand, question);
  const { mails, lookedAt, next } = await searchIndex(hand, { ...question, tenant });
  if (lookedAt === 0 && question.from === undefined) return searchJournal(hand, question);
  return {
    mails,
    ...(next === undefined ? {} : { next }),
    remarks: mails.length === 0 ? [`none of the ${lookedAt} mails looked at is meant`] : [],
  };
}

type Searched = {
  readonly mails: readonly TracedMail[];
  readonly lookedAt: number;
  readonly next?: string;
};

async function searchIndex(hand: TraceHand, question: OneTenantQuestion): Promise<Searched> {
  const { reads } = hand;
  const since = new Date(question.since).toISOString();
  const mails: TracedMail[] = [];
  let lookedAt = 0;
  let before = question.from ?? new Date(question.until).toISOString();
  for (let emptyDays = 0; before > since && emptyDays < emptyDaysMax; ) {
    const countMax = Math.min(chunk, Math.floor(reads.left() / (1 + eventsOfMail)));
    if (countMax === 0) return { mails, lookedAt, next: before };
    const { items, isCut } = await readDay(hand, question, { since, before, countMax });
    lookedAt += items.length;
    const known = await Promise.all(
      items
        .filter(({ stream }) => question.stream === undefined || stream === question.stream)
        .map((item) => mailOf(hand, item, question.tenant)),
    );
    mails.push(...known.filter(({ outcome }) => isWanted(outcome, question.outcome)));
    const last = items.at(-1);
    if (last && isCut) before = justBefore(last.sk);
    else {
      emptyDays += 1;
      before = dayBefore(before);
    }
  }
  return { mails, lookedAt };
}

/** The index has one partition a day; `before` is in the day that is read. */
async function readDay(
  { backend, reads }: TraceHand,
  { tenant }: OneTenantQuestion,
  range: { readonly since: string; readonly before: string; readonly countMax: number },
): Promise<{ readonly items: readonly TenantIndexItem[]; readonly isCut: boolean }> {
  const { since, before, countMax } = range;
  const { items, isCut } = await reads.query(backend.tables.ledger, {
    pk: ledgerKeys.tenantIndexes(tenant, dayOf(before)),
    between: { first: since, last: before },
    descending: true,
    countMax,
  });
  return { items: items.map((raw) => tenantIndexItem.parse(raw)), isCut };
}

/** What an index item says was known when it was written; SES's events may say more. */
async function mailOf(
  { backend, reads }: TraceHand,
  item: TenantIndexItem,
  tenant: string,
): Promise<TracedMail> {
  const { pk: _pk, sk: _sk, ttl: _ttl, at, outcome, reason, ...mail } = item;
  const first = ledgerKeys.eventsOf(item.recipientIndex);
  const { items } = await reads.query(backend.tables.ledger, {
    pk: item.messageId,
    between: { first, last: `${first}~` },
    countMax: eventsOfMail,
  });
  const said = items
    .map((raw) => eventItem.parse(raw))
    .flatMap((event) => (event.outcome ? [{ ...event, outcome: event.outcome }] : []));
  const own = outcomes.find((name) => name === outcome);
  const facts: readonly Fact[] = [
    ...(own ? [{ outcome: own, at, ...(reason === undefined ? {} : { reason }) }] : []),
    ...said,
  ];
  const last = outcomeOf(facts);
  const why = last ? last.reason : reason;
  return {
    ...mail,
    tenant,
    at: epochMs(at),
    outcome: last?.outcome ?? outcome,
    ...(why === undefined ? {} : { reason: why }),
  };
}

/** Tells whether an outcome is asked for. */
export function isWanted(outcome: string | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || outcome === wanted;
}

/** A mail that was sent again has an item for each attempt: the latest one stands for it. */
function onceEach(mails: readonly TracedMail[]): readonly TracedMail[] {
  const seen = new Set<string>();
  return mails.filter(({ messageId, recipientIndex }) => {
    const key = `${messageId}|${recipientIndex}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Returns the last text that sorts before a sort key, among those that may be keys. */
function justBefore(key: string): string {
  return `${key.slice(0, -1)}${String.fromCharCode(key.charCodeAt(key.length - 1) - 1)}~`;
}

/** Midnight itself belongs to the day before: nothing of a day sorts before its first instant. */
function dayOf(before: string): string {
  const instant = Date.parse(before.slice(0, isoCharacters));
  const isMidnight = instant % dayMs === 0 && before.length === isoCharacters;
  return new Date(isMidnight ? instant - 1 : instant).toISOString().slice(0, 10);
}

function dayBefore(before: string): string {
  return new Date(Date.parse(dayOf(before))).toISOString();
}

/** `2026-03-01T09:00:00.000Z` */
const isoCharacters = 24;
