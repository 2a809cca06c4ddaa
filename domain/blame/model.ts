/** The words of blame: a cause is the part of the mail that explains the failures best. */
import type { Signal } from '../classification/reasons.ts';
import type { Region } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';

/** Kinds of causes: single dimensions, their pairs with a provider, and the account. */
export const causeKinds = [
  'tenant',
  'identity',
  'pool',
  'provider',
  'ip',
  'campaign',
  'account',
  'tenant×provider',
  'identity×provider',
  'pool×provider',
  'ip×provider',
  'campaign×provider',
  'tenant×pool',
] as const;
export type CauseKind = (typeof causeKinds)[number];

/** What speaks against another explanation: "without tenant T this pool is at 0.2 %". */
export type CounterEvidence = {
  readonly region: Region;
  /** What was left out. */
  readonly without: Region;
  readonly sent: number;
  readonly failed: number;
};

/** A part of the mail that explains failures. */
export type Cause = {
  readonly kind: CauseKind;
  readonly region: Region;
  readonly signal: Signal;
  readonly onset: EpochMs;
  readonly sent: number;
  readonly failed: number;
  /** Failures that its mail would have had at the tolerated rate. */
  readonly expected: number;
  /** Penalised log likelihood ratio. */
  readonly score: number;
  /** ln of the odds against the best cause of another kind. */
  readonly lnOdds: number;
  readonly counterEvidence: readonly CounterEvidence[];
  /** Providers, tenants and recipient domains among its failures that a known provider vouches for. */
  readonly vouchedBy: {
    readonly providers: number;
    readonly tenants: number;
    readonly recipientDomains: number;
  };
  /** Who earned it in the 72 hours before, where another's mail did: a bad list that got an address blocked. */
  readonly earnedBy?: Region;
};

/** Where the odds do not decide yet: only what all candidates share is held, and probe mails decide. */
export type Undecided = {
  readonly candidates: readonly Cause[];
  readonly intersection: Region;
};

export type Findings = {
  /** In the order in which they were found: each explains what those before it leave. */
  readonly causes: readonly Cause[];
  readonly undecided?: Undecided;
};
