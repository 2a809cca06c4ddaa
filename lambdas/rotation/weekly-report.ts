import { deedOf } from '../../domain/rotation/explain.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { clockOf } from '../../domain/rotation/words.ts';
import { dayMs, type EpochMs } from '../../domain/time.ts';
import type { Notice } from './ports.ts';

/** How often people read what the loop did or would have done. */
export const reportEveryMs = 7 * dayMs;

/** Decisions of each kind that are told by themselves. */
const linesMax = 50;

/** Returns the report of the last seven days, as a decision of the log and as a mail. */
export function weeklyReport(
  history: readonly Decision[],
  { id, now }: { readonly id: string; readonly now: EpochMs },
): { readonly decision: Decision; readonly notice: Notice } {
  const week = history.filter(({ at, actions }) => at > now - reportEveryMs && actions.length > 0);
  const done = week.filter((one) => one.done);
  const waiting = week.filter(
    (one) => !one.done && one.autonomy !== 'observe' && one.settled === undefined,
  );
  const observed = week.filter((one) => !one.done && !waiting.includes(one));
  const evidence = [
    `${done.length} decisions were carried out, ${waiting.length} wait for a person or their time, ${observed.length} were only written down`,
    ...told('done', done, now),
    ...told('waits', waiting, now),
    ...told('would have done', observed, now),
  ];
  const decision: Decision = {
    id,
    at: now,
    autonomy: 'observe',
    done: false,
    actions: [],
    evidence,
    counterEvidence: [],
    by: 'the schedule',
    why: 'weekly report',
  };
  return {
    decision,
    notice: { subject: 'Goodstanding: the week of the reputation loop', text: evidence.join('\n') },
  };
}

function told(word: string, decisions: readonly Decision[], now: EpochMs): readonly string[] {
  const lines = decisions.flatMap(({ id, at, actions, brake }) =>
    actions.map(
      (action) =>
        `${word}, ${clockOf(at, now)}, ${id}: ${deedOf(action, now)}${brake ? ` (held back: ${brake})` : ''}`,
    ),
  );
  const more = lines.length - linesMax;
  return [...lines.slice(0, linesMax), ...(more > 0 ? [`${word}: and ${more} more`] : [])];
}
