/** A decision as a line of the time line, and whole. */
import { deedOf } from '../../domain/rotation/explain.ts';
import type { Decision, Settlement } from '../../domain/rotation/model.ts';
import { mailsOf } from '../../domain/rotation/words.ts';
import type { DecisionRow, DecisionState, DecisionView } from './model.ts';

/** Characters of a line; ten thousand lines travel to the page at once. */
const whatLengthMax = 160;

const settledStates: Readonly<Record<Settlement, DecisionState>> = {
  approved: 'done',
  vetoed: 'vetoed',
  acted: 'done',
  undone: 'undone',
  returned: 'returned',
};

/** Returns the line of a decision. */
export function rowOf(decision: Decision): DecisionRow {
  const { id, at, actions, autonomy, brake, cause, undecided, verdict, until, by } = decision;
  const region = cause?.region ?? undecided?.intersection ?? verdict?.region;
  return {
    id,
    at,
    what: cut(whatOf(decision)),
    kinds: [...new Set(actions.map(({ kind }) => kind))],
    state: stateOf(decision),
    autonomy,
    ...(brake === undefined ? {} : { brake }),
    ...(cause ? { cause: cause.kind } : undecided ? { cause: 'undecided' } : {}),
    ...(region ? { causeWords: cut(mailsOf(region)) } : {}),
    ...(until === undefined ? {} : { until }),
    paged: decision.page !== undefined,
    ...(by === undefined ? {} : { by }),
  };
}

/** Returns a decision with all that it says for itself. */
export function viewOf(decision: Decision): DecisionView {
  const { at, actions, evidence, counterEvidence, page, actsAt, why, undo } = decision;
  const row = rowOf(decision);
  return {
    ...row,
    deeds: actions.map((action) => deedOf(action, at)),
    evidence,
    counterEvidence,
    ...(page === undefined ? {} : { page }),
    ...(actsAt === undefined || row.state !== 'waits' ? {} : { actsAt }),
    ...(why === undefined ? {} : { why }),
    ...(undo !== undefined && row.state === 'done' ? { undo } : {}),
    whole: decision,
  };
}

function stateOf({ done, settled, autonomy, actsAt, actions }: Decision): DecisionState {
  if (settled) return settledStates[settled];
  if (done) return 'done';
  const waits = actions.length > 0 && (actsAt !== undefined || autonomy === 'propose');
  return waits ? 'waits' : 'not-done';
}

function whatOf({ actions, at, evidence }: Decision): string {
  if (actions.length === 0) return evidence[0] ?? 'nothing was to do';
  return actions.map((action) => deedOf(action, at)).join('; ');
}

function cut(text: string): string {
  return text.length <= whatLengthMax ? text : `${text.slice(0, whatLengthMax - 1)}…`;
}
