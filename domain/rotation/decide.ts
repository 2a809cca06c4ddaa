/** The decider: from what stands and what the evidence says to decisions with their reasons. */
import { applyActions } from './apply.ts';
import { continueMoves } from './continue-moves.ts';
import { planCause } from './decide-cause.ts';
import { planUndecided } from './decide-undecided.ts';
import { isHeardOf, planSilence } from './feedback-silence.ts';
import { climbLadders } from './ladder.ts';
import { listingCauses } from './listings.ts';
import { look } from './look.ts';
import type { Decision, Situation, Trigger } from './model.ts';
import type { AdvisedPlan } from './plan.ts';
import { recordOf } from './record.ts';
import { planReleases } from './release.ts';

/**
 * Returns what is decided now, in the order in which it is to be carried out. Each decision is made on what
 * those before it leave, as far as they are done. Nothing is decided twice: what stands already, and what
 * was said within the hour without being done, is left out.
 */
export function decide(situation: Situation, trigger: Trigger): readonly Decision[] {
  const decisions: Decision[] = [];
  let current = situation;
  const take = (plan: AdvisedPlan | undefined) => {
    if (!plan) return;
    const decision = recordOf(plan, current);
    decisions.push(decision);
    const after = applyActions(current, decision.done ? decision.actions : [], current.now);
    current = { ...current, ...after, history: [...current.history, decision] };
  };
  const isHeard = isHeardOf(situation);
  take(planSilence(current));
  for (const found of look(situation, trigger)) {
    for (const cause of found.causes)
      for (const plan of planCause(cause, found.verdict, current)) take(plan);
    if (found.undecided) take(planUndecided(found.undecided, found, current));
  }
  if (trigger.kind !== 'schedule') return decisions;
  for (const cause of listingCauses(current))
    for (const plan of planCause(cause, undefined, current)) take(plan);
  for (const plan of continueMoves(current)) take(plan);
  if (!isHeard) return decisions;
  for (const plan of planReleases(current)) take(plan);
  take(climbLadders(current));
  return decisions;
}
