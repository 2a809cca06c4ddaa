import { lookAgainAt, partAtAge } from '../../domain/order.ts';
import { epochMs } from '../../domain/time.ts';
import { binomial } from '../../world/dice.ts';
import type { Draw } from '../../world/model.ts';
import type { Backlog } from './backlog.ts';
import { createByPair } from './by-pair.ts';
import type { Egress } from './egress.ts';
import type { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import type { Batch, Drawn } from './mail.ts';
import type { Policy, Route } from './policy.ts';
import type { Tally } from './tally.ts';
import type { Trace } from './trace.ts';
import type { WarmCaps } from './warm-caps.ts';

/** Dispatch as a policy sees it: asks for a route, leases warm room, hands over, keeps the rest. */
export type Sending = {
  readonly send: (batch: Batch, now: number) => void;
  /** Hands over mail that was refused once, through a pool that the policy chose. */
  readonly sendAgain: (
    mail: { readonly batch: Batch; readonly pool: string; readonly again: number },
    now: number,
  ) => void;
  /** Mails handed to SES. */
  readonly handed: () => number;
  /** How often mail of a cell met another pool than before. */
  readonly moves: () => number;
};

const minuteMs = 60_000;
const hourMs = 3_600_000;

type SendingParts = {
  readonly fleet: Fleet;
  readonly policy: Policy;
  readonly caps: WarmCaps;
  readonly egress: Egress;
  readonly backlog: Backlog;
  readonly ground: Ground;
  readonly tally: Tally;
  readonly draw: Draw;
  readonly trace: Trace | undefined;
};

/** Creates the dispatch of a run. */
export function createSending(parts: SendingParts): Sending {
  const { fleet, policy, caps, egress, backlog, ground, tally, draw, trace } = parts;
  const routeOf = createRoutes(parts);
  const pools = new Array<string | undefined>(fleet.cells.length).fill(undefined);
  const account = createAccount(caps, tally);
  let handed = 0;
  let moves = 0;
  const handOver = (batch: Batch, pool: string, now: number, again?: number) => {
    const { index, provider } = batch.cell;
    if (isMove(pools[index], pool, routeOf(batch))) moves += 1;
    pools[index] = pool;
    handed += batch.count;
    account(pool, provider, batch.count, now);
    policy.send(batch.cell, pool, batch.count, now);
    ground.handed(batch, pool, now);
    trace?.handed(pool, provider, batch.count, now);
    egress.hand(batch, pool, now, again);
  };
  return {
    send: (batch, now) => {
      const route = routeOf(batch);
      const { drawn, leaving } = leavingOf(route, { batch, now, draw });
      let left = leaving;
      const offer = (pool: string, offered: number) => {
        const leased = caps.lease(pool, batch.cell.provider, offered, now);
        if (leased > 0) handOver(partOf(batch, leased), pool, now);
        left -= leased;
      };
      for (const [pool, part] of spread(route, leaving, draw)) offer(pool, part);
      const others = route.roomElsewhere === 'unused' ? [] : route.pools;
      for (const pool of others) if (left > 0) offer(pool, left);
      const held = batch.count - leaving;
      if (held > 0) backlog.keep(waiting(batch, held, drawn), lookAt(route, batch, now));
      // No room: it waits for the cap of the next hour, whatever else is said of it.
      if (left > 0) backlog.keep(waiting(batch, left), now + heldMs(now - batch.bornAt));
    },
    sendAgain: ({ batch, pool, again }, now) => {
      const count = caps.lease(pool, batch.cell.provider, batch.count, now);
      if (count > 0) handOver(partOf(batch, count), pool, now, again);
    },
    handed: () => handed,
    moves: () => moves,
  };
}

/** Mail that is spread over pools goes to and fro between them without moving. */
function isMove(before: string | undefined, pool: string, { pools, weights }: Route): boolean {
  const isSpread = weights !== undefined && before !== undefined && pools.includes(before);
  return before !== undefined && before !== pool && !isSpread;
}

/** Most batches leave whole. */
function partOf(batch: Batch, count: number): Batch {
  return count === batch.count ? batch : { ...batch, count };
}

function waiting(batch: Batch, count: number, drawn?: Drawn): Batch {
  const { drawn: _before, ...undrawn } = batch;
  return { ...undrawn, count, ...(drawn && { drawn }) };
}

/**
 * Returns how many mails of a batch may leave. As in dispatch the share is drawn once a mail, hour and region: who
 * was not drawn does not leave by being looked at more often, nor by an order that is renewed, but as its age brings
 * it more of the share. This mail never expires, so that nothing of that is known.
 */
function leavingOf(
  { share, probes, orders = [] }: Route,
  { batch, now, draw }: { readonly batch: Batch; readonly now: number; readonly draw: Draw },
): { readonly leaving: number; readonly drawn?: Drawn } {
  if (probes) {
    const leaving = Math.min(batch.count, probes.left);
    probes.left -= leaving;
    return { leaving };
  }
  if (share >= 1) return { leaving: batch.count };
  if (share <= 0) return { leaving: 0 };
  const age = { now: epochMs(now), dueAt: epochMs(batch.bornAt) };
  const regions = orders.map(({ region }) => Object.entries(region).sort().flat().join(' '));
  const by = `${regions.join(', ')} ${Math.floor(now / hourMs)}`;
  const whole = orders.reduce((part, order) => part * partAtAge(order, age), share);
  const left = batch.drawn?.by === by ? batch.drawn.share : 0;
  if (whole <= left) return { leaving: 0, drawn: { by, share: left } };
  const leaving = binomial(draw, batch.count, (whole - left) / (1 - left));
  return { leaving, drawn: { by, share: whole } };
}

/** What an order makes wait is looked at by the order's age, as dispatch does it. */
function lookAt({ orders = [] }: Route, { bornAt }: Batch, now: number): number {
  if (orders.length === 0) return now + heldMs(now - bornAt);
  const looks = orders.map(({ share, region, since, until }) => {
    const kind = share > 0 ? 'slow' : 'hold';
    return lookAgainAt(
      { kind, region, since: epochMs(since), until: epochMs(until) },
      { now: epochMs(now), dueAt: epochMs(bornAt) },
    );
  });
  return Math.max(...looks);
}

/** What waits for room is looked at as its age doubles. */
function heldMs(ageMs: number): number {
  return Math.min(hourMs, Math.max(minuteMs, ageMs));
}

/** Asks the policy for a cell's route once for each state of its mind. */
function createRoutes({ fleet, policy }: SendingParts) {
  const routes = new Array<Route | undefined>(fleet.cells.length).fill(undefined);
  let version = -1;
  return ({ cell }: Batch): Route => {
    if (policy.version() !== version) {
      version = policy.version();
      routes.fill(undefined);
    }
    const route = routes[cell.index] ?? policy.routeOf(cell);
    routes[cell.index] = route;
    return route;
  };
}

/** Divides mail by the weights of a route; nothing where it has none. */
function spread(
  { pools, weights }: Route,
  count: number,
  draw: Draw,
): readonly (readonly [string, number])[] {
  if (weights === undefined) return [];
  let weightLeft = weights.reduce((sum, weight) => sum + weight, 0);
  let left = count;
  return pools.map((pool, index) => {
    const weight = weights[index] ?? 0;
    const part = weight >= weightLeft ? left : binomial(draw, left, weight / weightLeft);
    weightLeft -= weight;
    left -= part;
    return [pool, part] as const;
  });
}

/** Counts what was handed over a day and an hour by itself, to find what went beyond a cap. */
function createAccount(caps: WarmCaps, tally: Tally) {
  const sums = createByPair(() => ({ day: 0, hour: 0, ofDay: 0, ofHour: 0 }));
  return (pool: string, provider: string, count: number, now: number) => {
    const { dayCap, hourCap } = caps.of(pool, provider, now);
    const sum = sums(pool, provider);
    const hour = Math.floor(now / hourMs);
    const day = Math.floor(now / (24 * hourMs));
    if (hour !== sum.hour) sum.ofHour = 0;
    if (day !== sum.day) sum.ofDay = 0;
    sum.hour = hour;
    sum.day = day;
    sum.ofHour += count;
    sum.ofDay += count;
    const beyond = Math.max(sum.ofDay - dayCap, sum.ofHour - hourCap);
    if (beyond > 0) tally.overCap += Math.min(count, beyond);
  };
}
