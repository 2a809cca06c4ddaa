/** Holding and slowing: what is done about who sends, and about what nobody can move away from. */
import type { Region } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';
import { poolNamed } from './capacity.ts';
import { holdMs, lengthened, measureMs, slowShareMin, slowShares } from './measures.ts';
import type { Action, Order } from './model.ts';
import { contains, openOrders, orderFor } from './orders.ts';
import { sameCauses } from './past.ts';
import type { Outline, Scene } from './plan.ts';
import { mayBecome, standingAt } from './pool-states.ts';

/** Returns the hold of a cause's mail; undefined where an order holds it already. */
export function planHold(scene: Scene, kind: 'hold-tenant' | 'hold-pair'): Outline | undefined {
  const action = holdOf(scene, scene.cause.region, kind);
  return action && { actions: [action], deeds: [] };
}

/** Returns the hold of a region for as long as its past asks for; undefined where it is held already. */
export function holdOf(
  { cause, situation, decision }: Scene,
  region: Region,
  kind: 'hold-tenant' | 'hold-pair',
): Action | undefined {
  const held = openOrders(situation).some(
    (order) => order.share === 0 && !order.probes && contains(order.region, region),
  );
  if (held) return undefined;
  const before = sameCauses(situation, cause).length;
  const order = orderFor(
    { region, share: 0, forMs: lengthened(holdMs(cause.signal, region), before) },
    decision.id,
    { now: situation.now, part: decision.next() },
  );
  return { kind, order };
}

/**
 * Returns what slows a cause's mail: half of it, a quarter, a fifth by its signal; half as much again when an order
 * is about to end and the evidence still stands. Undefined while an order slows it.
 */
export function planSlow(scene: Scene): Outline | undefined {
  const { cause, situation, decision } = scene;
  const { now } = situation;
  const covering = openOrders(situation).filter(
    ({ region, streams }) => streams === undefined && contains(region, cause.region),
  );
  if (covering.some((order) => !endsSoon(order, now))) return undefined;
  const [ending] = covering;
  if (ending?.share === 0) return undefined;
  const share = ending ? Math.max(slowShareMin, ending.share / 2) : slowShares[cause.signal];
  const forMs = cause.signal === 'outage' ? measureMs.outage : measureMs.slow;
  const order = orderFor({ region: cause.region, share, forMs }, decision.id, {
    now,
    part: decision.next(),
  });
  const degraded = degradedBy(scene, order.until);
  const lifted: readonly Action[] = ending
    ? [{ kind: 'release', orderId: ending.id, order: ending }]
    : [];
  return { actions: [{ kind: 'slow', order }, ...degraded, ...lifted], deeds: [] };
}

/** A pool that a provider asks to slow down shows it, and climbs no ladder meanwhile. */
function degradedBy({ cause, situation }: Scene, until: EpochMs): readonly Action[] {
  const { pool: name, provider } = cause.region;
  const pool = poolNamed(situation, name);
  if (!pool || provider === undefined) return [];
  const { state } = standingAt(pool, provider);
  if (state === 'degraded' || !mayBecome(state, 'degraded')) return [];
  const before = pool.standings.get(provider);
  return [
    {
      kind: 'quarantine',
      pool: pool.pool,
      provider,
      standing: { state: 'degraded', since: situation.now, until },
      ...(before && { before }),
    },
  ];
}

/** In the last quarter of its time an order is renewed, if the evidence still asks for it. */
function endsSoon({ since, until }: Order, now: number): boolean {
  return until - now < (until - since) / 4;
}
