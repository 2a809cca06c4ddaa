/**
 * What the console's server tells its page, as plain JSON: instants are epoch milliseconds, ratios 0..1.
 *
 * Every `/api` request carries the header `x-console-token`; the token stands in the fragment of the address
 * that is printed at the start (`#token=…`). No cookie: those of 127.0.0.1 reach every port of the machine.
 * An answer that is not 2xx is a `Refusal`. What is asked for is in lookup-model.ts, rehearsals in rehearsal-model.ts.
 *
 *     GET  /api/stream                 server-sent events, see ConsoleEvents; read with fetch (for the header)
 *     GET  /api/decisions?before=&limit=   DecisionPage, newest first
 *     GET  /api/decisions/<id>         DecisionView
 *     POST /api/trace                  TraceQuestion -> TraceAnswer, with time lines of domain/trace/model.ts
 *     POST /api/suppression            SuppressionQuestion -> SuppressionAnswer
 *     POST /api/preview                PreviewQuestion -> Preview
 *     GET  /preview/<ticket>           the HTML of a mail, for <iframe sandbox src>; no header, see Preview
 *     GET  /api/scenarios              readonly ScenarioRow[]
 *     POST /api/rehearsal              RehearsalStart -> Rehearsal, and /api/rehearsal/stop ({}) -> Rehearsal
 *     POST /api/live                   {} -> LiveRehearsal (local target only), and /api/live/stop
 *     POST /api/operate/<deed>         see Deeds -> DeedAnswer; without --operate there is no such address
 */
import type { StandingCell } from '../actions/pool-row.ts';
import type { LiveRehearsal, Rehearsal } from './rehearsal-model.ts';

/** A part that is read again and again; `problem` says why the newest reading failed, `value` stays the last good one. */
export type Reading<T> = {
  /** When `value` was read; 0 before the first time. */
  readonly at: number;
  readonly value?: T;
  readonly problem?: string;
};

/** What is read again and again while a page is open. */
export type Parts = {
  readonly flow: Flow;
  readonly overview: Overview;
  readonly incidents: Incidents;
  readonly pools: Pools;
  readonly orders: readonly OrderRow[];
  readonly tenants: TenantsAtRisk;
};

/** Each part as it was read last. */
export type Readings = { readonly [P in keyof Parts]: Reading<Parts[P]> };

/**
 * Events of `/api/stream`, by their `event` name; each replaces what was told before, but for `decisions-new`,
 * which adds. A new connection gets `hello` and all parts; one with `last-event-id` only what changed since.
 * `beat` comes every 10 seconds, so that a page that heard nothing for 25 knows that it is cut off.
 */
export type ConsoleEvents = Readings & {
  readonly hello: Hello;
  /** New or changed rows, to be put in by id. */
  readonly 'decisions-new': readonly DecisionRow[];
  /** What was missed cannot be told one by one: load `/api/decisions` again. */
  readonly 'decisions-reload': Record<string, never>;
  readonly rehearsal: Rehearsal;
  readonly live: LiveRehearsal;
  readonly beat: { readonly at: number };
};

export type Hello = {
  readonly deployment: string;
  readonly target: 'local' | 'aws';
  /** "the local runtime on …" or profile and region, for people. */
  readonly label: string;
  /** Whether the server was started with --operate. */
  readonly operate: boolean;
  /** Who stands in the audit log for what is done here. */
  readonly by: string;
  readonly serverAt: number;
  /** Where the runbook is served: append `#<kind of alarm>`. */
  readonly runbookUrl: string;
  /** What AWS charges for this console while a page is open, USD an hour; 0 on a local runtime. */
  readonly usdPerHour: number;
};

/** What became of mail, minute by minute, oldest first; every list is as long as `minutes`. */
export type Flow = {
  /** Beginning of each minute. */
  readonly minutes: readonly number[];
  readonly rows: readonly FlowRow[];
  /** A sentence where a number is of less than it seems, such as a provider that no source tells. */
  readonly remarks: readonly string[];
};

export type FlowRow = {
  readonly stream: string;
  readonly provider: string;
  /** Taken by SES in the minute; the others are news that came in the minute. */
  readonly accepted: readonly number[];
  /** Absent where the stream's delivery events are off. */
  readonly delivered?: readonly number[];
  readonly deferred: readonly number[];
  readonly bounced: readonly number[];
  readonly complained: readonly number[];
};

export type Verdict = 'ok' | 'look' | 'stopped';

export type Overview = {
  /** `look`: a person should look; `stopped`: mail is not leaving. */
  readonly verdict: Verdict;
  /** A sentence each, most serious first, with the command or view that shows more. */
  readonly findings: readonly Finding[];
  readonly streams: readonly StreamRow[];
  /** Absent where SES cannot be asked. */
  readonly ses?: SesLimits;
  readonly automation: { readonly state: 'on' | 'freeze' | 'off'; readonly words: string };
};

