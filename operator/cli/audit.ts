import type { Command } from 'commander';
import * as z from 'zod';
import { readAudit } from '../../adapters/audit-log.ts';
import { epochMs } from '../../domain/time.ts';
import { exitCodes } from './io.ts';
import { wholeNumber } from './options.ts';
import { readDuration } from './rotation-command.ts';
import type { Run, Session } from './session.ts';
import { formatInstant } from './words.ts';

const listOptions = z.object({
  since: z.string().default('7d'),
  by: z.string().optional(),
  action: z.string().optional(),
  limit: z.number().default(50),
});

/** Records that are read; what `--by` and `--action` leave out counts too. */
const readMax = 10_000;

/** Adds `audit list`. */
export function addAuditCommands(program: Command, run: Run): void {
  program
    .command('audit')
    .description('What people did with these commands or the console, and why.')
    .command('list')
    .summary('who did what and why, the latest first')
    .option('--since <duration>', 'how far back: 6h, 2d, up to 9999d (default: 7d)')
    .option('--by <name>', 'only what this person did')
    .option('--action <action>', 'only actions that begin so, such as suppress')
    .option('--limit <count>', 'how many (default: 50)', wholeNumber(1, readMax))
    .addHelpText('after', '\nExample:\n  goodstanding audit list --since 2d --action tenants')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => list(session, listOptions.parse(command.opts()))),
    );
}

async function list(
  { backend, terminal }: Session,
  { since, by, action = '', limit }: z.output<typeof listOptions>,
): Promise<number> {
  const now = epochMs(Date.now());
  const window = { since: epochMs(now - readDuration(since, '--since')), now };
  const entries = (await readAudit(backend.tables.evidence, window, readMax))
    .filter((entry) => (by === undefined || entry.by === by) && entry.action.startsWith(action))
    .slice(0, limit);
  terminal.answer(entries, () =>
    entries.length === 0
      ? `nothing of that stands in the audit log of the last ${since}`
      : terminal.table(
          ['when', 'who', 'action', 'what', 'why'],
          entries.map((entry) => [
            formatInstant(entry.at).slice(0, 16),
            entry.by,
            entry.action,
            entry.subject,
            entry.why ?? '',
          ]),
        ),
  );
  return exitCodes.ok;
}
