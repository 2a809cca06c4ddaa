import type { Command } from 'commander';
import * as z from 'zod';
import { shareIn, type WeightedPool } from '../../domain/assignment.ts';
import { reasonOf } from '../../domain/rotation/words.ts';
import type { PoolRow } from '../actions/pool-row.ts';
import { listPoolRows, listUses } from '../actions/pool-standings.ts';
import { exitCodes } from './io.ts';
import { collect, wholeNumber } from './options.ts';
import { addAsk, ask, readAsk, readDuration } from './rotation-command.ts';
import { type Run, type Session, usageError } from './session.ts';
import { counted, formatInstant } from './words.ts';

const placeOptions = z.object({
  provider: z.string().default('*'),
  for: z.string().optional(),
});

/** Adds `pools list|explain|quarantine|release|override|warm`. */
export function addPoolCommands(program: Command, run: Run): void {
  const pools = program
    .command('pools')
    .description('Where mail leaves: how each pool stands with the mailbox providers.');

  pools
    .command('list')
    .summary('every pool, its state and what it may still send')
    .addHelpText('after', '\nExample:\n  goodstanding pools list')
    .action((_options: unknown, command: Command) => run(command, list));

  pools
    .command('explain')
    .summary('one pool: how it stands, why, and who sends through it')
    .argument('<pool>')
    .addHelpText('after', '\nExample:\n  goodstanding pools explain leased')
    .action((pool: string, _options: unknown, command: Command) =>
      run(command, (session) => explain(session, pool)),
    );

  addPlace(addAsk(pools.command('quarantine')))
    .summary('take a pool out of use; its mail goes on through the others, or waits')
    .option('--for <duration>', 'when it is looked at again: 30m, 6h, 2d (default: 1d)')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding pools quarantine leased --provider gmail --why "ticket 12"',
    )
    .action((pool: string, _options: unknown, command: Command) =>
      run(command, (session) => quarantine(session, pool, command.opts())),
    );

  addPlace(addAsk(pools.command('release')))
    .summary('end a quarantine: probes and a few mails first, then the ladder')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding pools release leased --provider microsoft --why "delisted"',
    )
    .action((pool: string, _options: unknown, command: Command) =>
      run(command, (session) => release(session, pool, command.opts())),
    );

  addOverride(pools, run);
  addWarm(pools, run);
}

function addPlace(command: Command): Command {
  return command
    .argument('<pool>')
    .option('--provider <provider>', 'only for this mailbox provider (default: for all)');
}

function addOverride(pools: Command, run: Run): void {
  addAsk(pools.command('override'))
    .summary("set a stream's pools for a while")
    .description(
      "Set a stream's pools by hand. It ends by itself, and what stood before returns; caps and holds stay.",
    )
    .argument('<stream>')
    .requiredOption('--pool <pool[=weight]>', 'a pool, with its weight; repeatable', collect)
    .requiredOption('--for <duration>', 'until when: 30m, 6h, 2d (at most 6d)')
    .option('--provider <provider>', 'only for this mailbox provider (default: for all)')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding pools override marketing --pool leased --pool spare --why test',
    )
    .action((stream: string, _options: unknown, command: Command) =>
      run(command, (session) => override(session, stream, command.opts())),
    );
}

function addWarm(pools: Command, run: Run): void {
  addAsk(pools.command('warm'))
    .summary('say what warm addresses carried before: their caps begin there')
    .description(
      'Say how many recipients a day a pool really carried at a mailbox provider. That is its cap from now on, and the ladder goes on from there. New addresses need no word: they begin at 20 to 50 a day.',
    )
    .argument('<pool>')
    .requiredOption(
      '--provider <provider>',
      "gmail, microsoft, yahoo, apple, gmx, another mailbox provider, other, or '*' for each of them",
    )
    .requiredOption(
      '--per-day <recipients>',
      "recipients a day; with '*' as many at each provider",
      wholeNumber(1, 100_000_000),
    )
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding pools warm leased --provider gmail --per-day 400 --why "as here"',
    )
    .action((pool: string, _options: unknown, command: Command) =>
      run(command, (session) => warm(session, pool, command.opts())),
    );
}

const standingHead = ['provider', 'state', 'until', 'left today'] as const;

async function list({ backend, terminal }: Session): Promise<number> {
  const rows = await listPoolRows(backend);
  terminal.answer(rows, () => terminal.table(['pool', 'kind', ...standingHead], rows.map(cells)));
  return exitCodes.ok;
}

function cells({ pool, kind, provider, state, until, dayCap, dayLeft }: PoolRow) {
  return [
    ...[pool, kind, nameOf(provider), state],
    until === undefined ? '' : formatInstant(until).slice(0, 16),
    state === 'quarantined' ? 'takes none' : leftOf(dayCap, dayLeft),
  ];
}

function leftOf(dayCap: number | undefined, dayLeft = dayCap): string {
  return dayCap === undefined ? 'no cap' : `${dayLeft} of ${dayCap}`;
}

