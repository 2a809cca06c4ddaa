/** What the console shows of rehearsals: a scenario in simulated time, and the pipeline itself on this machine. */
import type { TraceSeries } from '../../simulation/reputation/trace.ts';

export type ScenarioRow = {
  /** Name of its file without the ending; what `RehearsalStart` takes. */
  readonly name: string;
  readonly about: string;
  readonly class: string;
  readonly hours: number;
};

/** The same seed gives the same run. @default seed 1 */
export type RehearsalStart = {
  readonly scenario: string;
  readonly seed?: number;
};

/**
 * A scenario that runs in simulated time, in a process of its own; it touches no mail and no table. The
 * whole so far: each event replaces the one before.
 */
export type Rehearsal = {
  readonly state: 'idle' | 'running' | 'done' | 'stopped' | 'failed';
  readonly scenario?: string;
  readonly about?: string;
  readonly seed?: number;
  /** 0..1, of the work: our loop's run is three fifths of it, then the oracle's follows. */
  readonly progress: number;
  /** Simulated time since the beginning. */
  readonly simulatedMs: number;
  readonly problem?: string;
  readonly series?: RehearsalSeries;
  /** What was done so far, oldest first. */
  readonly acts: readonly RehearsalAct[];
  /** At the end: what it came to. */
  readonly result?: RehearsalResult;
};

/** Mails by bin of `binMs`, since the beginning; `waiting` is told at the end of the run. */
export type RehearsalSeries = Omit<TraceSeries, 'startsAt'>;

export type RehearsalAct = {
  /** Simulated time since the beginning. */
  readonly atMs: number;
  readonly what: string;
  /** Whether it was right by the scenario's truth; judged at the end. */
  readonly right?: boolean;
};

export type RehearsalResult = {
  readonly mails: number;
  /** Harm in mails of ours and of an oracle that knows the truth, and the difference. */
  readonly harm: number;
  readonly oracleHarm: number;
  readonly regret: number;
  readonly inboxInHour: number;
  readonly wrongActs: number;
  /** Until the right action; absent where there was nothing to do or it never came. */
  readonly secondsToRight?: number;
};

/**
 * The pipeline itself on this machine, a deployment of two pools in a local runtime of its own, so that it is
 * harmless wherever the console looks: mailbox providers are switched on, accounts send, then one provider
 * refuses one pool and the mail rotates. `phase` in this order; `failed` says why in `problem`. It stays up
 * for a quarter of an hour after `done`, or until it is stopped or started again.
 */
export type LiveRehearsal = {
  /** Its own console, where its pools, decisions and mail can be looked at; while it is up. */
  readonly consoleUrl?: string;
  readonly phase:
    | 'idle'
    | 'preparing'
    | 'sending'
    | 'blocked'
    | 'rotated'
    | 'done'
    | 'stopped'
    | 'failed';
  readonly problem?: string;
  /** What happened, oldest first. */
  readonly steps: readonly { readonly at: number; readonly text: string }[];
  readonly provider?: string;
  readonly from?: string;
  readonly to?: string;
  readonly blockedAt?: number;
  readonly rotatedAt?: number;
  /** When mail began to flow; the lists below are mails to the provider in each second since then. */
  readonly startedAt?: number;
  readonly taken: readonly { readonly pool: string; readonly perSecond: readonly number[] }[];
  /** By the second in which the pipeline heard of the refusal. */
  readonly refused: readonly number[];
  /** The decision that moved the mail; it stands in the rehearsed deployment's own log. */
  readonly decision?: string;
  readonly explanation: readonly string[];
};
