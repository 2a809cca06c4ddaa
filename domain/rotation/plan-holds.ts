/** Holding and slowing: what is done about who sends, and about what nobody can move away from. */

import { senderSignals } from '../blame/kinds.ts';
import type { Region } from '../evidence/model.ts';
import { type EpochMs, epochMs } from '../time.ts';
import { poolNamed } from './capacity.ts';
import { failsWhole } from './ease.ts';
import {
  holdMs,
  lengthened,
  measureMs,
  probationShares,
  slowings,
  slowShareMin,
} from './measures.ts';
import type { Action, Order, Situation } from './model.ts';
import type { Numbering } from './move-share.ts';
import { contains, openOrders, orderFor } from './orders.ts';
import { sameCauses } from './past.ts';
import type { Outline, Scene } from './plan.ts';
import { mayBecome, standingAt } from './pool-states.ts';
import { trickleShare } from './trickle.ts';

/** Returns the hold of a cause's mail; undefined where an order holds it already. */
export function planHold(scene: Scene, kind: 'hold-tenant' | 'hold-pair'): Outline | undefined {
  const hold = holdOf(scene, scene.cause.region, kind);
  const isDoing = senderSignals.has(scene.cause.signal) && scene.cause.signal !== 'domain';
  return hold && { actions: [hold, ...(isDoing ? probationAfter(scene, hold) : [])], deeds: [] };
}

/**
 * Returns the hold of a whole tenant whose doing two providers refuse; undefined where only one does: then it
 * may be that provider's own view.
 */
export function planWhole(scene: Scene): Outline | undefined {
  const { cause, situation } = scene;
  const { tenant, provider } = cause.region;
  if (tenant === undefined || provider === undefined || !senderSignals.has(cause.signal))
    return undefined;
  const isSecond = isHeldForDoing(tenant, provider, situation);
  const hold = isSecond ? holdOf(scene, { tenant }, 'hold-tenant') : undefined;
  return hold && { actions: [hold, ...probationAfter(scene, hold)], deeds: [] };
}

/** Returns whether a tenant is held for its doing at a provider other than one. */
export function isHeldForDoing(
  tenant: string,
  provider: string | undefined,
  situation: Situation,
): boolean {
  const doings = new Set(
    situation.history.flatMap(({ id, cause }) =>
      cause && senderSignals.has(cause.signal) ? [id] : [],
    ),
  );
  return openOrders(situation).some(
    ({ region, share, decision }) =>
      share === 0 &&
      region.tenant === tenant &&
      region.provider !== undefined &&
      region.provider !== provider &&
      doings.has(decision),
  );
}

/** Returns the hold of a region for as long as its past asks for; undefined where it is held already. */
export function holdOf(
  { cause, situation, decision }: Scene,
  region: Region,
  kind: 'hold-tenant' | 'hold-pair',
): HoldAction | undefined {
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

type HoldAction = { readonly kind: 'hold-tenant' | 'hold-pair'; readonly order: Order };

/**
 * Returns the trickles that follow a hold for what a sender did: their orders begin with the hold, which is
 * stricter, and outlast it one after the other, so that what waited does not leave at once when the hold ends.
 */
export function probationAfter(
  { situation: { now }, decision }: Scene,
  hold: HoldAction,
): readonly Action[] {
  return trickleAfter(hold, {
    now,
    decision,
    steps: { shares: probationShares, eachMs: measureMs.probation },
  });
}

/** Returns the same with any steps: shares that leave, one after the other. */
export function trickleAfter(
  { kind, order }: HoldAction,
  {
    now,
    decision,
    steps,
  }: {
    readonly now: EpochMs;
    readonly decision: Numbering;
    readonly steps: { readonly shares: readonly number[]; readonly eachMs: number };
  },
): readonly Action[] {
  const { region, until } = order;
  return steps.shares.map((share, step) => {
    const forMs = until - now + (step + 1) * steps.eachMs;
    const at = { now, part: decision.next() };
    return { kind, order: orderFor({ region, share, forMs }, decision.id, at) };
  });
}

/**
 * Returns what slows a cause's mail by its signal; half as much again when an order is about to end and the
 * evidence still stands. Undefined while an order slows it, and while more gets through than a slowing
 * would let.
 */
export function planSlow(scene: Scene): Outline | undefined {
  const { cause, situation, decision } = scene;
  const { now } = situation;
  const { forMs, when } = slowings[cause.signal];
  const covering = openOrders(situation).filter(
    ({ region, streams }) => streams === undefined && contains(region, cause.region),
  );
  if (covering.some((order) => !endsSoon(order, now))) return undefined;
  const [ending] = covering;
  if (ending?.share === 0) return undefined;
  const stage = ending ? 'trickles' : 'begins';
  if (when === 'nothing' && !failsWhole(cause, situation, stage)) return outlineOfDegraded(scene);
  const share = shareOf(scene, ending);
  const order = orderFor(
    {
      ...{ region: cause.region, share, forMs },
      ...(when === 'nothing' && { oldestFirstSince: ending?.oldestFirstSince ?? now }),
    },
    decision.id,
    { now, part: decision.next() },
  );
  const degraded = degradedBy(scene, order.until);
  const lifted: readonly Action[] = ending
    ? [{ kind: 'release', orderId: ending.id, order: ending }]
    : [];
  return { actions: [{ kind: 'slow', order }, ...degraded, ...lifted], deeds: [] };
}

/** What a sender or pool earned is slowed further by each renewal; a trickle that shows an end only as mail grows. */
function shareOf({ cause, situation }: Scene, ending: Order | undefined): number {
  const { share, when } = slowings[cause.signal];
  if (when === 'nothing') return trickleShare(cause, situation, ending);
  return ending ? Math.max(slowShareMin, ending.share / 2) : share;
}

function outlineOfDegraded(scene: Scene): Outline | undefined {
  const until = epochMs(scene.situation.now + slowings[scene.cause.signal].forMs);
  const actions = degradedBy(scene, until);
  return actions.length === 0 ? undefined : { actions, deeds: [] };
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

/** In the second half of its time an order is renewed, if the evidence still asks for it. */
function endsSoon({ since, until }: Order, now: number): boolean {
  return until - now < (until - since) / 2;
}
