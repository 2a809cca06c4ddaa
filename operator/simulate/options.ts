import { Command, InvalidArgumentError } from 'commander';
import { type PolicyName, policyNames } from '../../simulation/reputation/policies/policies.ts';
import { formatPage, pageLook } from '../cli/page.ts';
import { table } from '../prove/section.ts';
import { columnWords } from './report.ts';

/** What the command was asked. */
export type SimulateOptions = {
  readonly scenario: string;
  /** Seed of the first run; each further one takes the next. */
  readonly seed: number;
  readonly seeds: number;
  /** One policy beside the oracle; absent: all. */
  readonly policy?: PolicyName;
  /** Which draw of the world's assumed numbers, each varied by a factor of up to two; absent: as written. */
  readonly world?: number;
  /** How many times the scenario's mail is sent. */
  readonly volume: number;
  /** Print one JSON object instead of a table. */
  readonly json: boolean;
  /** Where to write a page with plots of the first seed. */
  readonly html?: string;
};

const seedsMax = 1_000;
const volumeMax = 10_000;

const explanation = formatPage(
  [
    '',
    'A scenario is a JSON file; scenarios/ has those that are shipped and their JSON Schema, docs/simulation.md explains them. The same scenario, seed and policy give the same run.',
    '',
    'Exit code 0: it ran, 2: the scenario could not be read or a run failed.',
    '',
    table(
      ['column', 'in --json', 'meaning'],
      Object.entries(columnWords).map(([name, [head, meaning]]) => [head, name, meaning]),
    ),
  ].join('\n'),
  pageLook,
);

/** Returns what `npm run simulate -- …` asks for; wrong words end the process with a sentence and code 2. */
export function readOptions(args: readonly string[]): SimulateOptions {
  const command = new Command('npm run simulate --')
    .description('Compare policies of reputation on one scenario, on virtual time.')
    .requiredOption('--scenario <file>', 'the scenario, such as scenarios/bad-list.json')
    .option('--seed <number>', 'replays a run', whole, 1)
    .option('--seeds <number>', 'so many runs of each policy, from that seed on', seeds, 1)
    .option('--policy <name>', 'one policy and the oracle, instead of all', policyNamed)
    .option('--world <number>', 'vary the assumed numbers of the world, by this draw', whole)
    .option('--volume <times>', 'so many times the mail, lists and warm capacity', volume, 1)
    .option('--json', 'print one JSON object instead of a table', false)
    .option('--html <file>', 'write a page with plots of the first seed')
    .addHelpText('after', explanation)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  return command.opts<SimulateOptions>();
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`got ${text}, a whole number is needed`);
}

function seeds(text: string): number {
  const value = whole(text);
  if (value >= 1 && value <= seedsMax) return value;
  throw new InvalidArgumentError(`got ${text}, from 1 to ${seedsMax} can be run`);
}

function volume(text: string): number {
  const value = whole(text);
  if (value >= 1 && value <= volumeMax) return value;
  throw new InvalidArgumentError(`got ${text}, from 1 to ${volumeMax} times can be sent`);
}

function policyNamed(text: string): PolicyName {
  const name = policyNames.find((one) => one === text);
  if (name !== undefined) return name;
  throw new InvalidArgumentError(`got ${text}, allowed: ${policyNames.join(', ')}`);
}
