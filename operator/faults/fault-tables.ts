import { table } from '../prove/section.ts';
import { countWords, faultWords, mendedWord } from './fault-words.ts';

type Counts = Readonly<Record<string, number>>;

const words: Readonly<Record<string, string>> = faultWords;

/** Returns what went wrong on purpose, with what never did for all to see, and what was mended of it. */
export function faultTables({
  faults,
  mended,
}: {
  readonly faults: Counts;
  readonly mended: Counts;
}): string {
  return [
    table(
      ['what went wrong on purpose', 'times'],
      Object.entries(faults).map(([name, count]) => [
        words[name] ?? name,
        count === 0 ? '**never**' : count,
      ]),
    ),
    table(
      ['what followed and was mended', 'messages'],
      Object.entries(mended).map(([name, count]) => [mendedWord(name), count]),
    ),
  ].join('\n\n');
}

type RunCounts = { readonly seed: number } & Readonly<Record<keyof typeof countWords, number>>;

/** Returns one row for each run; `more` adds columns of the caller's own. */
export function runsTable<Run extends RunCounts>(
  runs: readonly Run[],
  more: Readonly<Record<string, (run: Run) => string | number>> = {},
): string {
  return table(
    ['seed', ...Object.values(countWords).map(([head]) => head), ...Object.keys(more)],
    runs.map((run) => [
      run.seed,
      ...countsOf(run),
      ...Object.values(more).map((cell) => cell(run)),
    ]),
  );
}

function countsOf(run: RunCounts): readonly number[] {
  const { mails, accepted, lost, duplicates, sentToSuppressed, unsettled, unexplained } = run;
  return [mails, accepted, lost, duplicates, sentToSuppressed, unsettled, unexplained];
}