async function explain({ backend, terminal }: Session, pool: string): Promise<number> {
  const [all, uses] = await Promise.all([listPoolRows(backend), listUses(backend)]);
  const rows = all.filter((row) => row.pool === pool);
  if (rows.length === 0) {
    const problem = `no pool ${pool}; see goodstanding pools list`;
    terminal.answer({ error: problem }, () => problem);
    return exitCodes.nothing;
  }
  const own = uses.filter(({ pools }) => pools.some((one) => one.pool === pool));
  terminal.answer({ pool, standings: rows, uses: own }, () =>
    [
      terminal.table(['kind', ...standingHead], rows.map(standingCells)),
      ...rows.flatMap(({ provider, why }) =>
        why === undefined ? [] : [terminal.wrap(`${nameOf(provider)}: ${reasonOf(why)}`)],
      ),
      own.length === 0 ? 'no stream gives it mail' : 'carries',
      ...own.flatMap(({ stream, provider, pools, by, why }) => [
        terminal.wrap(
          `  ${stream} to ${nameOf(provider)}${pools.length === 1 ? '' : `, with ${counted(pools.length - 1, 'other pool')}`}, by ${by}: ${why}`,
        ),
        ...placedOn(pool, pools).map((text) => terminal.wrap(`    ${text}`)),
      ]),
    ].join('\n'),
  );
  return exitCodes.ok;
}

/** So many placed tenants are named one by one. */
const placedShown = 10;

/** Tenants that are there by name and not by their hash. */
function placedOn(pool: string, pools: readonly WeightedPool[]): readonly string[] {
  const tenants = Object.keys(pools.find((one) => one.pool === pool)?.placed ?? {});
  if (tenants.length === 0) return [];
  const named = tenants.slice(0, placedShown).map((tenant) => {
    const share = shareIn(pools, tenant, pool);
    return share < 1 ? `${tenant} (${Math.round(100 * share)} % of its messages)` : tenant;
  });
  const more = tenants.length - named.length;
  return [`placed on it by name: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

/** As in the list, without the pool, and with the step of its warm-up. */
function standingCells(row: PoolRow): readonly string[] {
  const { step } = row;
  const [, ...own] = cells(row);
  const last = own.pop() ?? '';
  return [...own, step === undefined ? last : `${last}, step ${Math.round(step * 10) / 10}`];
}

function nameOf(provider: string): string {
  return provider === '*' ? 'all others' : provider;
}

function quarantine(session: Session, pool: string, given: unknown): Promise<number> {
  const { provider, for: length } = placeOptions.parse(given);
  const forMs = length === undefined ? {} : { forMs: readDuration(length, '--for') };
  return ask(
    session,
    {
      words: { do: 'quarantine', pool, provider, ...forMs },
      question: `take pool ${pool} out of use for ${named(provider)}?`,
    },
    readAsk(given),
  );
}

function release(session: Session, pool: string, given: unknown): Promise<number> {
  const { provider } = placeOptions.parse(given);
  return ask(
    session,
    {
      words: { do: 'release', pool, provider },
      question: `let pool ${pool} out for ${named(provider)}?`,
    },
    readAsk(given),
  );
}

const overrideOptions = z.object({
  pool: z.array(z.string()).min(1),
  for: z.string(),
  provider: z.string().default('*'),
});

function override(session: Session, stream: string, given: unknown): Promise<number> {
  const { pool, for: length, provider } = overrideOptions.parse(given);
  const pools = pool.map(readWeighted);
  return ask(
    session,
    {
      words: { do: 'override', stream, provider, pools, forMs: readDuration(length, '--for') },
      question: `send ${stream} mail to ${named(provider)} through ${pools.map((one) => one.pool).join(', ')} for ${length}?`,
    },
    readAsk(given),
  );
}

const warmOptions = z.object({ provider: z.string(), perDay: z.number() });

function warm(session: Session, pool: string, given: unknown): Promise<number> {
  const { provider, perDay } = warmOptions.parse(given);
  const each = provider === '*' ? 'each provider' : provider;
  return ask(
    session,
    {
      words: { do: 'warm', pool, provider, perDay },
      question: `let pool ${pool} send ${perDay} recipients a day to ${each}, because it did so before?`,
    },
    readAsk(given),
  );
}

function readWeighted(text: string): { readonly pool: string; readonly weight: number } {
  const [, pool = '', weight] =
    /^([a-z][a-z0-9-]{0,19})(?:=(\d{1,4}(?:\.\d+)?))?$/.exec(text) ?? [];
  const value = Number(weight ?? 1);
  if (pool === '' || !(value > 0))
    throw usageError(`--pool: got ${text}; allowed is a pool, or a pool with a weight: leased=3`);
  return { pool, weight: value };
}

function named(provider: string): string {
  return provider === '*' ? 'all providers' : provider;
}
