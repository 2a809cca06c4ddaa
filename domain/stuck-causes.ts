/** Why mail does not move, whose turn it is, and what to do: one table, whatever stage the mail is in. */
import type { BounceReason } from './classification/reasons.ts';
import type { ParkReason, SesHoldReason } from './reasons.ts';

/** Who must act: we, a third party (SES, AWS or a mailbox provider), or whoever owns the mailbox. */
export type Whose = 'ours' | 'theirs' | 'recipient';

/** `next` may name `{stream}`, `{tenant}`, `{order}` and `{decision}`: `adviceOn` fills them in. */
export type Turn = { readonly whose: Whose; readonly means: string; readonly next: string };

const bySes = { whose: 'theirs' } as const;
const byProvider = { whose: 'theirs' } as const;
const ours = { whose: 'ours' } as const;
const byRecipient = { whose: 'recipient' } as const;

const redriveNext = 'goodstanding dlq list; mend the cause, then: goodstanding dlq redrive';
const waitNext = 'nothing: SES goes on trying for up to 14 h, then it bounces';
const holdNext = 'goodstanding tenants risk; goodstanding decisions list';

/** What SES says of a whole stream. */
const sesCauses = {
  'quota-spent': {
    ...bySes,
    means: "SES's quota for 24 hours is spent",
    next: 'it frees by itself; ask AWS for a higher quota, or send less',
  },
  'sending-paused': {
    ...bySes,
    means: 'SES sending is paused for the account or a configuration set',
    next: 'read the SES console and the mail from AWS, mend the cause, resume sending there',
  },
  'account-suspended': {
    ...bySes,
    means: 'AWS has suspended SES sending',
    next: 'answer the support case of AWS',
  },
} as const satisfies Readonly<Record<SesHoldReason, Turn>>;

/** What stands in the way of a queue, or of what waits outside of one. */
const waitCauses = {
  'switched-off-by-hand': {
    ...ours,
    means: 'somebody switched the reading of the queue off',
    next: 'enable the event source mappings of the function that reads it, or deploy again',
  },
  'function-fails': {
    ...ours,
    means: 'the function that reads the queue fails',
    next: 'read the first error in its log; what it could not do is tried again',
  },
  'rate-busy': {
    ...bySes,
    means: "there is more mail than SES's send rate lets out",
    next: 'it leaves by itself in order; ask AWS for a higher send rate',
  },
  'beyond-share': {
    ...ours,
    means: 'tenants have sent more than their share of the rate',
    next: 'it leaves by itself; raise limits.tenantShare, or ask AWS for a higher send rate',
  },
  'nobody-reads': {
    ...ours,
    means: 'mail waits and nothing says why',
    next: 'goodstanding queue peek {stream}; read the log of its dispatch function',
  },
  'due-late': {
    ...ours,
    means: 'its time has come and it was not put back into its queue',
    next: 'read the log of the due function, which runs every minute',
  },
  'reputation-hold': {
    ...ours,
    means: 'an order of the reputation loop holds or slows it',
    next: 'goodstanding decisions show {decision}; to end it: goodstanding orders lift {order}',
  },
  'allowance-spent': {
    ...ours,
    means: 'no pool that is warm enough has room for it',
    next: 'goodstanding pools list; it goes on when the allowance renews',
  },
  'tenant-held': {
    ...ours,
    means: 'its tenant is held',
    next: 'goodstanding tenants show {tenant}; to send it: goodstanding tenants release {tenant}',
  },
  'tried-again': {
    ...ours,
    means: 'it failed before and waits to be tried again',
    next: 'goodstanding alarms list; it is tried again by itself',
  },
} as const satisfies Readonly<Record<string, Turn>>;

/** News that waits. */
const newsCauses = {
  'news-behind': {
    ...ours,
    means: 'what SES reports waits: addresses that bounced may still be sent to',
    next: 'read the first error in the log of the feedback function',
  },
  'loop-behind': {
    ...ours,
    means: 'what asks the reputation loop waits: nothing is held, moved or released',
    next: 'goodstanding automation; read the first error in the log of the rotation function',
  },
  'news-dead': {
    ...ours,
    means: 'the function failed on it repeatedly',
    next: redriveNext,
  },
} as const satisfies Readonly<Record<string, Turn>>;

