import type { Region } from '../../../domain/evidence/model.ts';
import type { Action, Decision } from '../../../domain/rotation/model.ts';
import { isSameRegion } from '../../../domain/rotation/orders.ts';
import { isPatience } from '../../../domain/rotation/past.ts';
import type { Act } from '../policy.ts';

/** Returns what a decision did, in the words by which every policy is judged; growth is not judged. */
export function actsOf(decision: Decision): readonly Act[] {
  const { at, actions, cause, undecided } = decision;
  const waits = isPatience(decision) ? 'a surge waits for its answers' : 'undecided';
  const why = cause ? `${cause.kind} at fault for ${cause.signal}` : waits;
  const struck = actions.filter((action) => !actions.some((other) => isRenewal(action, other)));
  const acts = struck.flatMap((action) => doneBy(action).map((done) => ({ at, why, ...done })));
  const seen = new Set<string>();
  return acts.filter((act) => {
    // Weights of others shrink when a pool gets its share back; nobody leaves them for a fault.
    if (act.do === 'leave' && !cause && !undecided) return false;
    const held = act.do === 'slow' && seen.has(keyOf({ ...act, do: 'hold' }));
    const isNew = !held && !seen.has(keyOf(act));
    seen.add(keyOf(act));
    return isNew;
  });
}

/**
 * An order that takes the place of another about the same, with the same share, only makes it longer: nothing
 * happens to any mail, and as with the other policies' orders it is no act of its own.
 */
function isRenewal(one: Action, other: Action): boolean {
  const [before, after] = one.kind === 'release' ? [one, other] : [other, one];
  if (before.kind !== 'release' || !('orderId' in before) || after.kind !== 'slow') return false;
  const { order } = before;
  return (
    order !== undefined &&
    order.kind === 'slow' &&
    order.share === after.order.share &&
    isSameRegion(order.region, after.order.region)
  );
}

/** One decision holds a part of the mail once, however many of its actions say so. */
function keyOf({ do: what, region }: Pick<Act, 'do' | 'region'>): string {
  return [what, ...Object.entries(region).sort().flat()].join(' ');
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
      // A degraded pool keeps its mail, and only climbs no ladder.
      if (action.standing.state !== 'quarantined') return [];
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
