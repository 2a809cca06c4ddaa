/**
 * Keys of every item in every table, and who writes it. All tables have `pk` and `sk` (strings);
 * `ttl` (epoch seconds) where DynamoDB may forget the item.
 */
import { journalPartition } from './attempt-id.ts';

export type Key = { readonly pk: string; readonly sk: string };

/** Suppression table. Writers: feedback, suppression sync, operator. */
export const suppressionKeys = {
  /** One suppressed recipient in one scope. */
  entry: (recipientKey: string, scope: string): Key => ({ pk: recipientKey, sk: scope }),
  /** A reputation block seen for a recipient, so that an import does not mistake it for a dead address. */
  block: (recipientKey: string): Key => ({ pk: recipientKey, sk: 'block' }),
  /** Removals from SES's account list that wait for their turn at one call a second. */
  removals: 'ses-removal',
  removal: (recipientKey: string): Key => ({ pk: 'ses-removal', sk: recipientKey }),
  /** How far SES's account list has been imported. */
  importCursor: { pk: 'ses-import', sk: 'cursor' } satisfies Key,
} as const;

/** Scope of a suppression entry: everybody's mail, or one tenant's. */
export const suppressionScope = {
  global: 'global',
  tenant: (tenant: string) => `tenant#${tenant}`,
} as const;

/** Ledger table. Writers: dispatch (request, attempt, index, probe, rescue), feedback (event), operator (release, forget). */
export const ledgerKeys = {
  /** Claim, decided outcomes and attempts of one send request; pk is our message id. */
  request: (messageId: string): Key => ({ pk: messageId, sk: 'request' }),
  /** One SES event about one recipient of a message: dedupe, outcome and trace in one item. */
  event: (messageId: string, recipientIndex: number, kind: string, digest: string): Key => ({
    pk: messageId,
    sk: `event#${String(recipientIndex).padStart(2, '0')}#${kind}#${digest}`,
  }),
  /** Where the sort keys of a recipient's events begin. */
  eventsOf: (recipientIndex: number): string => `event#${String(recipientIndex).padStart(2, '0')}#`,
  /** Proof that SES took a mail that it had already: one item for each mail beyond the first. */
  twin: (messageId: string, recipientIndex: number, sesMessageId: string): Key => ({
    pk: messageId,
    sk: `twin#${String(recipientIndex).padStart(2, '0')}#${sesMessageId}`,
  }),
  /** Claim of one recipient's rescue, so that a mail is sent again once. */
  rescue: (messageId: string, recipientIndex: number): Key => ({
    pk: messageId,
    sk: `rescue#${String(recipientIndex).padStart(2, '0')}`,
  }),
  /** How many mails a pool was given as rescues for a provider on a UTC day; pair as `pairOf` writes it. */
  rescued: (pair: string, day: string): Key => ({ pk: `rescued#${pair}`, sk: day }),
  /**
   * What one dispatch batch handed to SES, written before the calls and completed after them: proof and
   * evidence journal at once, so it stands with what was sent in the same ten seconds (see attempt-id.ts).
   */
  attempt: (attemptId: string): Key => ({ pk: journalPartition(attemptId), sk: attemptId }),
  /** How many mails of a tenant have left although an order holds them: probes that decide. */
  probe: (orderId: string, tenant: string): Key => ({ pk: `probe#${orderId}`, sk: tenant }),
  /** What is known by SES's message id alone: events that carry no tag of ours, and the index item. */
  untagged: (sesMessageId: string): string => `ses#${sesMessageId}`,
  /** Which mail of ours SES gave this id, where `indexes.sesMessageId` is on. */
  sesIndex: (sesMessageId: string): Key => ({ pk: `ses#${sesMessageId}`, sk: 'index' }),
  /** Who keeps the mailboxes of a domain, as DNS said last. */
  provider: (domain: string): Key => ({ pk: `mx#${domain}`, sk: 'provider' }),
  /** Every mail to a recipient, where `indexes.recipient` is on. */
  recipientIndexes: (recipientKey: string): string => `recipient#${recipientKey}`,
  /** One mail to a recipient, in the order of time; `at` as ISO 8601. */
  recipientIndex: (
    recipientKey: string,
    mail: { readonly at: string; readonly messageId: string; readonly recipientIndex: number },
  ): Key => ({
    pk: `recipient#${recipientKey}`,
    sk: `${mail.at}#${mail.messageId}#${String(mail.recipientIndex).padStart(2, '0')}`,
  }),
  /** A tenant's mail of one UTC day (YYYY-MM-DD), where `indexes.tenant` is on. */
  tenantIndexes: (tenant: string, day: string): string => `tenant#${tenant}#${day}`,
  /** One mail of a tenant, in the order of time; `at` as ISO 8601. */
  tenantIndex: (
    tenant: string,
    mail: { readonly at: string; readonly messageId: string; readonly recipientIndex: number },
  ): Key => ({
    pk: `tenant#${tenant}#${mail.at.slice(0, 10)}`,
    sk: `${mail.at}#${mail.messageId}#${String(mail.recipientIndex).padStart(2, '0')}`,
  }),
} as const;

