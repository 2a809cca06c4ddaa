/** Takes a provider's share of a pool to pools with warm capacity, and lets wait what finds none. */
import { sharesOf, type WeightedPool } from '../assignment.ts';
import { dayMs, hourMs } from '../time.ts';
import { assignedPools, poolsFor } from './eligible-pools.ts';
import { type Fit, fitShift, type Throttled } from './fit.ts';
import type { Action, Brake, Pool, Situation, Stream } from './model.ts';
import type { MoveLedger } from './move-ledger.ts';
import { orderFor } from './orders.ts';
import { standingAt } from './pool-states.ts';
import { identityDays, type Trusted } from './traffic.ts';

export type MoveWanted = {
  readonly from: string;
  readonly provider: string;
  /** Share of the pool's mail that is to leave, 0..1; 1 takes it out. */
  readonly fraction: number;
  /** How long what stays behind waits. */
  readonly holdMs: number;
  /** On a listing that nobody can be named for, new tenants do not move. */
  readonly movers: 'all' | 'established';
};

export type MovePlan = {
  readonly actions: readonly Action[];
  /** Where mail goes now. */
  readonly targets: readonly string[];
  readonly movedPerHour: number;
  readonly heldPerHour: number;
  /** Why less moved than was wanted. */
  readonly brake?: Brake;
};

/** Orders that one move may need beside it, for tenants one by one. */
const throttledMax = 20;

/** With less than this share of the mail a move is not worth its change. */
const worthMoving = 0.01;

/** Throttled mail is looked at again each hour: more of it may move then. */
export const throttleMs = 2 * hourMs;

/**
 * Returns the moves of all streams whose mail for the provider takes the pool, transactional ones first,
 * so that marketing is what waits where room is short. Nothing goes beyond a pool's room, the stream's
 * budget of an hour, or an identity's two pools.
 */
export function moveShare(
  wanted: MoveWanted,
  situation: Situation,
  { ledger, decision }: { readonly ledger: MoveLedger; readonly decision: Numbering },
): MovePlan {
  const parts = situation.streams
    .filter((stream) => assignedPools(stream, wanted.provider).some(isFrom(wanted.from)))
    .toSorted((one, other) => Number(one.lane === 'marketing') - Number(other.lane === 'marketing'))
    .map((stream) => moveStream(stream, wanted, { situation, ledger, decision }));
  const behind = wanted.fraction === 1 && parts.some(({ staysBehind }) => staysBehind);
  const hold = orderFor({ region: regionOf(wanted), share: 0, forMs: wanted.holdMs }, decision.id, {
    now: situation.now,
    part: behind ? decision.next() : 0,
  });
  const brake = parts.map((part) => part.brake).find((one) => one !== undefined);
  return {
    actions: [
      ...parts.flatMap(({ moves }) => moves),
      ...parts.flatMap(({ orders }) => orders),
      ...(behind ? [{ kind: 'hold-pair', order: hold } as const] : []),
    ],
    targets: [...new Set(parts.flatMap(({ targets }) => targets))],
    movedPerHour: parts.reduce((sum, { movedPerHour }) => sum + movedPerHour, 0),
    heldPerHour: parts.reduce((sum, { heldPerHour }) => sum + heldPerHour, 0),
    ...(brake && { brake }),
  };
}

/** Numbers the orders of a decision. */
export type Numbering = { readonly id: string; readonly next: () => number };

/** Returns the numbering of a new decision. */
export function numbering(id: string): Numbering {
  let part = 0;
  return {
    id,
    next: () => {
      part += 1;
      return part;
    },
  };
}

type Shell = {
  readonly situation: Situation;
  readonly ledger: MoveLedger;
  readonly decision: Numbering;
};

/** Whether a flow may leave its pool; whoever is new waits where a listing has no name yet. */
type MayLeave = (flow: Trusted) => boolean;

type StreamMove = {
  readonly moves: readonly Action[];
  readonly orders: readonly Action[];
  readonly targets: readonly string[];
  readonly movedPerHour: number;
  readonly heldPerHour: number;
  readonly staysBehind: boolean;
  readonly brake?: Brake;
};

