import type { Command } from 'commander';
import * as z from 'zod';
import { suppressionScope } from '../../contract/table-keys.ts';
import { suppressReasons } from '../../domain/reasons.ts';
import { dayMs, epochMs } from '../../domain/time.ts';
import {
  type AddressResult,
  addSuppressions,
  checkSuppressions,
  removeSuppressions,
} from '../actions/suppress.ts';
import { readAddresses } from './addresses.ts';
import { exitCodes } from './io.ts';
import { accountable, addAccountable, addConfirmed, confirmed } from './options.ts';
import { type Run, type Session, usageError } from './session.ts';
import { addSuppressListCommand } from './suppress-list.ts';
import { describeCheck } from './suppression-words.ts';
import { counted } from './words.ts';

const scopeOptions = {
  tenant: z.string().optional(),
  global: z.boolean().optional(),
  file: z.string().optional(),
};
const addOptions = z.object({
  ...scopeOptions,
  ...accountable,
  reason: z.string().default('manual'),
  expires: z.string().optional(),
  note: z.string().optional(),
});
const removeOptions = z.object({ ...scopeOptions, ...confirmed });
const checkOptions = z.object(scopeOptions);

/** Adds `suppress add|remove|check|list`. */
export function addSuppressCommands(program: Command, run: Run): void {
  const suppress = program
    .command('suppress')
    .description(
      'Addresses that must not be sent to. Our list decides; entries are keyed, addresses are not stored.',
    );

  addAccountable(withScope(suppress.command('add')))
    .summary('suppress addresses')
    .option(
      '--reason <reason>',
      `one of ${Object.keys(suppressReasons).join(', ')} (default: manual)`,
    )
    .option(
      '--expires <days|date>',
      'end of the entry: a number of days, or a date (default: never)',
    )
    .option('--note <text>', 'a remark for people')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding suppress add ada@example.com --note "asked by phone"\n  goodstanding suppress add --file left.txt --tenant acme --expires 180',
    )
    .action((addresses: string[], _options: unknown, command: Command) =>
      run(command, (session) => add(session, addresses, addOptions.parse(command.opts()))),
    );

  addConfirmed(withScope(suppress.command('remove')))
    .summary('take addresses off the list')
    .description(
      "Take addresses off our list in one scope. Without --tenant, the hourly sync then takes them off SES's account list too, one call a second.",
    )
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding suppress remove ada@example.com --why "mailbox is back"',
    )
    .action((addresses: string[], _options: unknown, command: Command) =>
      run(command, (session) => remove(session, addresses, removeOptions.parse(command.opts()))),
    );

  withScope(suppress.command('check'))
    .summary('whether, why, since and until when addresses are suppressed')
    .addHelpText('after', '\nExample:\n  goodstanding suppress check ada@example.com --tenant acme')
    .action((addresses: string[], _options: unknown, command: Command) =>
      run(command, (session) => check(session, addresses, checkOptions.parse(command.opts()))),
    );

  addSuppressListCommand(suppress, run);
}

function withScope(command: Command): Command {
  return command
    .argument('[address...]', 'addresses')
    .option('--tenant <id>', "one tenant's mail only")
    .option('--global', "everybody's mail (the default)")
    .option('--file <file>', 'addresses in a file, one a line; - for stdin');
}

