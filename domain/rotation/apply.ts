/** What stands after actions were carried out. */
import type { EpochMs } from '../time.ts';
import type { Action, Order, Pool, Stream, Warmth } from './model.ts';
import { mayBecome, standingAt } from './pool-states.ts';

/** All that rotation writes. */
export type Standings = {
  readonly pools: readonly Pool[];
  readonly streams: readonly Stream[];
  readonly orders: readonly Order[];
};

/** Where addresses wait for a person: a named pool that no stream uses. */
export const quarantinePool = 'quarantine';

/**
 * Returns what stands after actions, in their order; orders that have ended are gone. The same action
 * twice changes nothing more, and a pool never takes a step that its state does not allow.
 */
export function applyActions(
  standings: Standings,
  actions: readonly Action[],
  now: EpochMs,
): Standings {
  const after = actions.reduce(applyAction, standings);
  return { ...after, orders: after.orders.filter(({ until }) => until > now) };
}

function applyAction(standings: Standings, action: Action): Standings {
  switch (action.kind) {
    case 'hold-tenant':
    case 'hold-pair':
    case 'slow':
      return withOrder(standings, action.order);
    case 'move':
      return {
        ...standings,
        streams: standings.streams.map((stream) =>
          stream.stream === action.stream
            ? { ...stream, assignment: entry(stream.assignment, action.provider, action.pools) }
            : stream,
        ),
      };
    case 'quarantine':
      return withStanding(standings, action);
    case 'release':
      return 'orderId' in action
        ? withoutOrder(standings, action.orderId)
        : withStanding(standings, action);
    case 'quarantine-ip':
      return withAddress(standings, action);
    case 'grow':
      return onPool(standings, action.pool, (pool) => ({
        ...pool,
        warmth: entry(pool.warmth, action.provider, {
          ...(pool.warmth.get(action.provider) ?? unused),
          ...action.warmth,
        }),
      }));
    case 'rescue':
      // It lets mail be sent once more; what stands is the same.
      return standings;
  }
}

const unused: Pick<Warmth, 'sentToday' | 'cleanDays'> = { sentToday: 0, cleanDays: [] };

function withOrder(standings: Standings, order: Order): Standings {
  return { ...standings, orders: [...withoutOrder(standings, order.id).orders, order] };
}

function withoutOrder(standings: Standings, orderId: string): Standings {
  return { ...standings, orders: standings.orders.filter(({ id }) => id !== orderId) };
}

function withStanding(
  standings: Standings,
  action: Extract<Action, { readonly kind: 'quarantine' | 'release'; readonly pool: string }>,
): Standings {
  const { provider, standing } = action;
  return onPool(standings, action.pool, (pool) => {
    const own = pool.standings.get(provider) ?? standingAt(pool, provider);
    // What is older than what stands takes a decision back: no step, but a correction.
    const isCorrection = standing.since < own.since;
    if (!isCorrection && !mayBecome(own.state, standing.state)) return pool;
    return { ...pool, standings: entry(pool.standings, provider, standing) };
  });
}

function withAddress(
  standings: Standings,
  { ip, from, to }: Extract<Action, { readonly kind: 'quarantine-ip' }>,
): Standings {
  const left = onPool(standings, from, (pool) => ({
    ...pool,
    ips: pool.ips.filter((one) => one !== ip),
  }));
  return onPool(left, to ?? quarantinePool, (pool) =>
    pool.ips.includes(ip) ? pool : { ...pool, ips: [...pool.ips, ip] },
  );
}

function onPool(standings: Standings, name: string, change: (pool: Pool) => Pool): Standings {
  return {
    ...standings,
    pools: standings.pools.map((pool) => (pool.pool === name ? change(pool) : pool)),
  };
}

function entry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map([...map, [key, value]]);
}
