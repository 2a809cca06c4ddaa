import type { ReadListings } from '../../adapters/blocklist-query.ts';
import type { SentLevel, SentPeriod, SentWindow } from '../../adapters/evidence-store.ts';
import type { SentRow } from '../../adapters/sent-rows.ts';
import type { StreamStanding } from '../../adapters/standing-store.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import type { AssignmentItem, PoolItem, StreamItem, TenantItem } from '../../contract/items.ts';
import type {
  AutomationItem,
  FailureItem,
  StandingItem,
  VoidItem,
} from '../../contract/rotation-items.ts';
import type { GoodAssignment } from '../../domain/rotation/last-good.ts';
import type { Caps, Decision, Order } from '../../domain/rotation/model.ts';
import type { Clock, EpochMs } from '../../domain/time.ts';
import type { RescuePorts } from './rescues.ts';
import type { MeasurePorts } from './tell-metrics.ts';

/** A span of time; the end is not in it. */
export type Window = { readonly since: EpochMs; readonly until: EpochMs };

/** How far what was sent has been rolled up. */
export type Rolled = { readonly until: EpochMs; readonly sixHoursUntil: EpochMs };

/** What rotation reads to know what was sent and what failed. */
export type EvidencePorts = {
  /** What dispatch handed over within the ten seconds from `bucket` on, less what SES refused. */
  readonly readJournal: (bucket: EpochMs) => Promise<readonly SentRow[]>;
  /** Until when dispatch has leased tokens: nothing was sent long after it. */
  readonly lastLeaseAt: () => Promise<EpochMs>;
  readonly readNews: (
    window: Window,
    countMax: number,
  ) => Promise<{
    readonly failures: readonly FailureItem[];
    readonly voids: readonly VoidItem[];
    readonly cut: boolean;
  }>;
  readonly readSentPeriods: (level: SentLevel, window: SentWindow) => AsyncIterable<SentPeriod>;
  readonly putSentPeriod: (level: SentLevel, period: SentPeriod) => Promise<void>;
  readonly readRolled: () => Promise<Rolled | undefined>;
  readonly putRolled: (rolled: Rolled) => Promise<void>;
  readonly log: Log;
};

export type Log = (code: string, fields: Readonly<Record<string, unknown>>) => void;

/** What rotation reads to know what stands. */
export type StandingPorts = {
  readonly policy: RotationPolicy;
  readonly readPoolItems: () => Promise<readonly PoolItem[]>;
  readonly readStreamItems: () => Promise<readonly StreamItem[]>;
  readonly readStreamStanding: (stream: string) => Promise<StreamStanding>;
  readonly readPoolStandings: () => Promise<readonly StandingItem[]>;
  readonly readAutomation: () => Promise<AutomationItem | undefined>;
  readonly readDecisions: (since: EpochMs, now: EpochMs) => Promise<readonly Decision[]>;
  /** Addresses of a standard pool. */
  readonly readAddresses: (pool: string) => Promise<readonly string[]>;
  readonly readTenants: (tenants: readonly string[]) => Promise<readonly TenantItem[]>;
  /** Blocklists that name an address, by our own query. */
  readonly readListings: ReadListings;
  readonly log: Log;
};

/** What rotation writes. */
export type HandPorts = {
  readonly readStreamStanding: (stream: string) => Promise<StreamStanding>;
  readonly readPoolStandings: () => Promise<readonly StandingItem[]>;
  readonly putOrder: (stream: string, order: Order) => Promise<void>;
  readonly deleteOrder: (stream: string, id: string) => Promise<void>;
  /** False where another version stands. */
  readonly putAssignment: (item: AssignmentItem, versionBefore: number) => Promise<boolean>;
  readonly putStanding: (
    item: Omit<StandingItem, 'pk' | 'sk' | 'version'>,
    versionBefore: number,
  ) => Promise<boolean>;
  readonly putAutomation: (item: Omit<AutomationItem, 'pk' | 'sk'>) => Promise<void>;
  readonly writeCaps: (
    pair: { readonly pool: string; readonly provider: string },
    caps: Caps,
    now: EpochMs,
  ) => Promise<void>;
  /** Takes the cap of a pool at a provider away. */
  readonly deleteCaps: (pair: {
    readonly pool: string;
    readonly provider: string;
  }) => Promise<void>;
  readonly moveAddress: (ip: string, pool: string) => Promise<void>;
  readonly readAddresses: (pool: string) => Promise<readonly string[]>;
  readonly putDecision: (decision: Decision) => Promise<void>;
  readonly publish: (decision: Decision) => Promise<void>;
  readonly notify: (notice: Notice) => Promise<void>;
  readonly policy: RotationPolicy;
  /** Every stream: an order stands in the partition of each that it concerns. */
  readonly streams: readonly string[];
  readonly log: Log;
} & Pick<RescuePorts, 'putRescue'>;

/** What a person reads in a mail of the alarm topic. */
export type Notice = { readonly subject: string; readonly text: string };

/** What a run has begun and not yet finished, so that the next one finishes it. */
export type Pending = {
  readonly messageId: string;
  readonly decisions: readonly Decision[];
  /** How often it failed so far. */
  readonly failures?: number;
};

/** When the week was told last, and which UTC day's mail has been counted for the ladder (its beginning). */
export type Slow = { readonly reportedAt: EpochMs; readonly dayClosed: EpochMs };

/** What rotation remembers between runs, besides its decisions. */
export type MemoryPorts = {
  /** `last` is the message whose decisions were finished last, by whichever environment. */
  readonly readPending: () => Promise<{ readonly pending?: Pending; readonly last?: string }>;
  readonly putPending: (pending: Pending) => Promise<void>;
  readonly clearPending: (messageId: string) => Promise<void>;
  readonly readSlow: () => Promise<Slow | undefined>;
  readonly putSlow: (slow: Slow) => Promise<void>;
  readonly readLastGood: () => Promise<readonly GoodAssignment[] | undefined>;
  readonly putLastGood: (assignments: readonly GoodAssignment[]) => Promise<void>;
};

export type RotationPorts = EvidencePorts &
  RescuePorts &
  StandingPorts &
  HandPorts &
  MemoryPorts &
  MeasurePorts & {
    readonly clock: Clock;
    /** Waits so many milliseconds. */
    readonly wait: (ms: number) => Promise<void>;
    /** Asks for another look behind whatever waits in the queue, not to be answered before an instant. */
    readonly askAgain: (notBefore: EpochMs) => Promise<void>;
    readonly failure: (error: unknown) => void;
  };
