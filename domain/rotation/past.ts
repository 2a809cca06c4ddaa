/** What was decided before about the same part of the mail. */
import type { Cause } from '../blame/model.ts';
import type { Region } from '../evidence/model.ts';
import { dayMs, type EpochMs, epochMs } from '../time.ts';
import type { Action, Decision, Situation } from './model.ts';
import { contains, isSameRegion } from './orders.ts';

type Past = Pick<Situation, 'history' | 'now'>;

/**
 * Returns the decisions that were carried out about the same cause, oldest first; the rescue that follows one is
 * no second time.
 */
export function sameCauses({ history }: Past, cause: Cause): readonly Decision[] {
  return history.filter(
    ({ done, cause: other, actions }) =>
      done &&
      (actions.length === 0 || actions.some(({ kind }) => kind !== 'rescue')) &&
      other !== undefined &&
      other.signal === cause.signal &&
      isSameRegion(other.region, cause.region),
  );
}

/**
 * Returns whether a cause came back within a day although it was acted on, or a provider's mail was moved
 * within a day and is refused again where it went: hopping on would be what snowshoe spammers do.
 */
export function isTwiceInADay({ history, now }: Past, cause: Cause): boolean {
  const day = history.filter(({ at, done }) => done && at > now - dayMs);
  const same = sameCauses({ history: day, now }, cause).some(({ actions }) =>
    actions.some(isLasting),
  );
  const { pool, provider } = cause.region;
  const hops =
    cause.signal === 'block' &&
    provider !== undefined &&
    day.some(
      ({ actions, cause: other }) =>
        other?.signal === 'block' &&
        other.region.pool !== pool &&
        actions.some(
          (action) =>
            action.kind === 'move' &&
            action.provider === provider &&
            action.pools.some((one) => one.pool === pool),
        ),
    );
  return same || hops;
}

/** Returns the last decision about the same cause, carried out or not. */
export function saidLast({ history }: Past, cause: Cause): Decision | undefined {
  return history.findLast(
    ({ cause: other }) =>
      other !== undefined &&
      other.signal === cause.signal &&
      isSameRegion(other.region, cause.region),
  );
}

/** Returns how often a pool was taken out at a provider within the history. */
export function quarantinesOf(
  { history }: Past,
  place: { readonly pool: string; readonly provider: string },
): number {
  return history
    .filter(({ done }) => done)
    .flatMap(({ actions }) => actions)
    .filter(
      (action) =>
        action.kind === 'quarantine' &&
        action.standing.state === 'quarantined' &&
        action.pool === place.pool &&
        action.provider === place.provider,
    ).length;
}

/**
 * Returns since when evidence about a region says something new: what came before the last change of what
 * stands for it has been answered already.
 */
export function answeredUntil(
  { history, now, pools }: Past & Pick<Situation, 'pools'>,
  region: Region,
): EpochMs {
  const ends = history
    .filter((one) => one.done && !isPatience(one))
    .flatMap(({ actions, at }) => actions.flatMap((action) => answeredBy(action, at, region)));
  const standings = pools
    .filter(({ pool }) => pool === region.pool)
    .flatMap(({ standings: all }) =>
      [...all].flatMap(([provider, { since, state }]) =>
        state !== 'degraded' && ['*', region.provider].includes(provider) ? [since] : [],
      ),
    );
  const past = [...ends, ...standings].filter((at) => at <= now);
  return epochMs(Math.max(0, ...past));
}

/**
 * Returns whether a decision made a surge wait for a few minutes. It answers nothing: what was heard before it
 * counts on, and an order for longer stands beside it.
 */
export function isPatience({ verdict, cause, undecided }: Decision): boolean {
  return verdict !== undefined && cause === undefined && undecided === undefined;
}

/** Returns what stands without the orders that only make a surge wait. */
export function withoutPatience(situation: Situation): Situation {
  const { history, orders } = situation;
  const waits = new Set(history.filter(isPatience).map(({ id }) => id));
  if (waits.size === 0) return situation;
  return { ...situation, orders: orders.filter(({ decision }) => !waits.has(decision)) };
}

/** An order answers what lies within it until it ends; while it stands, until it was given. */
function answeredBy(action: Action, at: EpochMs, region: Region): readonly EpochMs[] {
  if ('standing' in action && action.standing.state !== 'degraded')
    return action.pool === region.pool && ['*', region.provider].includes(action.provider)
      ? [at]
      : [];
  if (!('order' in action) || action.order === undefined || action.kind === 'slow') return [];
  if (!contains(action.order.region, region)) return [];
  return action.kind === 'release' ? [at] : [action.order.since, action.order.until];
}

/** Returns whether an action is one of those that must not be needed twice in a day. */
function isLasting(action: Action): boolean {
  if (action.kind === 'quarantine') return action.standing.state === 'quarantined';
  return action.kind === 'move' || action.kind === 'quarantine-ip';
}
