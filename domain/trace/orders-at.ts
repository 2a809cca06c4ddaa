import type { Origin } from '../evidence/model.ts';
import { deedOf } from '../rotation/explain.ts';
import type { Order } from '../rotation/model.ts';
import { isWithin } from '../rotation/orders.ts';
import type { EpochMs } from '../time.ts';
import type { TraceMaterial } from './model.ts';

/** Orders that were in force for a mail, in words, and the decisions that gave them. */
export type OrdersInForce = {
  readonly details: readonly string[];
  readonly decisions: readonly string[];
};

/**
 * Returns the orders that held or slowed a mail's part at an instant. Without an origin, which only an attempt
 * knows, those that may have: of its tenant, or of nobody in particular.
 */
export function ordersAt(
  material: Pick<TraceMaterial, 'orders' | 'decisions' | 'request'>,
  { at, origin }: { readonly at: EpochMs; readonly origin?: Origin },
): OrdersInForce {
  const about = knownOrders(material).filter(
    ({ since, until, region, streams }) =>
      since <= at &&
      at < until &&
      (streams === undefined || streams.includes(material.request.stream)) &&
      (origin === undefined ? mayConcern(region, material) : isWithin(region, origin)),
  );
  return {
    details: about.map(
      (order) =>
        `order ${order.id} in force: ${deedOf({ kind: order.region.provider === undefined ? 'hold-tenant' : 'hold-pair', order }, at)}`,
    ),
    decisions: [...new Set(about.map(({ decision }) => decision))],
  };
}

/** Those that stand, and those that decisions gave and have ended since. */
function knownOrders({
  orders,
  decisions,
}: Pick<TraceMaterial, 'orders' | 'decisions'>): readonly Order[] {
  const given = decisions.flatMap(({ actions, done }) =>
    done
      ? actions.flatMap((action) =>
          'order' in action && action.kind !== 'release' && action.order ? [action.order] : [],
        )
      : [],
  );
  const all = new Map([...given, ...orders].map((order) => [order.id, order]));
  return [...all.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function mayConcern(region: Order['region'], { request }: Pick<TraceMaterial, 'request'>): boolean {
  return region.tenant === undefined || region.tenant === request.tenant;
}
