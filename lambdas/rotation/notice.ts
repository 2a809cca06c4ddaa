import { deedOf } from '../../domain/rotation/explain.ts';
import { isTold } from '../../domain/rotation/is-told.ts';
import type { Decision } from '../../domain/rotation/model.ts';

import { clockOf } from '../../domain/rotation/words.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Notice } from './ports.ts';

/** Returns what a person is told of a decision, undefined where nobody need hear of it at once. */
export function noticeOf(decision: Decision, now: EpochMs): Notice | undefined {
  const { page, actions, brake } = decision;
  if (!isTold(decision)) return undefined;
  return {
    subject: `Goodstanding: ${headline(decision)}`,
    text: [
      ...(page === undefined ? [] : [page, '']),
      ...headed(
        titleOf(decision, now),
        actions.map((action) => deedOf(action, now)),
      ),
      ...headed('Evidence', decision.evidence),
      ...headed('Against other explanations', decision.counterEvidence),
      ...(brake === undefined ? [] : [`Held back by: ${brake}`, '']),
      ...commandsOf(decision),
    ].join('\n'),
  };
}

function headline({ page, done, autonomy, actions }: Decision): string {
  const kinds = [...new Set(actions.map(({ kind }) => kind))].join(', ');
  if (done) return `done: ${kinds}`;
  if (autonomy === 'veto') return `will be done unless you object: ${kinds}`;
  if (autonomy === 'propose') return `proposed: ${kinds}`;
  return page === undefined ? kinds : 'a person is needed';
}

function titleOf({ done, autonomy, actsAt }: Decision, now: EpochMs): string {
  if (done) return 'Done';
  if (autonomy === 'veto' && actsAt !== undefined)
    return `Will be done at ${clockOf(actsAt, now)} unless somebody objects`;
  return autonomy === 'propose' ? 'Proposed' : 'Would have been done';
}

function commandsOf({ id, done, autonomy, undo }: Decision): readonly string[] {
  const own = 'npx goodstanding decisions';
  return [
    `See it:  ${own} show ${id}`,
    ...(done && undo !== undefined ? [`Undo it: npx ${undo}`] : []),
    ...(!done && autonomy === 'propose' ? [`Do it:   ${own} approve ${id}`] : []),
    ...(!done && autonomy === 'veto' ? [`Object:  ${own} veto ${id}`] : []),
  ];
}

function headed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `- ${line}`), ''];
}
