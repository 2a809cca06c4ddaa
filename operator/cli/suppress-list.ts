import type { Command } from 'commander';
import * as z from 'zod';
import { listSuppressions } from '../../adapters/suppression-page.ts';
import type { Suppression } from '../../adapters/suppression-store.ts';
import { type Key, suppressionScope } from '../../contract/table-keys.ts';
import { suppressReasons } from '../../domain/reasons.ts';
import { exitCodes } from './io.ts';
import { wholeNumber } from './options.ts';
import { type Run, type Session, usageError } from './session.ts';
import { formatInstant } from './words.ts';

const listOptions = z.object({
  tenant: z.string().optional(),
  global: z.boolean().default(false),
  reason: z.string().optional(),
  limit: z.number().default(50),
  after: z.string().optional(),
});
type ListOptions = z.output<typeof listOptions>;

/** Characters of a recipient key that tell entries apart on a screen. */
const keyShown = 12;

/** Adds `suppress list`. */
export function addSuppressListCommand(suppress: Command, run: Run): void {
  suppress
    .command('list')
    .summary('what stands on the list: why, since and until when')
    .description(
      'What stands on the list: why, since and until when. Recipients are keyed and cannot be read back; ask about an address with suppress check. Reads the table part by part, in no order.',
    )
    .option('--tenant <id>', "entries of one tenant's mail only")
    .option('--global', "entries for everybody's mail only")
    .option('--reason <reason>', `one of ${Object.keys(suppressReasons).join(', ')}`)
    .option('--limit <count>', 'how many entries (default: 50)', wholeNumber(1, 10_000))
    .option('--after <place>', 'go on where the last answer ended')
    .addHelpText('after', '\nExample:\n  goodstanding suppress list --tenant acme --limit 20')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => list(session, listOptions.parse(command.opts()))),
    );
}

async function list({ backend, terminal }: Session, options: ListOptions): Promise<number> {
  const { reason, limit, after } = options;
  if (reason !== undefined && !Object.hasOwn(suppressReasons, reason))
    throw usageError(
      `--reason: got ${reason}; allowed are ${Object.keys(suppressReasons).join(', ')}`,
    );
  const scope = scopeOf(options);
  const { entries, next } = await listSuppressions(backend.tables.suppression, {
    ...{ countMax: limit, now: Date.now() },
    ...(scope === undefined ? {} : { scope }),
    ...(reason === undefined ? {} : { reason }),
    ...(after === undefined ? {} : { after: readPlace(after) }),
  });
  const place = next && writePlace(next);
  terminal.answer({ entries, ...(place === undefined ? {} : { next: place }) }, () =>
    [
      entries.length === 0
        ? 'no entry found'
        : terminal.table(['key', 'scope', 'reason', 'since', 'until', 'by'], entries.map(cells)),
      ...(place === undefined ? [] : [`more: goodstanding suppress list --after ${place}`]),
    ].join('\n'),
  );
  return exitCodes.ok;
}

function cells({ recipientKey, scope, reason, at, expiresAt, source }: Suppression) {
  return [
    recipientKey.slice(0, keyShown),
    scope,
    reason,
    formatInstant(at).slice(0, 10),
    expiresAt === undefined ? 'for ever' : formatInstant(expiresAt).slice(0, 10),
    source,
  ];
}

function scopeOf({ tenant, global }: ListOptions): string | undefined {
  if (tenant !== undefined && global)
    throw usageError('--tenant and --global exclude each other: give one');
  if (tenant !== undefined) return suppressionScope.tenant(tenant);
  return global ? suppressionScope.global : undefined;
}

const placeShape = z.tuple([z.string().min(1), z.string().min(1)]);

function writePlace({ pk, sk }: Key): string {
  return Buffer.from(JSON.stringify([pk, sk])).toString('base64url');
}

function readPlace(text: string): Key {
  try {
    const [pk, sk] = placeShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { pk, sk };
  } catch {
    throw usageError(`--after: got ${text}; allowed is what an answer before ended with`);
  }
}
