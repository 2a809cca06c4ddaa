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

/** Ledger table. Writers: dispatch (request, attempt), feedback (event), operator (release). */
export const ledgerKeys = {
  /** Claim, decided outcomes and attempts of one send request; pk is our message id. */
  request: (messageId: string): Key => ({ pk: messageId, sk: 'request' }),
  /** One SES event about one recipient of a message: dedupe, outcome and trace in one item. */
  event: (messageId: string, recipientIndex: number, kind: string, digest: string): Key => ({
    pk: messageId,
    sk: `event#${String(recipientIndex).padStart(2, '0')}#${kind}#${digest}`,
  }),
  /** What one dispatch batch handed to SES, written before the calls and completed after them. */
  attempt: (attemptId: string): Key => ({ pk: attemptId, sk: 'attempt' }),
  /** Events that carry no tag of ours, kept under SES's message id. */
  untagged: (sesMessageId: string): string => `ses#${sesMessageId}`,
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

/** Pacing table (regional). Writers: dispatch (cursor), account (rate). */
export const pacingKeys = {
  account: { pk: 'account', sk: 'cursor' } satisfies Key,
} as const;

/** Evidence table. Writers: operator (audit) now; dispatch, feedback and rotation with the reputation loop. */
export const evidenceKeys = {
  /** Who did what and why, one day a partition; day as YYYY-MM-DD. */
  audit: (day: string, at: string, id: string): Key => ({ pk: `audit#${day}`, sk: `${at}#${id}` }),
} as const;
