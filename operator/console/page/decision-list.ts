import type { DecisionRow } from '../model.ts';
import type { DecisionChoice } from './state.ts';

let remembered:
  | {
      readonly rows: readonly DecisionRow[];
      readonly choice: DecisionChoice;
      readonly chosen: readonly DecisionRow[];
    }
  | undefined;

/**
 * Returns the decisions of a kind and state that contain all words, in any case. Remembers its last answer:
 * a page is drawn many times while somebody scrolls, and the rows are the same.
 */
export function chooseDecisions(
  rows: readonly DecisionRow[],
  choice: DecisionChoice,
): readonly DecisionRow[] {
  if (remembered?.rows === rows && remembered.choice === choice) return remembered.chosen;
  const words = choice.words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const isAsked = words.length > 0 || choice.kind !== '' || choice.state !== '';
  const chosen = isAsked ? rows.filter((row) => isChosen(row, choice, words)) : rows;
  remembered = { rows, choice, chosen };
  return chosen;
}

function isChosen(
  row: DecisionRow,
  { kind, state }: DecisionChoice,
  words: readonly string[],
): boolean {
  if (kind !== '' && !row.kinds.includes(kind)) return false;
  if (state !== '' && row.state !== state) return false;
  if (words.length === 0) return true;
  const { what, cause = '', causeWords = '', by = '', id } = row;
  const text = `${what} ${cause} ${causeWords} ${by} ${id}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
