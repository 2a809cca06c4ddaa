import type { Region } from '../../../domain/evidence/model.ts';
import type { Action, Decision } from '../../../domain/rotation/model.ts';
import type { Act } from '../policy.ts';

/** Returns what a decision did, in the words by which every policy is judged; growth is not judged. */
export function actsOf({ at, actions, cause }: Decision): readonly Act[] {
  const why = cause ? `${cause.kind} at fault for ${cause.signal}` : 'undecided';
  return actions.flatMap((action) => doneBy(action).map((done) => ({ at, why, ...done })));
}

function doneBy(action: Action): readonly Pick<Act, 'do' | 'region'>[] {
  switch (action.kind) {
    case 'hold-tenant':
    case 'hold-pair':
    case 'slow': {
      const { kind, region } = action.order;
      return [{ do: kind, region }];
    }
    case 'move': {
      const weights = new Map(action.pools.map(({ pool, weight }) => [pool, weight] as const));
      const lost = action.before.filter(({ pool, weight }) => (weights.get(pool) ?? 0) < weight);
      return lost.map(({ pool }) => ({ do: 'leave', region: placeOf(pool, action.provider) }));
    }
    case 'quarantine':
      return [{ do: 'leave', region: placeOf(action.pool, action.provider) }];
    case 'quarantine-ip':
      return [{ do: 'leave', region: { pool: action.from, ip: action.ip } }];
    case 'release':
      return 'orderId' in action
        ? [{ do: 'return', region: action.order?.region ?? {} }]
        : [{ do: 'return', region: placeOf(action.pool, action.provider) }];
    case 'grow':
    case 'rescue':
      return [];
  }
}

function placeOf(pool: string, provider: string): Region {
  return provider === '*' ? { pool } : { pool, provider };
}
