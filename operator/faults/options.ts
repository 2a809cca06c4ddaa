import { Command, InvalidArgumentError } from 'commander';
import { formatPage, pageLook } from '../cli/page.ts';
import { table } from '../prove/section.ts';
import { countWords, faultWords } from './fault-words.ts';

/** What the command was asked. */
export type FaultsOptions = {
  /** Seed of the first run; each further run takes the next one. */
  readonly seed: number;
  /** Recipients asked for, in all runs together. */
  readonly mails: number;
  /** Print one JSON object instead of tables. */
  readonly json: boolean;
  /** Print what the seeds' plans are, and run nothing. */
  readonly plan: boolean;
};

const mailsMax = 10_000_000;

const explanation = formatPage(
  [
    '',
    'Each seed draws a plan of its own: it switches some faults off and makes others three times as frequent (swarm testing), so that shares differ by seed and some faults never strike. The same seed and number of mails give the same run. 10,000 mails take about 10 seconds.',
    '',
    'Promises are judged over all runs together. Below 10,000 mails a rate of duplicates says little, and the page says so, unless there are more than allowed.',
    '',
    'Exit code 0: every promise was kept, 1: one was not, 2: a run failed.',
    '',
    table(
      ['column', 'in --json', 'meaning'],
      [
        ...Object.entries(countWords).map(([name, [head, meaning]]) => [head, name, meaning]),
        ['hours', 'virtualSeconds', 'time that passed in the run'],
        ['seconds', 'realSeconds', 'time that it took here'],
      ],
    ),
    '',
    table(['fault, in --json and --plan', 'meaning'], Object.entries(faultWords)),
  ].join('\n'),
  pageLook,
);

/** Returns what `npm run faults -- …` asks for; wrong words end the process with a sentence and code 2. */
export function readOptions(args: readonly string[]): FaultsOptions {
  const command = new Command('npm run faults --')
    .description(
      'Send a mixed load through the pipeline while things go wrong, and check its promises from outside.',
    )
    .option(
      '--seed <number>',
      'replays a run; more than 10,000 mails take the seeds that follow',
      whole,
      1,
    )
    .option('--mails <number>', 'recipients asked for in all', mails, 10_000)
    .option('--json', 'print one JSON object instead of tables', false)
    .option('--plan', 'print what goes wrong under the seeds, and run nothing', false)
    .addHelpText('after', explanation)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  return command.opts<FaultsOptions>();
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`got ${text}, a whole number is needed`);
}

function mails(text: string): number {
  const value = whole(text);
  if (value >= 100 && value <= mailsMax) return value;
  throw new InvalidArgumentError(`got ${text}, from 100 to ${mailsMax} can be run`);
}
