/** How much of a pool's mail fits elsewhere, and by which weights. */
import { hashedPool, type WeightedPool } from '../assignment.ts';
import { inflowOf, type Moved, movedFlows } from './moved-flows.ts';
import { placeTenants, type Rooms } from './place-tenants.ts';
import { sumPerHour, type Trusted } from './traffic.ts';

/** Pools in `to` without a weight yet share what is given up. */
export type Shift = Rooms & {
  readonly before: readonly WeightedPool[];
  /** Pools that give it up. */
  readonly from: readonly string[];
  /** Share of their mail that is to leave, 0..1. */
  readonly fraction: number;
  /** Mail of the stream for the provider. */
  readonly flows: readonly Trusted[];
  /** Recipients an hour that may change pools. */
  readonly budgetPerHour: number;
  /** Tenants that may be held or slowed one by one to make it fit; others keep their pool and wait together. */
  readonly throttledMax: number;
};

/** A moved flow, and the share of all its mail on its new pool that may leave. */
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

/**
 * Returns the weights after a fraction of pools' weights went to others; no pool keeps a weight of 0. Who was
 * placed on a pool that gives, and whom the hash now leads to one that takes, is placed no longer.
 */
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
  ].filter((one) => one.weight > 0);
  const goesBack = (tenant: string) => to.includes(hashedPool(after, tenant) ?? '');
  return after.map((one) => (from.includes(one.pool) ? withoutPlaces(one, goesBack) : one));
}

function withoutPlaces(one: WeightedPool, goesBack: (tenant: string) => boolean): WeightedPool {
  const { placed, ...pool } = one;
  if (placed === undefined) return one;
  const kept = Object.entries(placed).filter(([tenant]) => !goesBack(tenant));
  return kept.length === 0 ? pool : { ...pool, placed: Object.fromEntries(kept) };
}

type Arrivals = { readonly pools: readonly WeightedPool[]; readonly moved: readonly Moved[] };

function arrivals(shift: Shift, fraction: number): Arrivals {
  const { before, flows } = shift;
  const pools = shiftWeights(shift, fraction);
  const moved = movedFlows(flows, before, pools);
  const placed = placeTenants(shift, { pools, moved });
  return placed === pools
    ? { pools, moved }
    : { pools: placed, moved: movedFlows(flows, before, placed) };
}

type Kept = Throttled & { readonly kept: number };

/** The throttles that make everything fit; undefined where a few do not do it. */
function throttle(shift: Shift, { moved }: Arrivals): readonly Kept[] | undefined {
  const inflow = inflowOf(moved);
  let total = sumPerHour(moved.map(({ flow }) => flow));
  const throttled: Kept[] = [];
  const newFirst = moved.toSorted(
    (one, other) =>
      Number(shift.mayUse(one.flow, one.to)) - Number(shift.mayUse(other.flow, other.to)) ||
      Number(other.flow.trust === 'new') - Number(one.flow.trust === 'new') ||
      other.flow.perHour - one.flow.perHour,
  );
  for (const { flow, to, had } of newFirst) {
    const into = inflow.get(to) ?? 0;
    const over = !shift.mayUse(flow, to)
      ? flow.perHour
      : Math.max(total - shift.budgetPerHour, into - shift.roomOf(to));
    if (over <= 1e-9 && shift.mayUse(flow, to)) continue;
    const kept = Math.max(0, flow.perHour - over);
    const whole = had + flow.perHour;
    throttled.push({ flow, to, kept, share: whole > 0 ? (had + kept) / whole : 0 });
    total -= flow.perHour - kept;
    inflow.set(to, into - flow.perHour + kept);
  }
  return throttled.length <= shift.throttledMax ? throttled : undefined;
}

function isWithin({ roomOf, budgetPerHour, mayUse }: Shift, moved: readonly Moved[]): boolean {
  const total = sumPerHour(moved.map(({ flow }) => flow));
  return (
    total <= budgetPerHour + 1e-9 &&
    moved.every(({ flow, to }) => mayUse(flow, to)) &&
    [...inflowOf(moved)].every(([pool, perHour]) => perHour <= roomOf(pool) + 1e-9)
  );
}

function fitOf(shift: Shift, { pools, moved }: Arrivals, throttled: readonly Kept[]): Fit {
  const kept = new Map(throttled.map((one) => [one.flow, one.kept]));
  const leaving = moved.map((one) => {
    const perHour = kept.get(one.flow) ?? one.flow.perHour;
    return { ...one, flow: { ...one.flow, perHour } };
  });
  return {
    pools,
    movedPerHour: sumPerHour(leaving.map(({ flow }) => flow)),
    inflow: inflowOf(leaving),
    throttled: throttled.map(({ flow, to, share }) => ({ flow, to, share })),
    whole: throttled.length === 0 && shift.fraction > 0,
  };
}
