/** The words of the rotation loop: what stands, what may be done, and what was decided. */
import type { WeightedPool } from '../assignment.ts';
import type { Cause, Undecided } from '../blame/model.ts';
import type { Signal } from '../classification/reasons.ts';
import type { EvidenceBook, Region, Verdict } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';

export const poolStates = [
  'cold',
  'warming',
  'active',
  'degraded',
  'quarantined',
  'resting',
  'retiring',
] as const;
export type PoolState = (typeof poolStates)[number];

/** SES's shared addresses, leased ones, or ones that SES manages: what can be done with a pool. */
export type PoolKind = 'shared' | 'standard' | 'managed';

/** How a pool stands with one mailbox provider, or with all (`*`). */
export type Standing = {
  readonly state: PoolState;
  readonly since: EpochMs;
  /** When it is looked at again. */
  readonly until?: EpochMs;
  readonly why?: string;
};

/** Warm capacity of a pool at a provider: absolute, leased before sending, never raised by need. */
export type Warmth = {
  /** Step of the ladder, 0 for a cold one. */
  readonly step: number;
  /** Recipients a day, and an hour (a tenth). */
  readonly dayCap: number;
  readonly hourCap: number;
  readonly sentToday: number;
  /** Recipients of each of the last 14 days that were clean, newest last. */
  readonly cleanDays: readonly number[];
  readonly lastSentAt?: EpochMs;
};

export type Pool = {
  readonly pool: string;
  readonly kind: PoolKind;
  /** Addresses of a standard pool, by GetDedicatedIps. */
  readonly ips: readonly string[];
  /** By provider; `*` stands for all, and for providers without a word of their own. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By provider; empty where SES owns the warm-up (managed, shared). */
  readonly warmth: ReadonlyMap<string, Warmth>;
  /** A standard pool that we warm up: it has caps at every provider from the first look on. */
  readonly warmUp?: 'ours';
};

/** What a stream does when nothing warm is left. */
export type WhenNothingIsWarm = 'hold' | 'spill';

export type Stream = {
  readonly stream: string;
  readonly lane: 'transactional' | 'marketing';
  /** Pools that its deploy declares. */
  readonly pools: readonly string[];
  /** Where it goes in this order when none of its pools can take its mail. */
  readonly failover: readonly string[];
  readonly whenNothingIsWarm: WhenNothingIsWarm;
  /** Weighted pools by provider; `*` for every provider without a word of its own. */
  readonly assignment: ReadonlyMap<string, readonly WeightedPool[]>;
  readonly maxDeliverySeconds: number;
  /** Mail that bounced because its pool was blocked may be sent again through another. */
  readonly rescue?: true;
};

/** What dispatch must do with a part of the mail until it is lifted. */
export type Order = {
  readonly id: string;
  readonly kind: 'hold' | 'slow';
  readonly region: Region;
  /** Share of the mail that may still leave: 0 for a hold. */
  readonly share: number;
  /** Tenants whose mail may leave all the same, and how many of each: probes that decide. */
  readonly probes?: { readonly tenants: readonly string[]; readonly mails: number };
  /** Streams that it concerns; absent where it concerns all. */
  readonly streams?: readonly string[];
  /** It tries a pool that was out: what leaves meanwhile is a canary. */
  readonly trial?: true;
  /** Of whose mail the share leaves, where that is not everybody's; the others wait. */
  readonly tenants?: readonly string[];
  /** Since when mail is slowed, by this order and those that it renews, where what has waited longest goes first. */
  readonly oldestFirstSince?: EpochMs;
  readonly since: EpochMs;
  readonly until: EpochMs;
  readonly decision: string;
};

export type Trust = 'new' | 'established';

/** Kinds of action, each with an autonomy of its own. */
export const actionKinds = [
  'hold-tenant',
  'hold-pair',
  'slow',
  'move',
  'quarantine',
  'quarantine-ip',
  'release',
  'grow',
  'rescue',
] as const;
export type ActionKind = (typeof actionKinds)[number];

/** `observe`: write down what would be done; `propose`: and ask; `veto`: do it unless a person objects; `act`. */
export const autonomies = ['observe', 'propose', 'veto', 'act'] as const;
export type Autonomy = (typeof autonomies)[number];

/** How far a pool is on the ladder at a provider, and what that allows. */
export type Caps = Pick<Warmth, 'step' | 'dayCap' | 'hourCap'>;

/** Caps, with what is remembered from then on where that changes too. */
export type Climb = Caps & Partial<Pick<Warmth, 'cleanDays' | 'lastSentAt'>>;

/** One change of what stands. */
export type Action =
  | { readonly kind: 'hold-tenant' | 'hold-pair' | 'slow'; readonly order: Order }
  | {
      readonly kind: 'move';
      readonly stream: string;
      readonly provider: string;
      readonly before: readonly WeightedPool[];
      readonly pools: readonly WeightedPool[];
    }
  | {
      readonly kind: 'quarantine' | 'release';
      readonly pool: string;
      readonly provider: string;
      readonly standing: Standing;
      /** What stood before; absent where the pool had no word of its own there. */
      readonly before?: Standing;
    }
  /** Takes an address out of its pool; `to` is the quarantine pool unless it goes back to its own. */
  | {
      readonly kind: 'quarantine-ip';
      readonly ip: string;
      readonly from: string;
      readonly to?: string;
    }
  /** `order` is the order as it stood, so that it can be given again. */
  | { readonly kind: 'release'; readonly orderId: string; readonly order?: Order }
  | {
      readonly kind: 'grow';
      readonly pool: string;
      readonly provider: string;
      readonly warmth: Climb;
      readonly before?: Climb;
    }
  | {
      readonly kind: 'rescue';
      readonly stream: string;
      readonly from: string;
      readonly to: string;
    };

