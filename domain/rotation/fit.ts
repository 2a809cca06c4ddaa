/** How much of a pool's mail fits elsewhere, and by which weights. */
import { choosePool, type WeightedPool } from '../assignment.ts';
import type { Trust } from './model.ts';
import type { Flow } from './traffic.ts';

export type Trusted = Flow & { readonly trust: Trust };

export type Shift = {
  readonly before: readonly WeightedPool[];
  /** Pools that give it up. */
  readonly from: readonly string[];
  /** Pools that may take it; those without a weight yet share what is given up. */
  readonly to: readonly string[];
  /** Share of their mail that is to leave, 0..1. */
  readonly fraction: number;
  /** Mail of the stream for the provider. */
  readonly flows: readonly Trusted[];
  /** Recipients an hour that each pool can take more. */
  readonly roomOf: (pool: string) => number;
  /** Recipients an hour that may change pools. */
  readonly budgetPerHour: number;
  /** Whether a flow may be sent through a pool at all; it waits where not. */
  readonly mayUse: (flow: Trusted, pool: string) => boolean;
  /** Tenants that may be held or slowed one by one to make it fit; others keep their pool and wait together. */
  readonly throttledMax: number;
};

/** A moved flow, of which a share may leave. */
export type Throttled = { readonly flow: Trusted; readonly to: string; readonly share: number };

export type Fit = {
  readonly pools: readonly WeightedPool[];
  /** Recipients an hour that leave through another pool than before. */
  readonly movedPerHour: number;
  readonly inflow: ReadonlyMap<string, number>;
  readonly throttled: readonly Throttled[];
  /** Whether all of the fraction moved, unthrottled. */
  readonly whole: boolean;
};

/** Steps of the search for the largest part that fits: to a 32nd. */
const searchSteps = 5;

/**
 * Returns the largest part of a shift that stays within rooms and budget. All of it, where holding or
 * slowing few tenants (new ones first, then the largest) makes it fit; otherwise as many tenants as fit,
 * while the others keep their pool.
 */
export function fitShift(shift: Shift): Fit {
  const all = arrivals(shift, shift.fraction);
  const throttled = throttle(shift, all);
  if (throttled) return fitOf(shift, all, throttled);
  let [fits, tooMuch] = [0, shift.fraction];
  for (let step = 0; step < searchSteps; step += 1) {
    const middle = (fits + tooMuch) / 2;
    if (isWithin(shift, arrivals(shift, middle).moved)) fits = middle;
    else tooMuch = middle;
  }
  return { ...fitOf(shift, arrivals(shift, fits), []), whole: false };
}

/** Returns the weights after a fraction of pools' weights went to others; no pool keeps a weight of 0. */
export function shiftWeights(
  { before, from, to }: Pick<Shift, 'before' | 'from' | 'to'>,
  fraction: number,
): readonly WeightedPool[] {
  const leaving = before.filter(({ pool }) => from.includes(pool));
  const given = fraction * leaving.reduce((sum, { weight }) => sum + weight, 0);
  const known = new Set(before.map(({ pool }) => pool));
  const added = to.filter((pool) => !known.has(pool));
  const after = [
    ...before.map((one) =>
      from.includes(one.pool) ? { ...one, weight: one.weight * (1 - fraction) } : one,
    ),
    ...added.map((pool) => ({ pool, weight: given / added.length })),
  ];
  return after.filter((one) => one.weight > 0);
}

type Moved = { readonly flow: Trusted; readonly to: string };
type Arrivals = { readonly pools: readonly WeightedPool[]; readonly moved: readonly Moved[] };

function arrivals(shift: Shift, fraction: number): Arrivals {
  const pools = shiftWeights(shift, fraction);
  const places = new Map<string, { readonly from?: string; readonly to?: string }>();
  const moved = shift.flows.flatMap((flow) => {
    const known = places.get(flow.tenant);
    const from = known ? known.from : choosePool(shift.before, flow.tenant);
    const to = known ? known.to : choosePool(pools, flow.tenant);
    places.set(flow.tenant, {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    return to !== undefined && to !== from ? [{ flow, to }] : [];
  });
  return { pools, moved };
}

/** The throttles that make everything fit; undefined where a few do not do it. */
function throttle(shift: Shift, { moved }: Arrivals): readonly Throttled[] | undefined {
  const inflow = inflowOf(moved);
  let total = moved.reduce((sum, { flow }) => sum + flow.perHour, 0);
  const throttled: Throttled[] = [];
  const newFirst = moved.toSorted(
    (one, other) =>
      Number(shift.mayUse(one.flow, one.to)) - Number(shift.mayUse(other.flow, other.to)) ||
      Number(other.flow.trust === 'new') - Number(one.flow.trust === 'new') ||
      other.flow.perHour - one.flow.perHour,
  );
  for (const { flow, to } of newFirst) {
    const into = inflow.get(to) ?? 0;
    const over = !shift.mayUse(flow, to)
      ? flow.perHour
      : Math.max(total - shift.budgetPerHour, into - shift.roomOf(to));
    if (over <= 1e-9 && shift.mayUse(flow, to)) continue;
    const kept = Math.max(0, flow.perHour - over);
    throttled.push({ flow, to, share: flow.perHour > 0 ? kept / flow.perHour : 0 });
    total -= flow.perHour - kept;
    inflow.set(to, into - flow.perHour + kept);
  }
  return throttled.length <= shift.throttledMax ? throttled : undefined;
}

function isWithin({ roomOf, budgetPerHour, mayUse }: Shift, moved: readonly Moved[]): boolean {
  const total = moved.reduce((sum, { flow }) => sum + flow.perHour, 0);
  return (
    total <= budgetPerHour + 1e-9 &&
    moved.every(({ flow, to }) => mayUse(flow, to)) &&
    [...inflowOf(moved)].every(([pool, perHour]) => perHour <= roomOf(pool) + 1e-9)
  );
}

function inflowOf(moved: readonly Moved[]): Map<string, number> {
  const inflow = new Map<string, number>();
  for (const { flow, to } of moved) inflow.set(to, (inflow.get(to) ?? 0) + flow.perHour);
  return inflow;
}

function fitOf(shift: Shift, { pools, moved }: Arrivals, throttled: readonly Throttled[]): Fit {
  const kept = new Map(throttled.map(({ flow, share }) => [flow, share]));
  const leaving = moved.map(({ flow, to }) => ({
    flow: { ...flow, perHour: flow.perHour * (kept.get(flow) ?? 1) },
    to,
  }));
  return {
    pools,
    movedPerHour: leaving.reduce((sum, { flow }) => sum + flow.perHour, 0),
    inflow: inflowOf(leaving),
    throttled,
    whole: throttled.length === 0 && shift.fraction > 0,
  };
}