/** Directory table. Writers: seed (only what is absent), operator. */
export const directoryKeys = {
  tenant: (tenant: string): Key => ({ pk: `tenant#${tenant}`, sk: 'profile' }),
  pools: 'pool',
  pool: (pool: string): Key => ({ pk: 'pool', sk: pool }),
  streams: 'stream',
  stream: (stream: string): Key => ({ pk: 'stream', sk: stream }),
} as const;

/** Assignments table. Writers: seed (what is absent), rotation; nobody else. Dispatch reads a stream's partition every two seconds. */
export const assignmentKeys = {
  /** Everything that dispatch must know of a stream: assignments and orders. */
  ofStream: (stream: string): string => `stream#${stream}`,
  /** Weighted pools of a stream for every provider without an entry of its own. */
  stream: (stream: string): Key => ({ pk: `stream#${stream}`, sk: 'provider#*' }),
  /** The same for one provider. */
  provider: (stream: string, provider: string): Key => ({
    pk: `stream#${stream}`,
    sk: `provider#${provider}`,
  }),
  /** A part of the mail that is held or slowed; written once into each stream's partition that it concerns. */
  order: (stream: string, id: string): Key => ({ pk: `stream#${stream}`, sk: `order#${id}` }),
  /** Mail of a stream that may be sent once more, by decision. */
  rescue: (stream: string, id: string): Key => ({ pk: `stream#${stream}`, sk: `rescue#${id}` }),
  /** The kill switch and the autonomy of each kind of action; dispatch reads it too. */
  automation: { pk: 'automation', sk: 'switch' } satisfies Key,
  pools: 'pool',
  /** How a pool stands with a provider, or with all (`*`), and its warm-up there. */
  standing: (pool: string, provider: string): Key => ({
    pk: 'pool',
    sk: `${pool}#${provider}`,
  }),
} as const;

/**
 * Pacing table (regional). Writers: dispatch (cursors, hints, what is spent of allowances),
 * account (rate, switch states), rotation (caps).
 */
export const pacingKeys = {
  account: { pk: 'account', sk: 'cursor' } satisfies Key,
  /** How much pools may still send to providers; a pair without an item may send any number. */
  allowances: 'allowance',
  allowance: (pool: string, provider: string): Key => ({
    pk: 'allowance',
    sk: `${pool}#${provider}`,
  }),
  /** Everything about the switches of all streams. */
  switches: 'switch',
  /** What dispatch met last that concerns the whole stream. */
  switchHint: (stream: string): Key => ({ pk: 'switch', sk: `hint#${stream}` }),
  /** Whether the stream's queues are read; written by account alone. */
  switchState: (stream: string): Key => ({ pk: 'switch', sk: `state#${stream}` }),
} as const;

/**
 * Evidence table. Writers: operator (audit; of the board tests and who has an incident in hand), feedback
 * (failures, delays), rotation (sent counts, decisions), responder (incidents). What was sent in the last minutes
 * stands in the ledger's journal, which dispatch writes.
 */
export const evidenceKeys = {
  /** Who did what and why, one day a partition; day as YYYY-MM-DD. */
  audit: (day: string, at: string, id: string): Key => ({ pk: `audit#${day}`, sk: `${at}#${id}` }),
  /** Failures of mail that was sent within an hour (ISO 8601 to the hour). */
  failuresOf: (hour: string): string => `failures#${hour}`,
  /** One failure: `at` (send bucket, ISO 8601), then message, recipient and signal, so that it counts once. */
  failure: (hour: string, at: string, key: string): Key => ({
    pk: `failures#${hour}`,
    sk: `${at}#${key}`,
  }),
  /** Mail of an hour that SES took and no provider saw: it is no part of what was sent. */
  voidsOf: (hour: string): string => `voids#${hour}`,
  void: (hour: string, at: string, key: string): Key => ({
    pk: `voids#${hour}`,
    sk: `${at}#${key}`,
  }),
  /** Mail of an hour that a provider put off for a reason that says nothing of anybody's reputation. */
  delaysOf: (hour: string): string => `delays#${hour}`,
  delay: (hour: string, at: string, key: string): Key => ({
    pk: `delays#${hour}`,
    sk: `${at}#${key}`,
  }),
  /** What was sent, rolled up: level 1m, 10m or 6h; one partition a UTC day. */
  sentOf: (level: string, day: string): string => `sent#${level}#${day}`,
  sent: (level: string, day: string, start: string, chunk: number): Key => ({
    pk: `sent#${level}#${day}`,
    sk: `${start}#${String(chunk).padStart(2, '0')}`,
  }),
  /** How far the journal has been rolled up, and other cursors of rotation's own. */
  cursor: (name: string): Key => ({ pk: 'cursor', sk: name }),
  decisionsOf: (month: string): string => `decisions#${month}`,
  /** One decision; month as YYYY-MM, `at` as ISO 8601. */
  decision: (month: string, at: string, id: string): Key => ({
    pk: `decisions#${month}`,
    sk: `${at}#${id}`,
  }),
  /** All incidents that are open, in one item. */
  incidentBoard: { pk: 'incident-board', sk: 'open' } satisfies Key,
  incidentsOf: (month: string): string => `incidents#${month}`,
  /** One incident; its id begins with when it began, so that ids stand in the order of time. */
  incident: (id: string): Key => ({ pk: `incidents#${id.slice(0, 7)}`, sk: id }),
} as const;
