import { Command, InvalidArgumentError, Option } from 'commander';
import { type PartName, partNames } from './parts.ts';

export type ProveOptions = {
  /** Parts to measure again; absent means all. */
  readonly only?: readonly PartName[];
  /** Print one JSON object instead of the page. */
  readonly json: boolean;
  /** Seconds that `npm test` took, for the page; it is not measured here. */
  readonly testSeconds?: number;
  /** Labelled replies of mailbox providers, JSON lines; GOODSTANDING_DIAGNOSTICS says it too. */
  readonly diagnostics?: string;
};

/** Returns what `npm run prove -- …` asks for; wrong words end the process with a sentence and code 2. */
export function readOptions(args: readonly string[]): ProveOptions {
  const command = new Command('npm run prove --')
    .description('Measure every number that this repository claims, and write docs/measured.md.')
    .addOption(
      new Option(
        '--only <part...>',
        'measure these parts, and keep what was measured of others',
      ).choices(partNames),
    )
    .option('--json', 'print docs/measured.json’s parts instead of the page', false)
    .option('--test-seconds <seconds>', 'how long npm test took, to stand in the page', seconds)
    .addOption(
      new Option('--diagnostics <file>', 'labelled replies to measure the classifier on').env(
        'GOODSTANDING_DIAGNOSTICS',
      ),
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  return command.opts<ProveOptions>();
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new InvalidArgumentError(`got ${text}, a number above 0 is needed`);
}
