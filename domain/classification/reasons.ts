/** Why a mailbox provider refused or delayed a mail, whom that blames, and what it may cause. */

/** Whose doing a reason is, as far as one reply can tell. */
export type Blames =
  | 'tenant-list'
  | 'tenant-domain'
  | 'tenant-content'
  | 'pool'
  | 'provider'
  | 'recipient'
  | 'nobody'
  | 'us';

/**
 * Kinds of failure that are weighed together. `block`: the provider refuses our address; `domain` and
 * `content`: it refuses the tenant's; `deferral`: it asks us to slow down; `outage`: it is in trouble
 * itself; `complaint` comes from a feedback loop, not from a reply.
 */
export const signals = [
  'block',
  'domain',
  'content',
  'deferral',
  'hard-bounce',
  'complaint',
  'outage',
] as const;
export type Signal = (typeof signals)[number];

type Traits = {
  readonly blames: Blames;
  /** Whether the recipient is dead: the only reason to suppress. */
  readonly suppress: boolean;
  /** What it is counted as; absent where it says nothing of anybody's reputation. */
  readonly signal?: Signal;
  /** Share of a failure that it counts as; less where it may mean two things. Default 1. */
  readonly weight?: number;
};

/** Every reason with its traits. */
export const bounceReasons = {
  'invalid-recipient': { blames: 'tenant-list', suppress: true, signal: 'hard-bounce' },
  'invalid-domain': { blames: 'tenant-list', suppress: true, signal: 'hard-bounce' },
  inactive: { blames: 'tenant-list', suppress: true, signal: 'hard-bounce' },
  'mailbox-full': { blames: 'nobody', suppress: false },
  'recipient-refused': { blames: 'recipient', suppress: false },
  'block-ip-reputation': { blames: 'pool', suppress: false, signal: 'block' },
  'blocklist-dnsbl': { blames: 'pool', suppress: false, signal: 'block' },
  'block-domain-reputation': { blames: 'tenant-domain', suppress: false, signal: 'domain' },
  'sender-rejected': { blames: 'tenant-domain', suppress: false },
  'auth-failure': { blames: 'tenant-domain', suppress: false, signal: 'domain' },
  'spam-content': { blames: 'tenant-content', suppress: false, signal: 'content' },
  policy: { blames: 'tenant-content', suppress: false, signal: 'content', weight: 0.5 },
  'rate-limited': { blames: 'pool', suppress: false, signal: 'deferral' },
  greylisted: { blames: 'nobody', suppress: false },
  'server-error': { blames: 'provider', suppress: false, signal: 'outage' },
  network: { blames: 'provider', suppress: false, signal: 'outage' },
  dns: { blames: 'provider', suppress: false, signal: 'outage' },
  expired: { blames: 'provider', suppress: false, signal: 'outage' },
  'too-large': { blames: 'us', suppress: false },
  protocol: { blames: 'us', suppress: false },
  'relay-denied': { blames: 'recipient', suppress: false },
  suppressed: { blames: 'us', suppress: false },
  undetermined: { blames: 'nobody', suppress: false },
  'not-a-failure': { blames: 'nobody', suppress: false },
} as const satisfies Readonly<Record<string, Traits>>;

export type BounceReason = keyof typeof bounceReasons;

/** Returns the traits of a reason. */
export function traitsOf(reason: BounceReason): Traits {
  return bounceReasons[reason];
}

/** What SES says of one bounce or delay. */
export type Diagnosis = {
  /** The mailbox provider's reply, possibly wrapped by SES. */
  readonly diagnostic?: string;
  /** Enhanced status code. */
  readonly status?: string;
  /** Permanent, Transient or Undetermined. */
  readonly bounceType?: string;
  readonly bounceSubType?: string;
  /** Of a DeliveryDelay. */
  readonly delayType?: string;
  readonly recipientDomain?: string;
};

/** What a reply means. */
export type Classified = {
  readonly reason: BounceReason;
  readonly blames: Blames;
  readonly suppress: boolean;
  /** Whose words these are by a token of its own, such as `microsoft`; absent for generic text. */
  readonly provider?: string;
  /** The sending address that the reply quotes. */
  readonly ip?: string;
  /** The blocklist that the reply names, such as `spamhaus-zen`. */
  readonly blocklist?: string;
  /** 0..1: how much of the knowledge that speaks agrees. */
  readonly confidence: number;
};
