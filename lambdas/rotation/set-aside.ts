import { describeError } from '../../adapters/log.ts';
import { deedOf, pageOf } from '../../domain/rotation/explain.ts';
import type { Action, Decision } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import { isHistory, moveAddress, tell, write } from './carry-out.ts';
import type { HandPorts } from './ports.ts';

/** A list that failed this often, five seconds apart, has a cause that does not pass by itself. */
export const failuresMax = 3;

type Left = { readonly action: Action; readonly error: string };

/**
 * Does what can be done of decisions that failed too often and gives the rest up, so that one bad step stops
 * nobody else: what was done is recorded as done, what was not as a decision that was not carried out, with a
 * page. The decisions after it are tried all the same.
 */
export async function setAside(
  decisions: readonly Decision[],
  ports: HandPorts,
  now: EpochMs,
): Promise<void> {
  for (const decision of decisions) {
    const isToDo = decision.done && !isHistory(decision);
    const left = isToDo ? await tryEach(decision, ports, now) : [];
    for (const record of recordsOf(decision, left, now)) await keep(record, ports, now);
  }
}

/** An address leaves its pool only after its mail has. */
async function tryEach(
  decision: Decision,
  ports: HandPorts,
  now: EpochMs,
): Promise<readonly Left[]> {
  const left: Left[] = [];
  for (const action of decision.actions)
    try {
      await write(action, decision, ports, now);
    } catch (error) {
      left.push({ action, error: textOf(error) });
    }
  const mailHasLeft = left.length === 0;
  for (const action of decision.actions.filter(({ kind }) => kind === 'quarantine-ip'))
    try {
      if (!mailHasLeft) throw new Error('the step before it was not done');
      await moveAddress(action, ports);
    } catch (error) {
      left.push({ action, error: textOf(error) });
    }
  return left;
}

/** What was not done is a record of its own where something else of the decision was. */
function recordsOf(decision: Decision, left: readonly Left[], now: EpochMs): readonly Decision[] {
  if (left.length === 0) return [decision];
  const failed = left.map(({ action }) => action);
  const done = decision.actions.filter((action) => !failed.includes(action));
  const { undo: _undo, actsAt: _actsAt, moved: _moved, ...words } = decision;
  const notDone: Decision = {
    ...words,
    id: done.length > 0 ? `${decision.id}-left` : decision.id,
    autonomy: 'act',
    done: false,
    actions: failed,
    evidence: [
      ...decision.evidence,
      ...left.map(({ action, error }) => `not carried out: ${deedOf(action, now)}: ${error}`),
    ],
    page: pageOf({
      happened: [
        ...decision.evidence.slice(0, 1),
        ...left.map(
          ({ action, error }) => `${deedOf(action, now)} failed ${failuresMax} times: ${error}`,
        ),
      ],
      did: done.map((action) => deedOf(action, now)),
      advice:
        'mend the cause, then do by hand what was not carried out; a part of it may stand already',
    }),
  };
  return done.length > 0 ? [{ ...decision, actions: done }, notDone] : [notDone];
}

/** The list must be cleared whatever becomes of a record, and the page says the same. */
async function keep(record: Decision, ports: HandPorts, now: EpochMs): Promise<void> {
  try {
    await ports.putDecision(record);
  } catch (error) {
    ports.log('rotation.unrecorded', { decision: record.id, ...describeError(error) });
  }
  if (!isHistory(record)) await tell(record, ports, now);
}

function textOf(error: unknown): string {
  const { message = 'unknown' } = describeError(error);
  return message;
}
