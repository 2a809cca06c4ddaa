import { mailsOf } from '../../domain/rotation/words.ts';
import type { Clock } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import { listOrders } from '../actions/standing-orders.ts';
import type { OrderRow } from './model.ts';

/** Returns a reader of what is held or slowed now. */
export function createOrdersReader(
  backend: Backend,
  clock: Clock,
): () => Promise<readonly OrderRow[]> {
  return async () => {
    const rows = await listOrders(backend, { now: clock() });
    return rows.map(({ order, streams, scope }) => ({
      id: order.id,
      kind: order.kind,
      what: `${mailsOf(order.region)}${scope === 'all-streams' ? '' : `, ${streams.join(', ')} alone`}`,
      streams,
      share: order.share,
      since: order.since,
      until: order.until,
      decision: order.decision,
    }));
  };
}