export type Finding = {
  readonly verdict: Verdict;
  readonly text: string;
  readonly next?: string;
};

export type StreamRow = {
  readonly stream: string;
  /** Whether SES takes its mail, and why not. */
  readonly sending: 'on' | 'off';
  readonly why?: string;
  /** Requests that wait in its queues. */
  readonly waiting: number;
  /** Age of the oldest of them, where it is known. */
  readonly oldestMs?: number;
  /** Requests in its dead-letter queue. */
  readonly parked: number;
};

export type SesLimits = {
  readonly sendingEnabled: boolean;
  readonly shutDown: boolean;
  readonly productionAccess: boolean;
  /** Recipients a second; absent where SES does not say. */
  readonly ratePerSecond?: number;
  /** Recipients in 24 hours; -1 is without limit. */
  readonly dailyQuota: number;
  readonly sentLast24Hours: number;
};

export type Incidents = {
  /** Open ones first, then the latest closed ones. */
  readonly rows: readonly IncidentRow[];
  readonly alarms: readonly AlarmRow[];
  /** A sentence where nobody would hear of an alarm: a subscription that nobody confirmed, or none. */
  readonly subscription?: string;
};

export type IncidentRow = {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly openedAt: number;
  readonly closedAt?: number;
  readonly ackedBy?: string;
  readonly isTest: boolean;
  /** What happened, with names and numbers; one line each. */
  readonly text: readonly string[];
  /** Kinds that are its consequences. */
  readonly consequences: readonly string[];
  /** What shows it: a command to copy. */
  readonly look: string;
};

export type AlarmRow = {
  readonly kind: string;
  readonly severity: string;
  readonly title: string;
  readonly means: string;
  readonly bySystem: string;
  readonly look: string;
  readonly state: 'ok' | 'alarm' | 'unknown';
  readonly since?: number;
  readonly reason?: string;
};

export type Pools = {
  readonly pools: readonly PoolRow[];
  /** Mailbox providers that any row names; `*` is every provider without a word of its own. */
  readonly providers: readonly string[];
  readonly shares: readonly ShareRow[];
};

export type PoolRow = {
  readonly pool: string;
  readonly kind: string;
  /** Absent where SES was not asked: shared and managed pools show none. */
  readonly addresses?: readonly string[];
  readonly standings: readonly StandingCell[];
};

/** Where a stream's mail to a provider goes; the shares of a row sum to 1. */
export type ShareRow = {
  readonly stream: string;
  readonly provider: string;
  readonly shares: readonly { readonly pool: string; readonly share: number }[];
  /** Who set it, and why. */
  readonly by: string;
  readonly why: string;
};

export type OrderRow = {
  readonly id: string;
  readonly kind: 'hold' | 'slow';
  /** The part of the mail in words. */
  readonly what: string;
  readonly streams: readonly string[];
  /** Share of it that may leave. */
  readonly share: number;
  readonly since: number;
  readonly until: number;
  readonly decision: string;
};

export type TenantsAtRisk = {
  /** Worst first; at most 5,000. */
  readonly rows: readonly TenantRow[];
  /** What the numbers are of. */
  readonly windowMs: number;
  readonly remarks: readonly string[];
};

export type TenantRow = {
  readonly tenant: string;
  readonly status: string;
  readonly signal: string;
  readonly sent: number;
  readonly failed: number;
  /** Failed of sent, and what is tolerated. */
  readonly rate: number;
  readonly tolerated: number;
  /** Natural logarithm of the evidence that it is worse than tolerated. */
  readonly lnEvidence: number;
  /** Order that holds or slows it. */
  readonly order?: string;
};

/** What became of a decision. */
export type DecisionState = 'done' | 'not-done' | 'waits' | 'undone' | 'vetoed' | 'returned';

/** One line of the time line. */
export type DecisionRow = {
  readonly id: string;
  readonly at: number;
  /** What was done or would have been, in words; at most 160 characters. */
  readonly what: string;
  /** Kinds of action, such as `move`; empty where nothing was to do. */
  readonly kinds: readonly string[];
  readonly state: DecisionState;
  readonly autonomy: string;
  readonly brake?: string;
  /** Kind of cause (`pool×provider`) and the part of the mail in words. */
  readonly cause?: string;
  readonly causeWords?: string;
  readonly until?: number;
  /** Whether a person was called. */
  readonly paged: boolean;
  readonly by?: string;
};

export type DecisionPage = {
  readonly rows: readonly DecisionRow[];
  /** Give it as `before` for older ones; absent at the end. */
  readonly next?: string;
};

export type DecisionView = DecisionRow & {
  readonly deeds: readonly string[];
  readonly evidence: readonly string[];
  readonly counterEvidence: readonly string[];
  readonly page?: string;
  readonly actsAt?: number;
  readonly why?: string;
  /** The command that undoes it; absent where nothing is left to undo. */
  readonly undo?: string;
  /** The decision as `goodstanding decisions show --json` gives it. */
  readonly whole: unknown;
};
