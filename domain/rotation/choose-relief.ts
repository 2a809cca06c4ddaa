/** Whose mail leaves a crowded pool, and where it goes. */
import { type PoolShare, placedBy, sharesOf, type WeightedPool } from '../assignment.ts';
import type { MoveLedger } from './move-ledger.ts';
import { mayPlace } from './place-tenants.ts';
import { sumPerHour, type Trusted } from './traffic.ts';

export type Relief = {
  /** The crowded pool, and the provider at which it is. */
  readonly pool: string;
  readonly provider: string;
  readonly before: readonly WeightedPool[];
  /** Mail of the stream that may meet a second pool, to every provider. */
  readonly flows: readonly Trusted[];
  /** Recipients an hour that are to leave. */
  readonly wanted: number;
  /** With less than this left to leave it is enough. */
  readonly least: number;
  /** Recipients an hour that the other pools can take. */
  readonly room: ReadonlyMap<string, number>;
  readonly mayMeet: MoveLedger['mayMeet'];
};

export type Relieved = {
  readonly pools: readonly WeightedPool[];
  /** Recipients an hour that leave. */
  readonly perHour: number;
  /** Tenants that are placed, the largest first. */
  readonly named: readonly string[];
  /** Recipients an hour that each pool gets. */
  readonly inflow: ReadonlyMap<string, number>;
};

/** A part that is left over by rounding is none. */
const leastPart = 0.001;

/** So little left to leave is nothing left, recipients an hour. */
const nothingLeft = 1e-6;

/**
 * Returns the pools with tenants placed elsewhere. Whole tenants go first, the largest that fit; then parts of the
 * largest that stayed. Nobody gets a third pool.
 */
export function chooseRelief(relief: Relief): Relieved {
  const { pool, before, mayMeet } = relief;
  const least = Math.max(nothingLeft, relief.least);
  const namesMax = mayPlace(before);
  const room = new Map(relief.room);
  const movers = moversOn(relief);
  const parts = new Map<string, ReadonlyMap<string, number>>();
  let left = relief.wanted;
  let perHour = 0;
  for (const kind of ['whole', 'part'] as const)
    for (const one of movers) {
      if (left < least || parts.size >= namesMax) break;
      const to = parts.has(one.tenant) ? undefined : targetOf(one, room, mayMeet);
      if (to === undefined) continue;
      const free = Math.min(left, room.get(to) ?? 0);
      if (kind === 'whole' ? one.perHour > free : free < least) continue;
      const given = Math.min(one.perHour, free);
      parts.set(one.tenant, partsOf(one, { pool, to, given }));
      room.set(to, (room.get(to) ?? 0) - given);
      left -= given;
      perHour += given;
    }
  const named = movers.map(({ tenant }) => tenant).filter((tenant) => parts.has(tenant));
  const inflow = new Map(
    [...relief.room].map(([name, free]) => [name, free - (room.get(name) ?? 0)] as const),
  );
  return { pools: placedBy(before, parts), perHour, named, inflow };
}

/** A tenant with mail on the crowded pool. */
type Mover = {
  readonly tenant: string;
  readonly flows: readonly Trusted[];
  readonly shares: readonly PoolShare[];
  /** Other pools that have a part of its mail already. */
  readonly others: readonly string[];
  /** Recipients an hour on the crowded pool, and on all. */
  readonly perHour: number;
  readonly allPerHour: number;
};

function moversOn({ pool, provider, before, flows }: Relief): readonly Mover[] {
  const toIt = flows.filter((flow) => flow.provider === provider);
  return [...Map.groupBy(toIt, ({ tenant }) => tenant)]
    .map(([tenant, mine]): Mover => {
      const shares = sharesOf(before, tenant);
      const share = shares.find((one) => one.pool === pool)?.share ?? 0;
      const others = shares.flatMap((one) => (one.pool === pool ? [] : [one.pool]));
      const allPerHour = sumPerHour(mine);
      return { tenant, flows: mine, shares, others, perHour: share * allPerHour, allPerHour };
    })
    .filter(({ perHour }) => perHour > 0)
    .toSorted((one, other) => other.perHour - one.perHour);
}

/** The pool with the most room that the tenant may meet; where it is spread already, one of its own. */
function targetOf(
  { flows, others }: Mover,
  room: ReadonlyMap<string, number>,
  mayMeet: Relief['mayMeet'],
): string | undefined {
  const open = [...room].filter(
    ([name, free]) =>
      free > 0 &&
      (others.length === 0 || others.includes(name)) &&
      flows.every(({ identity, provider }) => mayMeet(identity, name, provider)),
  );
  return open.toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

function partsOf(
  { shares, allPerHour }: Mover,
  { pool, to, given }: { readonly pool: string; readonly to: string; readonly given: number },
): ReadonlyMap<string, number> {
  const parts = new Map(shares.map((one) => [one.pool, one.share]));
  const moved = given / allPerHour;
  const left = (parts.get(pool) ?? 0) - moved;
  parts.set(pool, left > leastPart ? left : 0);
  return parts.set(to, (parts.get(to) ?? 0) + moved);
}
