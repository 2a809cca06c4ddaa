import { isSameAssignment } from '../../domain/assignment.ts';
import { undoCommand } from '../../domain/rotation/explain.ts';
import type { Action, Decision, Situation } from '../../domain/rotation/model.ts';
import { movedBy } from '../../domain/rotation/moved-by.ts';
import { dueVetoes } from '../../domain/rotation/record.ts';
import { stopOf, wouldHoldTooMany } from '../../domain/rotation/stop.ts';
import { undoActions } from '../../domain/rotation/undo.ts';

/**
 * Returns the decisions of before whose time has come: proposals to which nobody objected in time, and
 * overrides of people that have run out, for which what stood before returns.
 */
export function dueDecisions(situation: Situation): readonly Decision[] {
  return [...dueProposals(situation), ...dueReturns(situation)];
}

/** While the loop is stopped nothing is carried out by itself; what an order says must still be to come. */
function dueProposals(situation: Situation): readonly Decision[] {
  const { history, now } = situation;
  if (stopOf(situation) !== undefined) return [];
  const due = dueVetoes(history, now).filter(
    ({ settled, actions }) => settled === undefined && actions.length > 0,
  );
  return due
    .filter(
      (_, index) =>
        // More holds than the loop may give by itself at once wait for the next minutes.
        !wouldHoldTooMany(
          situation,
          due.slice(0, index + 1).flatMap(({ actions }) => actions),
        ),
    )
    .map((decision) => ({
      ...decision,
      actions: decision.actions.filter((action) => !('order' in action) || isOpen(action, now)),
      done: true,
      settled: 'acted',
      undo: undoCommand(decision.id),
    }));
}

function isOpen(action: Action, now: number): boolean {
  return !('order' in action) || action.order === undefined || action.order.until > now;
}

/** What somebody has changed since stays as it is. */
function dueReturns(situation: Situation): readonly Decision[] {
  const { history, now, streams, newId } = situation;
  const ended = history.filter(
    ({ by, done, settled, until, actions }) =>
      by !== undefined &&
      done &&
      settled === undefined &&
      until !== undefined &&
      until <= now &&
      actions.some(({ kind }) => kind === 'move') &&
      actions.every(({ kind }) => kind === 'move'),
  );
  return ended.flatMap((decision): readonly Decision[] => {
    const actions = undoActions(decision).filter(
      (action) =>
        action.kind === 'move' &&
        streams.some(
          ({ stream, assignment }) =>
            stream === action.stream &&
            isSameAssignment(assignment.get(action.provider) ?? [], action.before),
        ),
    );
    const id = newId();
    const moved = movedBy(actions, situation);
    const back: Decision = {
      id,
      at: now,
      autonomy: 'act',
      done: true,
      actions,
      evidence: [
        `the override of ${decision.by ?? 'a person'} (decision ${decision.id}) has run out`,
      ],
      counterEvidence: [],
      undo: undoCommand(id),
      ...(moved.length > 0 ? { moved } : {}),
    };
    return [...(actions.length > 0 ? [back] : []), { ...decision, settled: 'returned' }];
  });
}
