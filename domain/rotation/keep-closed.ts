/** A pool that is out takes no mail, also where its mail has nowhere else to go and its hold runs out. */

import type { Region } from '../evidence/model.ts';
import { dayMs, minuteMs } from '../time.ts';
import { assignedPools, poolsFor } from './eligible-pools.ts';
import type { Order, Pool, Situation, Stream } from './model.ts';
import { contains, openOrders, orderFor } from './orders.ts';
import type { AdvisedPlan } from './plan.ts';
import { standingAt } from './pool-states.ts';
import { clockOf, mailsOf } from './words.ts';

/** A hold is renewed before it ends, or mail would leave between two looks. */
const aheadMs = 15 * minuteMs;

/** So long a renewal lasts beyond the time at which the pool is looked at: a day with a list may be a week. */
const longerMs = dayMs;

type HoldAction = { readonly kind: 'hold-pair'; readonly order: Order };

type Place = { readonly stream: Stream; readonly region: Region; readonly until: number };

/**
 * Returns the record of holds for mail that would leave through a pool that is out, undefined where there is none.
 * That the pool is out was decided before, so nothing stops it; what a person has lifted since stays lifted.
 */
export function keepClosed(situation: Situation): AdvisedPlan | undefined {
  const { now, automation } = situation;
  if (automation === 'off' || placesOf(situation).length === 0) return undefined;
  const id = situation.newId();
  const isStuck = placesOf(situation).some((place) => !hasElsewhere(place, situation));
  const holds = closingHolds(situation, id);
  return {
    id,
    actions: holds,
    declared: true,
    evidence: holds.map(
      ({ order: { streams = [], region, until } }) =>
        `${streams.join(', ')}: ${mailsOf(region)} wait until ${clockOf(until, now)}, because the pool is out and has mail that is not elsewhere yet`,
    ),
    counterEvidence: [],
    ...(isStuck && { advice: adviceStuck }),
  };
}

const adviceStuck =
  'this mail has nowhere else to go: add warm capacity or a failover pool for these streams, or let the pool try again with `goodstanding pools release`';

/** Mail that another pool may take moves within the next hours, by its limits. */
function hasElsewhere({ stream, region: { pool, provider = '*' } }: Place, situation: Situation) {
  return poolsFor(stream, provider, situation)
    .flat()
    .some((name) => name !== pool);
}

/** Returns the holds of a decision for mail that would leave through pools that are out, a stream and place each. */
export function closingHolds(situation: Situation, decision: string): readonly HoldAction[] {
  const { now } = situation;
  return placesOf(situation).map(({ stream, region, until }, index) => {
    const forMs = Math.max(until, now) - now + longerMs;
    const wanted = { region, share: 0, forMs, streams: [stream.stream] };
    return { kind: 'hold-pair', order: orderFor(wanted, decision, { now, part: index + 1 }) };
  });
}

/** Where streams still give mail to a pool although it is out there. */
function placesOf(situation: Situation): readonly Place[] {
  return situation.pools
    .flatMap((pool) => openPlaces(pool, situation))
    .filter((place) => !isHeld(place, situation) && !isLifted(place, situation));
}

function openPlaces(pool: Pool, { streams }: Situation): readonly Place[] {
  const isOut = (provider: string) =>
    ['quarantined', 'resting'].includes(standingAt(pool, provider).state);
  return streams.flatMap((stream) => {
    const named = isOut('*') ? [...stream.assignment.keys()] : [...pool.standings.keys()];
    return named.flatMap((provider): readonly Place[] => {
      const hasWeight = assignedPools(stream, provider).some(
        (one) => one.pool === pool.pool && one.weight > 0,
      );
      if (!hasWeight || !isOut(provider)) return [];
      const region = provider === '*' ? { pool: pool.pool } : { pool: pool.pool, provider };
      return [{ stream, region, until: standingAt(pool, provider).until ?? 0 }];
    });
  });
}

function isHeld({ stream, region }: Place, situation: Situation): boolean {
  const endsAfter = situation.now + aheadMs;
  return openOrders(situation).some(
    (order) => order.share === 0 && order.until > endsAfter && isAbout(order, stream, region),
  );
}

/** Orders that let probes through hold everybody else's mail. */
function isAbout({ region: held, streams }: Order, { stream }: Stream, region: Region): boolean {
  return contains(held, region) && (streams?.includes(stream) ?? true);
}

function isLifted({ stream, region }: Place, { history, pools }: Situation): boolean {
  const pool = pools.find((one) => one.pool === region.pool);
  const since = pool ? standingAt(pool, region.provider ?? '*').since : 0;
  return history.some(
    ({ by, done, at, actions }) =>
      by !== undefined &&
      done &&
      at >= since &&
      actions.some(
        (action) =>
          action.kind === 'release' &&
          'orderId' in action &&
          action.order !== undefined &&
          isAbout(action.order, stream, region),
      ),
  );
}
