import type { Level, Region } from '../../domain/evidence/model.ts';
import type { Warmth } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Draw } from '../../world/model.ts';
import type { Fleet, FleetCell } from './fleet.ts';
import type { News } from './mail.ts';
import type { Truth } from './scenario-words.ts';

/** An order as waiting mail sees it. */
export type RouteOrder = {
  readonly share: number;
  readonly region: Region;
  readonly since: number;
  readonly until: number;
  readonly oldestFirstSince?: EpochMs;
};

/** What a policy says of a cell's mail. */
export type Route = {
  /** Pools in the order in which they are asked for warm room. */
  readonly pools: readonly string[];
  /** Share of the mail that may leave now: 0 holds it, 1 lets it go. */
  readonly share: number;
  /** Spreads each batch over the pools by these weights first; absent where the first pool comes first. */
  readonly weights?: readonly number[];
  /** What finds no room in the pool that the weights gave it waits for room there, as dispatch has it. */
  readonly roomElsewhere?: 'unused';
  /** What holds or slows it; by its age and end waiting mail is looked at again. */
  readonly orders?: readonly RouteOrder[];
  /** Only so many mails may leave although the rest is held: probes. Counted down as they leave. */
  readonly probes?: { left: number };
};

/** What a policy did, as it is judged: to whom, and whether mail was held, slowed or led elsewhere. */
export type Act = {
  readonly at: number;
  readonly do: 'hold' | 'slow' | 'leave' | 'return';
  readonly region: Region;
  readonly why: string;
};

/** Mail of refused news, and the pool that is to try it. */
export type Resend = { readonly news: News; readonly pool: string; readonly count: number };

/** Whoever decides where mail goes. All policies get the same mail, news, caps and suppression. */
export type Policy = {
  readonly name: string;
  /** News since the last time, oldest first. */
  readonly hear: (news: readonly News[], now: number) => void;
  /** Mail is handed to SES; said before it is. */
  readonly send: (cell: FleetCell, pool: string, count: number, now: number) => void;
  /** Takes the time; called after `hear`, at every tick. */
  readonly tick: (now: number) => void;
  readonly routeOf: (cell: FleetCell) => Route;
  /** A person lifts what stands against a tenant, because its fault is mended. */
  readonly pardon: (tenant: string, now: number) => void;
  /** Changes when any route may have changed. */
  readonly version: () => number;
  /** Refused mail that is to be sent once more now, and through which pool; each is asked for once. */
  readonly resend?: (now: number) => readonly Resend[];
  /** How a pool's day at a provider was, for its ladder; absent where the policy does not look. */
  readonly levelOf?: (pool: string, provider: string) => Level;
  /** Addresses that it took out of their pools. */
  readonly isOut?: (ip: string) => boolean;
  readonly acts: readonly Act[];
};

/** What every policy is made from. */
export type PolicyContext = {
  readonly fleet: Fleet;
  /** Mails that a pool may still bring to a provider this hour. */
  readonly roomOf: (pool: string, provider: string, now: number) => number;
  /** Caps and use of a pool at a provider today. */
  readonly warmthOf: (pool: string, provider: string, now: number) => Warmth;
  /** Blocklists that name an address, by our own query. */
  readonly listingsOf: (ip: string, now: number) => readonly string[];
  /** How late news is at the moment, milliseconds. */
  readonly feedbackAgeMs: (now: number) => number;
  /** What is truly at fault; for the oracle and the perfect operator. */
  readonly truth: readonly Truth[];
  readonly draw: Draw;
};

export type MakePolicy = (context: PolicyContext) => Policy;