/** Why nothing is done by itself although something is wrong. */
export type Brake =
  | 'automation-off'
  | 'frozen'
  | 'moved-too-much'
  | 'too-many-holds'
  | 'same-cause-twice'
  | 'stale-feedback'
  | 'no-feedback'
  | 'nothing-warm'
  | 'refused'
  | 'change-window';

/**
 * What became of a decision afterwards: a person approved or objected to a proposal, its veto window ended
 * without objection, it was undone, or what it set ran out.
 */
export const settlements = ['approved', 'vetoed', 'acted', 'undone', 'returned'] as const;
export type Settlement = (typeof settlements)[number];

/** What was decided, why, until when, and how it is undone. */
export type Decision = {
  readonly id: string;
  readonly at: EpochMs;
  readonly autonomy: Autonomy;
  /** Whether the actions were carried out. */
  readonly done: boolean;
  /** When a proposal with a veto window is carried out. */
  readonly actsAt?: EpochMs;
  readonly actions: readonly Action[];
  readonly cause?: Cause;
  readonly undecided?: Undecided;
  readonly verdict?: Verdict;
  /** Why less was done than the cause asks for. */
  readonly brake?: Brake;
  /** Whether a person is called, and the words they read: what happened, what was done, what to do. */
  readonly page?: string;
  /** One sentence each, in plain words with numbers. */
  readonly evidence: readonly string[];
  readonly counterEvidence: readonly string[];
  readonly until?: EpochMs;
  /** The command that undoes it. */
  readonly undo?: string;
  /** Share of a stream's mail, 0..1, that it takes to another pool. */
  readonly moved?: readonly { readonly stream: string; readonly share: number }[];
  /** Whose mail may leave the pool for it, where that is not everybody's. */
  readonly movers?: 'established';
  /** Who asked for it and why, where a person did. */
  readonly by?: string;
  readonly why?: string;
  readonly settled?: Settlement;
};

/** Limits on what the loop does by itself. */
export type Brakes = {
  /** Share of a stream's mail that may be moved within an hour. */
  readonly movedShareMax: number;
  /** Tenant holds within ten minutes that freeze the loop. */
  readonly holdsMax: number;
  /** How old the newest news may be, milliseconds. */
  readonly feedbackAgeMaxMs: number;
};

/** An address that was taken out of its pool and waits in the quarantine pool. */
export type AwayAddress = {
  readonly ip: string;
  /** The pool that it left. */
  readonly from: string;
  readonly since: EpochMs;
  /** How often it left within the seven days before, this time included. */
  readonly times: number;
  /** `our-query`: a list that we asked named it; `replies`: providers did, or a person moved it. */
  readonly named: 'our-query' | 'replies';
};

/** All that a decision is made from. */
export type Situation = {
  readonly now: EpochMs;
  readonly book: EvidenceBook;
  readonly pools: readonly Pool[];
  readonly streams: readonly Stream[];
  readonly orders: readonly Order[];
  readonly trustOf: (tenant: string) => Trust;
  readonly autonomyOf: (kind: ActionKind) => Autonomy;
  readonly automation: 'on' | 'freeze' | 'off';
  readonly brakes: Brakes;
  /** Decisions of the last seven days, newest last. */
  readonly history: readonly Decision[];
  /** When the newest news of any mail came. */
  readonly heardAt: EpochMs;
  /** Blocklists that list an address by our own query. */
  readonly listings: ReadonlyMap<string, readonly string[]>;
  /** Addresses in the quarantine pool; those that the history says are there, where the caller cannot ask. */
  readonly away?: readonly AwayAddress[];
  /** When a person last said that automation is on: holds from before do not freeze it any more. */
  readonly resumedAt?: EpochMs;
  readonly vetoMs: number;
  /** Outside of a change window nothing is released or grown; everything else goes on. */
  readonly changeWindow?: 'closed';
  /**
   * How many regions are watched: shared ones (pools, providers, their pairs), and those of who sends. Counted
   * from the last hour's mail where the caller does not keep count.
   */
  readonly watched?: { readonly shared: number; readonly own: number };
  /** What is normal for a region, 0..1, where its own past says so. */
  readonly baselineOf?: (region: Region, signal: Signal) => number | undefined;
  readonly newId: () => string;
};

/** What makes the loop look. */
export type Trigger =
  | { readonly kind: 'failures'; readonly regions: readonly Region[] }
  | { readonly kind: 'alarm'; readonly what: string }
  | { readonly kind: 'schedule' }
  /** What was held undecided a moment ago: others' mail may have decided since. */
  | { readonly kind: 'again' };
