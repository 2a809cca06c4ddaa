/** What one plan has used up already, so that its parts together stay within rooms and limits. */

import { sharesOf } from '../assignment.ts';
import { hourMs } from '../time.ts';
import { poolNamed, roomOf } from './capacity.ts';
import { assignedPools } from './eligible-pools.ts';
import type { Decision, Situation } from './model.ts';
import { poolsByIdentity, sumPerHour, type Trusted, trafficOf } from './traffic.ts';

export type MoveLedger = {
  readonly flows: readonly Trusted[];
  /** Recipients an hour that a pool can still be given at a provider. */
  readonly room: (pool: string, provider: string) => number;
  /** Recipients an hour of a stream that may still change pools within this hour. */
  readonly budget: (stream: string) => number;
  /** Books a move. */
  readonly spend: (stream: string, provider: string, inflow: ReadonlyMap<string, number>) => void;
  /** Share of each stream that was booked. */
  readonly moved: () => NonNullable<Decision['moved']>;
  /** Whether an identity may be seen by a provider through a pool: through two in seven days, no more. */
  readonly mayMeet: (identity: string, pool: string, provider: string) => boolean;
};

/** A provider that sees an identity come from ever new addresses takes it for a snowshoe spammer. */
const poolsPerIdentityMax = 2;

/** Returns a ledger of a situation: its traffic, and what was moved within the last hour. */
export function openLedger(situation: Situation): MoveLedger {
  const { book, now, trustOf, brakes } = situation;
  const traffic = trafficOf(book, now);
  const flows = traffic.flows.map((flow) => ({ ...flow, trust: trustOf(flow.tenant) }));
  const given = new Map<string, number>();
  const spent = new Map<string, number>();
  const met = new Map<string, ReturnType<typeof poolsMet>>();
  const whole = (stream: string) => sumPerHour(flows.filter((flow) => flow.stream === stream));
  return {
    flows,
    room: (pool, provider) => {
      const known = poolNamed(situation, pool);
      if (!known) return 0;
      const carried = traffic.carried(pool, provider);
      return Math.max(
        0,
        roomOf(known, provider, carried) - (given.get(`${pool}\n${provider}`) ?? 0),
      );
    },
    budget: (stream) => {
      const left = brakes.movedShareMax - movedShare(situation, stream);
      return Math.max(0, left * whole(stream) - (spent.get(stream) ?? 0));
    },
    spend: (stream, provider, inflow) => {
      for (const [pool, perHour] of inflow) {
        add(given, `${pool}\n${provider}`, perHour);
        add(spent, stream, perHour);
      }
    },
    moved: () =>
      [...spent].flatMap(([stream, perHour]) =>
        perHour > 0 ? [{ stream, share: perHour / whole(stream) }] : [],
      ),
    mayMeet: (identity, pool, provider) => {
      const seen = met.get(provider) ?? poolsMet(provider, flows, situation);
      met.set(provider, seen);
      const pools = seen.get(identity);
      return pools === undefined || pools.has(pool) || pools.size < poolsPerIdentityMax;
    },
  };
}

/** Pools through which a provider saw each identity, and those that its mail is to take from now on. */
function poolsMet(
  provider: string,
  flows: readonly Trusted[],
  { book, now, streams }: Situation,
): ReadonlyMap<string, ReadonlySet<string>> {
  const met = new Map(
    [...poolsByIdentity(book, provider, now)].map(([identity, pools]) => [
      identity,
      new Set(pools),
    ]),
  );
  for (const flow of flows) {
    const stream = streams.find((one) => one.stream === flow.stream);
    if (flow.provider !== provider || stream === undefined) continue;
    const pools = met.get(flow.identity) ?? new Set<string>();
    for (const { pool } of sharesOf(assignedPools(stream, provider), flow.tenant)) pools.add(pool);
    met.set(flow.identity, pools);
  }
  return met;
}

/** Returns the share of a stream that was moved within the last hour. */
export function movedShare(
  { history, now }: Pick<Situation, 'history' | 'now'>,
  stream: string,
): number {
  return history
    .filter(({ done, at, actsAt, settled }) => {
      const doneAt = settled === 'acted' ? (actsAt ?? at) : at;
      return done && doneAt > now - hourMs;
    })
    .flatMap(({ moved = [] }) => moved)
    .reduce((sum, one) => sum + (one.stream === stream ? one.share : 0), 0);
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