/** Parked mail: our set-up is at fault, whoever refused it. */
const parkCauses = {
  'recipient-unverified-in-sandbox': {
    ...ours,
    means: 'the SES account is in the sandbox and the recipient is not verified',
    next: 'request production access in the SES console; then: goodstanding dlq redrive --reason recipient-unverified-in-sandbox',
  },
  'identity-unverified': {
    ...ours,
    means: 'the From identity is not verified in SES',
    next: 'finish its DNS records or click the link; then: goodstanding dlq redrive --reason identity-unverified',
  },
  'mail-from-unverified': {
    ...ours,
    means: 'the custom MAIL FROM domain has no MX record',
    next: 'add the record; then: goodstanding dlq redrive --reason mail-from-unverified',
  },
  'configuration-missing': {
    ...ours,
    means: 'a configuration set or pool of the assignment is gone',
    next: 'deploy again; then: goodstanding dlq redrive --reason configuration-missing',
  },
  'waited-too-long': {
    ...ours,
    means: 'it was tried about a hundred times',
    next: 'goodstanding alarms list; then: goodstanding dlq redrive --reason waited-too-long',
  },
  ambiguous: {
    ...ours,
    means: 'SES gave no answer: it may or may not have been sent',
    next: 'decide whether a second mail is worse than none: goodstanding dlq redrive --reason ambiguous',
  },
  'access-denied': {
    ...ours,
    means: 'the dispatch role may not make the call',
    next: 'deploy again or mend the policy; then: goodstanding dlq redrive --reason access-denied',
  },
  'mail-unbuilt': {
    ...ours,
    means: 'our code failed to write the call to SES',
    next: 'report it with its detail, deploy the mended version; then: goodstanding dlq redrive --reason mail-unbuilt',
  },
  parked: {
    ...ours,
    means: 'it cannot leave until a person has mended something',
    next: redriveNext,
  },
  unprocessable: {
    ...ours,
    means: 'dispatch failed on it repeatedly',
    next: 'read its log for the message, mend the cause; then: goodstanding dlq redrive --reason unprocessable',
  },
} as const satisfies Readonly<Record<ParkReason | 'unprocessable' | 'parked', Turn>>;

/** Mail that SES keeps because the provider put it off, by the provider's reason. */
const delayCauses = {
  'invalid-recipient': { ...byRecipient, means: 'there is no such mailbox', next: waitNext },
  'invalid-domain': { ...byRecipient, means: 'the domain takes no mail', next: waitNext },
  inactive: { ...byRecipient, means: 'the mailbox is closed or disabled', next: waitNext },
  'mailbox-full': { ...byRecipient, means: 'the mailbox is full', next: waitNext },
  'recipient-refused': {
    ...byRecipient,
    means: 'the recipient or their rules refuse it',
    next: waitNext,
  },
  'relay-denied': {
    ...byRecipient,
    means: "the server does not take mail for the recipient's domain",
    next: waitNext,
  },
  'block-ip-reputation': {
    ...ours,
    means: 'the provider puts off mail of the sending address',
    next: 'goodstanding pools list; goodstanding decisions list',
  },
  'blocklist-dnsbl': {
    ...ours,
    means: 'the sending address stands on a blocklist',
    next: 'goodstanding pools list; goodstanding decisions list',
  },
  'block-domain-reputation': {
    ...ours,
    means: 'the provider puts off mail of the sending domain or a linked one',
    next: holdNext,
  },
  'sender-rejected': { ...ours, means: 'the sender address is refused', next: holdNext },
  'auth-failure': {
    ...ours,
    means: 'authentication fails',
    next: 'check SPF, DKIM, DMARC and reverse DNS of the sending domain',
  },
  'spam-content': { ...ours, means: 'the content is taken for spam', next: holdNext },
  policy: { ...ours, means: "a rule of the recipient's side stands against it", next: holdNext },
  'too-large': { ...ours, means: 'the mail is larger than the provider takes', next: waitNext },
  protocol: { ...ours, means: 'the form of the mail is refused', next: waitNext },
  suppressed: {
    ...ours,
    means: 'SES keeps the address on its own suppression list',
    next: 'goodstanding suppress check ADDRESS',
  },
  'rate-limited': {
    ...byProvider,
    means: 'the provider takes no more for now',
    next: 'the loop slows down by itself; see: goodstanding orders list',
  },
  greylisted: { ...byProvider, means: 'the provider wants it tried again', next: waitNext },
  'server-error': { ...byProvider, means: "the provider's server is in trouble", next: waitNext },
  network: { ...byProvider, means: "the provider's server cannot be reached", next: waitNext },
  dns: { ...byProvider, means: 'the domain cannot be looked up', next: waitNext },
  expired: { ...byProvider, means: 'SES tried in vain until the end', next: waitNext },
  undetermined: {
    ...byProvider,
    means: 'the provider put it off without a reason that can be read',
    next: waitNext,
  },
  'not-a-failure': { ...byRecipient, means: 'an automatic answer came back', next: waitNext },
} as const satisfies Readonly<Record<BounceReason, Turn>>;

/** Every cause with whose turn it is. No name stands in two of the tables. */
export const stuckCauses = {
  ...sesCauses,
  ...waitCauses,
  ...newsCauses,
  ...parkCauses,
  ...delayCauses,
} as const satisfies Readonly<Record<string, Turn>>;
export type StuckCause = keyof typeof stuckCauses;

/** Tells whether a word from a table or a queue names a cause. */
export function isStuckCause(word: string): word is StuckCause {
  return Object.hasOwn(stuckCauses, word);
}

/** Whose turn it is, in words: every name that is known is filled in. */
export function adviceOn(
  cause: StuckCause,
  names: Readonly<Partial<Record<'stream' | 'tenant' | 'order' | 'decision', string>>> = {},
): Turn {
  const { whose, means, next } = stuckCauses[cause];
  const known = new Map(Object.entries(names));
  return {
    whose,
    means,
    next: next.replace(/\{(\w+)\}/g, (_, name: string) => known.get(name) ?? name.toUpperCase()),
  };
}