async function add(
  session: Session,
  given: readonly string[],
  options: z.output<typeof addOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  const scope = scopeOf(options);
  if (!Object.hasOwn(suppressReasons, options.reason))
    throw usageError(
      `--reason: got ${options.reason}; allowed are ${Object.keys(suppressReasons).join(', ')}`,
    );
  const now = epochMs(Date.now());
  const expiresAt = expiryOf(options.expires, now);
  const addresses = await readAddresses(session.io, given, options.file);
  await session.audit({
    action: 'suppress.add',
    subject: `${counted(addresses.length, 'address', 'addresses')} in ${scope}`,
    by: options.by,
    why: options.why ?? options.note,
  });
  const bar = session.progress('suppressing', addresses.length);
  const results = await addSuppressions(backend, addresses, {
    request: {
      scope,
      reason: options.reason,
      ...(options.note ? { note: options.note } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    now,
    onDone: bar.to,
  });
  bar.end();
  const added = count(results, 'added');
  const stronger = count(results, 'stronger');
  terminal.answer({ scope, added, stronger, unusable: unusable(results), results }, () =>
    lines([
      `${counted(added, 'address', 'addresses')} suppressed (${scope})`,
      stronger > 0
        ? `${counted(stronger, 'address', 'addresses')} had an entry that lasts as long or longer, which stands; see goodstanding suppress check`
        : undefined,
      ...unusable(results).map(({ address, problem }) => `${address}: not an address: ${problem}`),
    ]),
  );
  return exitCodeOf(results, added + stronger);
}

async function remove(
  session: Session,
  given: readonly string[],
  options: z.output<typeof removeOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  const scope = scopeOf(options);
  const addresses = await readAddresses(session.io, given, options.file);
  const what = counted(addresses.length, 'address', 'addresses');
  if (!(await terminal.confirm(`take ${what} off the suppression list (${scope})?`, options.yes)))
    return declined(session);
  await session.audit({
    action: 'suppress.remove',
    subject: `${what} in ${scope}`,
    by: options.by,
    why: options.why,
  });
  const bar = session.progress('removing', addresses.length);
  const results = await removeSuppressions(backend, addresses, {
    scope,
    now: epochMs(Date.now()),
    onDone: bar.to,
  });
  bar.end();
  const removed = count(results, 'removed');
  const absent = count(results, 'absent');
  terminal.answer({ scope, removed, absent, unusable: unusable(results), results }, () =>
    lines([
      `${counted(removed, 'address', 'addresses')} taken off our list (${scope})`,
      absent > 0
        ? `${counted(absent, 'address', 'addresses')} had no entry in this scope`
        : undefined,
      scope === suppressionScope.global && removed + absent > 0
        ? "the hourly sync takes them off SES's account list too (one a second)"
        : undefined,
      ...unusable(results).map(({ address, problem }) => `${address}: not an address: ${problem}`),
    ]),
  );
  return exitCodeOf(results, removed);
}

async function check(
  session: Session,
  given: readonly string[],
  options: z.output<typeof checkOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  const scopes = options.tenant
    ? [suppressionScope.tenant(options.tenant), suppressionScope.global]
    : options.global
      ? [suppressionScope.global]
      : undefined;
  const addresses = await readAddresses(session.io, given, options.file);
  const now = epochMs(Date.now());
  const bar = session.progress('checking', addresses.length);
  const results = await checkSuppressions(backend, addresses, {
    ...(scopes ? { scopes } : {}),
    now,
    onDone: bar.to,
  });
  bar.end();
  terminal.answer(results, () => describeCheck(results, terminal, now));
  return exitCodes.ok;
}

function scopeOf({
  tenant,
  global,
}: {
  tenant?: string | undefined;
  global?: boolean | undefined;
}): string {
  if (tenant && global) throw usageError('--tenant and --global exclude each other: give one');
  return tenant ? suppressionScope.tenant(tenant) : suppressionScope.global;
}

function expiryOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{1,5}$/.test(text) ? now + Number(text) * dayMs : Date.parse(text);
  if (Number.isNaN(at) || at <= now)
    throw usageError(
      `--expires: got ${text}; allowed is a number of days (1 or more) or a date to come, such as 2030-12-31`,
    );
  return at;
}

function declined({ terminal }: Session): number {
  terminal.note('nothing done');
  return exitCodes.nothing;
}

function count<T>(results: readonly AddressResult<T>[], wanted: T): number {
  return results.filter((each) => each.usable && each.result === wanted).length;
}

function unusable<T>(results: readonly AddressResult<T>[]) {
  return results.flatMap((each) =>
    each.usable ? [] : [{ address: each.address, problem: each.problem }],
  );
}

function exitCodeOf<T>(results: readonly AddressResult<T>[], done: number): number {
  if (done === 0) return exitCodes.nothing;
  return unusable(results).length > 0 ? exitCodes.partly : exitCodes.ok;
}

function lines(texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined).join('\n');
}
