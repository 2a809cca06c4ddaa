/** What stops the loop as a whole: a switch, too many holds at once, or news that does not come. */
import { epochMs, hourMs, minuteMs } from '../time.ts';
import { isHeardOf } from './feedback-silence.ts';
import type { Action, Brake, Decision, Situation } from './model.ts';

/** Brakes on everything that the loop would do by itself, of which one page is enough. */
const freezes: ReadonlySet<Brake> = new Set([
  'automation-off',
  'frozen',
  'too-many-holds',
  'stale-feedback',
  'no-feedback',
]);

const holdsWithinMs = 10 * minuteMs;

/** What a person is to do when more tenants would be held than the loop may hold by itself. */
export const adviceTooManyHolds =
  'look whether these tenants are really at fault and what they share; nothing is done by itself until ten minutes have fewer holds, or somebody says `goodstanding automation on`';

/** Returns why nothing at all is carried out now, undefined where something may be. */
export function stopOf(situation: Situation): Brake | undefined {
  const { automation, heardAt } = situation;
  if (automation === 'off') return 'automation-off';
  if (automation === 'freeze') return 'frozen';
  if (wouldHoldTooMany(situation, [])) return 'too-many-holds';
  if (isHeardOf(situation)) return undefined;
  return heardAt === 0 ? 'no-feedback' : 'stale-feedback';
}

/**
 * Returns whether the loop's holds of tenants of the last ten minutes are more than it may give by itself, with
 * those of `actions`. What was only stopped for this counts too, and holds of persons or from before somebody
 * said `automation on` do not.
 */
export function wouldHoldTooMany(
  { history, now, resumedAt = epochMs(0), brakes }: Situation,
  actions: readonly Action[],
): boolean {
  const since = Math.max(now - holdsWithinMs, resumedAt);
  const given = history.filter(
    (one) =>
      one.by === undefined &&
      (one.done || one.brake === 'too-many-holds') &&
      (one.settled === 'acted' ? (one.actsAt ?? one.at) : one.at) > since,
  );
  const held = [...given.flatMap((one) => one.actions), ...actions].flatMap((action) =>
    action.kind === 'hold-tenant' ? [JSON.stringify(action.order.region)] : [],
  );
  return new Set(held).size > brakes.holdsMax;
}

/** Returns whether a decision was held back by a stop that is over, so that it is to be made again. */
export function isStopOver({ done, brake }: Decision, situation: Situation): boolean {
  return !done && brake !== undefined && freezes.has(brake) && stopOf(situation) === undefined;
}

/** Returns whether somebody was called within the hour because of a stop: one page, not one for each decision. */
export function wasCalledFor(brake: Brake, { history, now }: Situation): boolean {
  return (
    freezes.has(brake) &&
    history.some((one) => one.brake === brake && one.page !== undefined && one.at > now - hourMs)
  );
}
