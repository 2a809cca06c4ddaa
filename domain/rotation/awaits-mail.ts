/** Whether a question stands open that the mail of the next seconds may decide. */
import { minuteMs, secondMs } from '../time.ts';
import type { Situation } from './model.ts';
import { overlaps } from './orders.ts';

/** How soon the loop looks again: mail that left meanwhile has its answer by then. */
export const againMs = 2 * secondMs;

/** What a minute of others' mail has not decided waits for the schedule, which looks each minute. */
const awaitedMs = minuteMs;

/**
 * Returns whether mail was held undecided within the last minute and no cause of it was found since. What is
 * held makes no news of its own, so nobody else would ask for the look that decides.
 */
export function awaitsMail({ history, now }: Pick<Situation, 'history' | 'now'>): boolean {
  return history.some(({ at, done, undecided, actions }, index) => {
    if (!done || !undecided || at <= now - awaitedMs) return false;
    if (!actions.some(({ kind }) => kind === 'hold-pair')) return false;
    return !history
      .slice(index + 1)
      .some(
        (later) =>
          later.done && later.cause && overlaps(later.cause.region, undecided.intersection),
      );
  });
}
