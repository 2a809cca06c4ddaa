/** The decider: from what stands and what the evidence says to decisions with their reasons. */
import { hourMs } from '../time.ts';
import { applyActions } from './apply.ts';
import { planReturns } from './away.ts';
import { planConclusions } from './conclude-trials.ts';
import { continueMoves } from './continue-moves.ts';
import { planCause } from './decide-cause.ts';
import { planUndecided } from './decide-undecided.ts';
import { planEases } from './ease.ts';
import { isHeardOf, planSilence } from './feedback-silence.ts';
import { keepClosed } from './keep-closed.ts';
import { climbLadders } from './ladder.ts';
import { listingCauses } from './listings.ts';
import { type Found, look, newFindingsOf } from './look.ts';
import type { Decision, Situation, Trigger } from './model.ts';
import { openLadders } from './open-ladders.ts';
import { withoutPatience } from './past.ts';
import type { AdvisedPlan } from './plan.ts';
import { recordOf } from './record.ts';
import { planReleases } from './release.ts';
import { planReliefs } from './relieve.ts';
import { isStopOver } from './stop.ts';
import { isHeldWhole, lookAtSurges, planPatience, sayOfSurge } from './surges.ts';

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
  if (trigger.kind === 'schedule') take(openLadders(current));
  take(planSilence(current));
  const takeFound = ({ causes, undecided, verdict, cells }: Found, ...lead: readonly string[]) => {
    const takeAfter = (plan: AdvisedPlan | undefined) =>
      take(plan && { ...plan, evidence: [...lead, ...plan.evidence] });
    for (const cause of causes)
      planCause(cause, verdict, withoutPatience(current)).forEach(takeAfter);
    if (undecided)
      takeAfter(planUndecided(undecided, { verdict, cells, causes }, withoutPatience(current)));
  };
  for (const found of look(situation, trigger)) takeFound(found);
  for (const surge of lookAtSurges(current, trigger)) {
    if (isHeldWhole(surge.region, current)) continue;
    if (surge.level === 'act') {
      // What is not decided yet waits as a surge does, whose first trickle is smaller than after a question.
      const { undecided: _, ...found } = newFindingsOf(current, surge);
      takeFound(found, sayOfSurge(surge, current));
    }
    if (!isHeldWhole(surge.region, current)) take(planPatience(surge, current));
  }
  if (trigger.kind !== 'schedule') {
    if (decisions.length > 0) take(keepClosed(current));
    return decisions;
  }
  for (const cause of listingCauses(current))
    for (const plan of planCause(cause, undefined, current)) take(plan);
  const takeNews = (plan: AdvisedPlan | undefined) => {
    if (plan && !wasSaid(plan, current)) take(plan);
  };
  for (const plan of continueMoves(() => current)) takeNews(plan);
  take(keepClosed(current));
  if (!isHeard) return decisions;
  for (const plan of planConclusions(() => current)) takeNews(plan);
  for (const plan of planEases(() => current)) takeNews(plan);
  for (const plan of planReleases(() => current)) takeNews(plan);
  for (const plan of planReturns(() => current)) takeNews(plan);
  for (const plan of planReliefs(() => current)) takeNews(plan);
  take(climbLadders(current));
  return decisions;
}

/** What the schedule finds anew each minute is said once an hour, and not while it waits for its veto window. */
function wasSaid({ evidence: [what] }: AdvisedPlan, situation: Situation): boolean {
  const { history, now } = situation;
  const last = history.findLast(
    ({ cause, undecided, evidence }) => !cause && !undecided && evidence[0] === what,
  );
  if (!last || last.done || isStopOver(last, situation)) return false;
  const waits = last.settled === undefined && last.actsAt !== undefined && last.actsAt > now;
  return waits || last.at > now - hourMs;
}
