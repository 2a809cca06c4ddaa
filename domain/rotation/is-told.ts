import type { Decision } from './model.ts';
import { isLadderStep } from './open-ladders.ts';

/**
 * Returns whether people hear of a decision at once: what was only observed stands in the week's report, growth
 * is daily, and who asked for it knows.
 */
export function isTold({ page, autonomy, actions, by }: Decision): boolean {
  const isQuiet = autonomy === 'observe' || actions.every(isLadderStep);
  return page !== undefined || (!isQuiet && by === undefined);
}
