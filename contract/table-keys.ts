/**
 * Keys of every item in every table, and who writes it. All tables have `pk` and `sk` (strings);
 * `ttl` (epoch seconds) where DynamoDB may forget the item.
 */

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

/** Ledger table. Writers: dispatch (request, attempt, index), feedback (event), operator (release, forget). */
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
  /** What one dispatch batch handed to SES, written before the calls and completed after them. */
  attempt: (attemptId: string): Key => ({ pk: attemptId, sk: 'attempt' }),
  /** What is known by SES's message id alone: events that carry no tag of ours, and the index item. */
  untagged: (sesMessageId: string): string => `ses#${sesMessageId}`,
  /** Which mail of ours SES gave this id, where `indexes.sesMessageId` is on. */
  sesIndex: (sesMessageId: string): Key => ({ pk: `ses#${sesMessageId}`, sk: 'index' }),
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
} as const;

/** Directory table. Writers: seed (only what is absent), operator. */
export const directoryKeys = {
  tenant: (tenant: string): Key => ({ pk: `tenant#${tenant}`, sk: 'profile' }),
  pools: 'pool',
  pool: (pool: string): Key => ({ pk: 'pool', sk: pool }),
  streams: 'stream',
  stream: (stream: string): Key => ({ pk: 'stream', sk: stream }),
} as const;

/** Assignments table. Writer: seed now, rotation once it exists; nobody else. */
export const assignmentKeys = {
  /** Weighted pools of a stream for every provider; a provider's own entry will stand beside it. */
  stream: (stream: string): Key => ({ pk: `stream#${stream}`, sk: 'provider#*' }),
} as const;

/** Pacing table (regional). Writers: dispatch (cursors, hints, allowances), account (rate, switch states). */
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

/** Evidence table. Writers: operator (audit) now; dispatch, feedback and rotation with the reputation loop. */
export const evidenceKeys = {
  /** Who did what and why, one day a partition; day as YYYY-MM-DD. */
  audit: (day: string, at: string, id: string): Key => ({ pk: `audit#${day}`, sk: `${at}#${id}` }),
} as const;