function moveStream(stream: Stream, wanted: MoveWanted, shell: Shell): StreamMove {
  const { provider, fraction } = wanted;
  const before = assignedPools(stream, provider);
  const { leaving, groups, flows } = sceneOf(stream, wanted, shell);
  const behind = flows.reduce((sum, { tenant, perHour }) => {
    const own = sharesOf(before, tenant).filter(({ pool }) => leaving.includes(pool));
    return sum + perHour * own.reduce((all, { share }) => all + share, 0);
  }, 0);
  const mayLeave = leaversOf(before, wanted, shell);
  const best = bestFit(stream, { wanted, leaving, groups, flows, mayLeave }, shell);
  if (!best || best.movedPerHour < behind * worthMoving)
    return {
      moves: [],
      orders: [],
      targets: [],
      movedPerHour: 0,
      heldPerHour: fraction === 1 ? behind : 0,
      staysBehind: true,
      brake:
        groups.length === 0 || shell.ledger.budget(stream.stream) > 0
          ? 'nothing-warm'
          : 'moved-too-much',
    };
  const budget = shell.ledger.budget(stream.stream);
  shell.ledger.spend(stream.stream, provider, best.inflow);
  const tight = best.movedPerHour >= budget - 1e-6 ? 'moved-too-much' : 'nothing-warm';
  return {
    moves: [{ kind: 'move', stream: stream.stream, provider, before, pools: best.pools }],
    orders: best.throttled.map((one) => throttleOrder(one, { stream, mayLeave }, shell)),
    targets: [...best.inflow.keys()],
    movedPerHour: best.movedPerHour,
    heldPerHour: Math.max(0, behind * fraction - best.movedPerHour),
    staysBehind: best.pools.some(({ pool }) => leaving.includes(pool)),
    ...(!best.whole && { brake: tight }),
  };
}

/** All pools of the assignment that are out give their mail up together: none may inherit another's. */
function sceneOf(stream: Stream, { from, provider }: MoveWanted, { situation, ledger }: Shell) {
  const without = poolsFor(stream, provider, situation)
    .map((group) => group.filter((pool) => pool !== from))
    .filter((group) => group.length > 0);
  const open = new Set(without.flat());
  return {
    groups: without,
    leaving: assignedPools(stream, provider)
      .map(({ pool }) => pool)
      .filter((pool) => pool === from || !open.has(pool)),
    flows: ledger.flows.filter(
      (flow) => flow.stream === stream.stream && flow.provider === provider,
    ),
  };
}

/** What was decided of a pool when it was taken out goes on to hold for the rest of its mail. */
function leaversOf(
  before: readonly WeightedPool[],
  { from, provider, movers }: MoveWanted,
  { situation }: Shell,
): MayLeave {
  const closed = new Set(
    situation.pools
      .filter(({ pool }) => movers === 'established' && pool === from)
      .concat(situation.pools.filter((pool) => isUnnamed(pool, provider, situation)))
      .map(({ pool }) => pool),
  );
  return ({ tenant, trust }) =>
    trust === 'established' || !sharesOf(before, tenant).some(({ pool }) => closed.has(pool));
}

function isUnnamed(pool: Pool, provider: string, { history }: Situation): boolean {
  const { state, why } = standingAt(pool, provider);
  return (
    state === 'quarantined' && history.some(({ id, movers }) => id === why && movers !== undefined)
  );
}

/** The first group of pools that takes it whole; otherwise whichever groups together take the most. */
function bestFit(
  stream: Stream,
  scene: {
    readonly wanted: MoveWanted;
    readonly leaving: readonly string[];
    readonly groups: readonly (readonly string[])[];
    readonly flows: readonly Trusted[];
    readonly mayLeave: MayLeave;
  },
  { ledger }: Shell,
): Fit | undefined {
  const { wanted, leaving, groups, flows, mayLeave } = scene;
  const { provider, fraction } = wanted;
  let best: Fit | undefined;
  for (let count = 1; count <= groups.length && !best?.whole; count += 1) {
    const to = groups.slice(0, count).flat();
    const fit = fitShift({
      before: assignedPools(stream, provider),
      from: leaving,
      to,
      fraction,
      flows,
      roomOf: (pool) => (to.includes(pool) ? ledger.room(pool, provider) : 0),
      budgetPerHour: ledger.budget(stream.stream),
      throttledMax,
      mayUse: (flow, pool) => mayLeave(flow) && ledger.mayMeet(flow.identity, pool, provider),
    });
    if (!best || fit.whole || fit.movedPerHour > best.movedPerHour) best = fit;
  }
  return best;
}

function throttleOrder(
  { flow, to, share }: Throttled,
  { stream: { stream }, mayLeave }: { readonly stream: Stream; readonly mayLeave: MayLeave },
  { situation, ledger, decision }: Shell,
): Action {
  const { tenant, identity, provider } = flow;
  const barred = !ledger.mayMeet(identity, to, provider) || !mayLeave(flow);
  const order = orderFor(
    {
      region: { tenant, identity, provider, pool: to },
      share,
      // What an identity's two pools forbid stays forbidden as long as the provider remembers them; and who is
      // new does not follow an hour later.
      forMs: barred ? identityDays * dayMs : throttleMs,
      streams: [stream],
    },
    decision.id,
    { now: situation.now, part: decision.next() },
  );
  return { kind: order.kind === 'slow' ? 'slow' : 'hold-pair', order };
}

function regionOf({ from, provider }: MoveWanted) {
  return provider === '*' ? { pool: from } : { pool: from, provider };
}

function isFrom(from: string) {
  return ({ pool, weight }: { readonly pool: string; readonly weight: number }) =>
    pool === from && weight > 0;
}
