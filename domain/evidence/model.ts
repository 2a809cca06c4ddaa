/** The words of the evidence: where mail came from, what was sent, what failed, and what that says. */
import type { BounceReason, Signal } from '../classification/reasons.ts';
import type { EpochMs } from '../time.ts';

/** Where a mail came from and went to; every dimension may be a cause. */
export type Origin = {
  readonly tenant: string;
  /** The DKIM domain: whose name the provider sees. */
  readonly identity: string;
  readonly stream: string;
  readonly pool: string;
  /** Mailbox provider, frozen at dispatch. */
  readonly provider: string;
  /** What the app calls the mailing; empty where it says nothing. */
  readonly campaign: string;
};

/** Dimensions that a cause may have; `ip` is known of failures alone, where the reply or SES says it. */
export const dimensions = ['tenant', 'identity', 'pool', 'provider', 'ip', 'campaign'] as const;
export type Dimension = (typeof dimensions)[number];

/** A part of the mail: all that agrees in these dimensions. The empty region is the account. */
export type Region = Readonly<Partial<Record<Dimension, string>>>;

/** Why a mail was sent: mail of its app, or one by which we learn. */
export const mailKinds = ['normal', 'canary', 'rescue', 'probe'] as const;
export type MailKind = (typeof mailKinds)[number];

/** Mail of one origin that was handed to SES within one bucket; counted before it was handed over. */
export type Sent = {
  readonly origin: Origin;
  /** Any instant of the bucket in which it was sent, by our clock. */
  readonly at: EpochMs;
  readonly count: number;
};

/** One mail that failed, booked where it was sent, whenever the news came. */
export type Failure = {
  /** Message, recipient and signal: the same failure has the same key. */
  readonly key: string;
  readonly origin: Origin;
  /** When the mail was sent, by our clock. */
  readonly sentAt: EpochMs;
  /** When we heard of it. */
  readonly heardAt: EpochMs;
  readonly signal: Signal;
  readonly reason: BounceReason | 'complaint';
  /** Share of a failure, 0..1; above 1 for several like failures under one key, as a simulation may add. */
  readonly weight: number;
  readonly recipientDomain: string;
  /**
   * Whether a known provider speaks: its own token in the reply, and its own servers behind the recipient's
   * domain. Anybody can write the rest, so it counts for its recipient domain alone.
   */
  readonly vouched: boolean;
  /** Digest of the recipient's mailbox; absent where nobody knows. */
  readonly mailbox?: string;
  /** The provider is known by the domain's mail servers alone, which who owns the domain can change. */
  readonly hosted?: true;
  readonly ip?: string;
  readonly blocklist?: string;
};

/** A count of one region and signal: mails sent in the bucket, and failures (weighted) of those mails. */
export type Bucket = {
  readonly start: EpochMs;
  readonly sent: number;
  readonly failed: number;
  /** Share of the news that has come by now, 0..1; 1 where replies are immediate. */
  readonly mature: number;
};

/** Buckets in columns of the same length, oldest first, as `Bucket` has them. */
export type Counts = {
  readonly starts: readonly number[];
  readonly sent: readonly number[];
  readonly failed: readonly number[];
};

/** Values by where their bucket begins, ascending. */
export type Column = { readonly starts: readonly number[]; readonly values: readonly number[] };

/** All mail of one origin since an onset, for the scan. `ips` counts failures by quoted address. */
export type Cell = {
  readonly origin: Origin;
  readonly sent: number;
  readonly failed: number;
  /** Failures that a known provider vouches for. */
  readonly vouched: number;
  readonly ips: ReadonlyMap<string, number>;
  readonly recipientDomains: ReadonlySet<string>;
};

/** `quiet`; `degrade`: slow down, hold the warm-up, look closer; `act`: find the cause and act. */
export type Level = 'quiet' | 'degrade' | 'act';

/** What the evidence says of one region and signal. */
export type Verdict = {
  readonly region: Region;
  readonly signal: Signal;
  /** All signals that were weighed as one, where that is more than `signal`. */
  readonly signals?: readonly Signal[];
  readonly level: Level;
  /** Natural logarithm of the evidence that it is worse than tolerated. */
  readonly lnEvidence: number;
  /** At which lnEvidence it acts. */
  readonly lnThreshold: number;
  /** Since when it is worse, by the most likely of all beginnings. */
  readonly onset: EpochMs;
  /** Of the mail since the onset. */
  readonly sent: number;
  readonly failed: number;
  /** The tolerated rate, 0..1. */
  readonly tolerated: number;
};

/** Which failures are asked for. */
export type FailuresWindow = {
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly within?: Region;
  /** Only what was heard after this. */
  readonly heardAfter?: EpochMs;
};

/**
 * What was sent and what failed, by origin and send bucket. Adding is commutative and a known failure adds
 * nothing, so order and repetition of news are harmless.
 */
export type EvidenceBook = {
  readonly addSent: (sent: Sent) => void;
  /** Takes back what SES accepted and no provider sees: suppressed by SES, rejected, not rendered. */
  readonly void: (sent: Sent) => void;
  /** Returns false where it was known. */
  readonly addFailure: (failure: Failure) => boolean;
  /** Counts failures of old mail that nobody asks for one by one, each time: the caller says it once. */
  readonly addOldFailure: (failure: Failure) => void;
  /**
   * Buckets of a region and signal, oldest first; those without mail and failures are left out. Of what
   * tenants share (no tenant, identity or campaign in the region) failures count with caps.
   */
  readonly series: (
    region: Region,
    signal: Signal,
    window: { readonly since: EpochMs; readonly until: EpochMs; readonly bucketMs: number },
  ) => readonly Bucket[];
  /** The same in columns, for who reads many. */
  readonly counts: (
    region: Region,
    signal: Signal,
    window: { readonly since: EpochMs; readonly until: EpochMs; readonly bucketMs: number },
  ) => Counts;
  /** What was sent alone, to providers that can bring the signal; what was taken back may be more. */
  readonly sent: (
    region: Region,
    signal: Signal,
    window: { readonly since: EpochMs; readonly until: EpochMs; readonly bucketMs: number },
  ) => Column;
  /**
   * Returns false where the series until now, and without further failures any later one, surely gives no
   * sum of evidence of this size (natural logarithm); true says nothing.
   */
  readonly mayExceed: (
    region: Region,
    signal: Signal,
    question: {
      readonly since: EpochMs;
      readonly until: EpochMs;
      readonly bucketMs: number;
      /** Rate that is tolerated, 0..1. */
      readonly tolerated: number;
      readonly lnLeast: number;
    },
  ) => boolean;
  /** Every origin with mail in the window, its failures of the given signals together. */
  readonly cells: (
    signals: readonly Signal[],
    window: { readonly since: EpochMs; readonly until: EpochMs; readonly within?: Region },
  ) => readonly Cell[];
  /** Failures in the window, newest last. */
  readonly failures: (signals: readonly Signal[], window: FailuresWindow) => readonly Failure[];
  /** The same in no order, one by one: who has seen enough stops, and the rest is not looked for. */
  readonly eachFailure: (signals: readonly Signal[], window: FailuresWindow) => Iterable<Failure>;
  /** Signals of the failures in the window. */
  readonly failing: (window: {
    readonly since: EpochMs;
    readonly until: EpochMs;
    readonly within: Region;
  }) => readonly Signal[];
  /** Rolls buckets up by age (10 s, then 1 min, 10 min, 6 h) and forgets what is older than kept. */
  readonly rollUp: (now: EpochMs) => void;
};
