/** Taking decisions back. */
import { epochMs } from '../time.ts';
import { quarantinePool } from './apply.ts';
import type { Action, Decision, Order, Standing } from './model.ts';

/** How a pool stood of which nothing was written before. */
const declared: Standing = { state: 'active', since: epochMs(0) };

/**
 * Returns the actions that take back what a decision did, last first. Mail that was sent once more cannot
 * be taken back, so a rescue has none.
 */
export function undoActions({ actions }: Pick<Decision, 'actions'>): readonly Action[] {
  return actions.toReversed().flatMap(undoAction);
}

function undoAction(action: Action): readonly Action[] {
  switch (action.kind) {
    case 'hold-tenant':
    case 'hold-pair':
    case 'slow':
      return [{ kind: 'release', orderId: action.order.id, order: action.order }];
    case 'move': {
      const { before, pools } = action;
      return [{ ...action, before: pools, pools: before }];
    }
    case 'quarantine': {
      const { before = declared, standing } = action;
      return [{ ...action, kind: 'release', standing: before, before: standing }];
    }
    case 'release': {
      if ('orderId' in action) return action.order ? [orderAgain(action.order)] : [];
      const { before = declared, standing } = action;
      return [{ ...action, kind: 'quarantine', standing: before, before: standing }];
    }
    case 'quarantine-ip':
      return [
        {
          kind: 'quarantine-ip',
          ip: action.ip,
          from: action.to ?? quarantinePool,
          to: action.from,
        },
      ];
    case 'grow':
      return action.before ? [{ ...action, warmth: action.before, before: action.warmth }] : [];
    case 'rescue':
      return [];
  }
}

function orderAgain(order: Order): Action {
  return { kind: order.kind === 'hold' ? 'hold-pair' : 'slow', order };
}
