/** What becomes of a plan: who may carry it out, and when. */
import { epochMs } from '../time.ts';
import { quarantinePool } from './apply.ts';
import { deedOf, pageOf, undoCommand } from './explain.ts';
import {
  type Action,
  type ActionKind,
  type Autonomy,
  autonomies,
  type Brake,
  type Decision,
  type Situation,
} from './model.ts';
import { movedBy } from './moved-by.ts';
import { isLadderStep } from './open-ladders.ts';
import { type AdvisedPlan, untilOf } from './plan.ts';
import { stopOf, wasCalledFor } from './stop.ts';

/** With these nothing is done, whatever the autonomy. */
const stopping: ReadonlySet<Brake> = new Set([
  'automation-off',
  'frozen',
  'too-many-holds',
  'stale-feedback',
  'no-feedback',
  'change-window',
]);

/** What each autonomy says of deeds that it does not do itself. */
const instead: Readonly<Record<Autonomy, string>> = {
  observe: 'nothing; it only observes, and would have done this',
  propose: 'nothing yet; it proposes this, approve it with `goodstanding decisions approve',
  veto: 'nothing yet; it does this unless somebody objects with `goodstanding decisions veto',
  act: '',
};

/**
 * Returns the record of a plan. Its actions belong together, so the most careful autonomy of their kinds
 * is that of all; what a brake stops is written down as not done.
 */
export function recordOf(plan: AdvisedPlan, situation: Situation): Decision {
  const { advice, declared, ...rest } = plan;
  const { now, vetoMs } = situation;
  const brake = declared ? undefined : (stopOf(situation) ?? plan.brake);
  const isStopped = brake !== undefined && stopping.has(brake);
  const autonomy = declared ? 'act' : autonomyOf(plan.actions, situation);
  const done = plan.actions.length > 0 && autonomy === 'act' && !isStopped;
  const waits = plan.actions.length > 0 && autonomy === 'veto' && !isStopped;
  const moved = plan.moved ?? movedBy(plan.actions, situation);
  const decision = {
    ...rest,
    ...(moved.length > 0 && { moved }),
    ...untilOf(plan.actions),
    at: now,
    autonomy,
    done,
    ...(waits && { actsAt: epochMs(now + vetoMs) }),
    ...(brake && { brake }),
    undo: undoCommand(plan.id),
  };
  const isCalled = advice !== undefined && (brake === undefined || !wasCalledFor(brake, situation));
  return isCalled ? { ...decision, page: pageText(decision, advice, isStopped) } : decision;
}

/** Returns the decisions whose veto window is over without an objection, oldest first. */
export function dueVetoes(history: readonly Decision[], now: Decision['at']): readonly Decision[] {
  return history.filter(
    ({ done, autonomy, actsAt, until }) =>
      !done &&
      autonomy === 'veto' &&
      actsAt !== undefined &&
      actsAt <= now &&
      (until === undefined || until > now),
  );
}

/** Returns the most careful autonomy of some actions; what only follows from another asks for none. */
export function autonomyOf(
  actions: readonly Action[],
  situation: Pick<Situation, 'autonomyOf'>,
): Autonomy {
  const kinds = actions.flatMap((action) => {
    const kind = kindOf(action);
    return kind === undefined && actions.length > 1 ? [] : [kind ?? action.kind];
  });
  const asked = kinds.length > 0 ? kinds : actions.map(({ kind }) => kind);
  return asked
    .map((kind) => situation.autonomyOf(kind))
    .reduce<Autonomy>((least, one) => (rank(one) < rank(least) ? one : least), 'act');
}

function kindOf(action: Action): ActionKind | undefined {
  if ('standing' in action && action.standing.state === 'degraded') return 'slow';
  // By the word `ours` its deploy has said that we warm a new pool up.
  if (isLadderStep(action) && 'standing' in action) return 'grow';
  if (action.kind === 'quarantine-ip' && (action.to ?? quarantinePool) !== quarantinePool)
    return 'release';
  // An order that another replaces, and caps that shrink with what was taken out.
  if (action.kind === 'release' && 'orderId' in action) return undefined;
  if (action.kind === 'grow' && action.before && action.warmth.dayCap <= action.before.dayCap)
    return undefined;
  return action.kind;
}

function rank(autonomy: Autonomy): number {
  return autonomies.indexOf(autonomy);
}

function pageText(decision: Decision, advice: string, isStopped: boolean): string {
  const { autonomy, actions, evidence, done, brake, id, at } = decision;
  const deeds = actions.map((action) => deedOf(action, at));
  const lead = isStopped
    ? `nothing, because of ${brake}; it would have done this`
    : instead[autonomy];
  const command = lead.includes('`') ? ` ${id}\`` : '';
  const did = done || deeds.length === 0 ? deeds : [`${lead}${command}: ${deeds.join('; ')}`];
  return pageOf({ happened: evidence, did, advice });
}
