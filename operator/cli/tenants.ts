import type { Command } from 'commander';
import * as z from 'zod';
import {
  addTenant,
  holdTenant,
  listStreams,
  listTenants,
  updateTenant,
} from '../../adapters/tenant-directory.ts';
import { configuredSenders } from '../actions/find-target.ts';
import {
  coversSender,
  ownedFrom,
  type TenantView,
  viewTenant,
  waitingMax,
} from '../actions/tenants.ts';
import { exitCodes } from './io.ts';
import { accountable, addAccountable, addConfirmed, collect, confirmed } from './options.ts';
import { release } from './release.ts';
import { type Run, type Session, usageError } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import { addRiskCommand } from './tenants-risk.ts';
import { counted, formatInstant } from './words.ts';

const addOptions = z.object({
  ...accountable,
  from: z.array(z.string()).default([]),
  stream: z.array(z.string()).optional(),
  update: z.boolean().default(false),
});
const holdOptions = z.object(confirmed);

/** Adds `tenants list|show|risk|add|hold|release`. */
export function addTenantCommands(program: Command, run: Run): void {
  const tenants = program
    .command('tenants')
    .description('Accounts that send: what they own, whether they may send, and their held mail.');

  tenants
    .command('list')
    .summary('every tenant')
    .addHelpText('after', '\nExample:\n  goodstanding tenants list --json')
    .action((_options: unknown, command: Command) => run(command, list));

  tenants
    .command('show')
    .summary('one tenant, with how much of its mail is held')
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  goodstanding tenants show acme')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => show(session, id)),
    );

  addAccountable(tenants.command('add'))
    .summary('add a tenant, or with --update change what it owns')
    .argument('<id>', '1 to 64 of A-Z, a-z, 0-9, _ and -')
    .option(
      '--from <domain|address>',
      'a From domain (with its sub-domains) or address it owns; repeatable',
      collect,
    )
    .option('--stream <stream>', 'a stream it may use; repeatable (default: every stream)', collect)
    .option('--update', 'replace what an existing tenant owns; its status stays')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding tenants add acme --from acme.example --stream transactional\n  goodstanding tenants add acme --update --from acme.example --from acme.test',
    )
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => add(session, id, addOptions.parse(command.opts()))),
    );

  addRiskCommand(tenants, run);
  addHoldCommands(tenants, run);
}

function addHoldCommands(tenants: Command, run: Run): void {
  addConfirmed(tenants.command('hold'))
    .summary("stop a tenant's mail; it waits and is not lost")
    .description(
      "Stop a tenant's mail within five seconds. It waits until `tenants release`. --why is needed: the tenant will ask.",
    )
    .argument('<id>')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding tenants hold acme --why "spam run, see ticket 12"',
    )
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => hold(session, id, holdOptions.parse(command.opts()))),
    );

  addConfirmed(tenants.command('release'))
    .summary('let a held tenant send again, with all that waits')
    .description(
      'Let a held tenant send again, and put its waiting mail back into the queues. Resumable: run it again after an interruption, nothing is lost or sent twice.',
    )
    .argument('<id>')
    .addHelpText('after', '\nExample:\n  goodstanding tenants release acme --why "account cleaned"')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => release(session, id, holdOptions.parse(command.opts()))),
    );
}

async function list({ backend, terminal }: Session): Promise<number> {
  const tenants = await listTenants(backend.tables.directory);
  terminal.answer(
    tenants.map(({ pk: _pk, sk: _sk, ...tenant }) => tenant),
    () =>
      tenants.length === 0
        ? 'no tenants; add one with goodstanding tenants add'
        : terminal.table(
            ['tenant', 'status', 'may send from', 'streams', 'since'],
            tenants.map((tenant) => [
              tenant.tenant,
              tenant.status,
              tenant.fromOwned.join(', '),
              tenant.streams?.join(', ') ?? 'every',
              formatInstant(tenant.updatedAt).slice(0, 10),
            ]),
          ),
  );
  return exitCodes.ok;
}

async function show(session: Session, id: string): Promise<number> {
  const { backend, terminal } = session;
  const view = await viewTenant(backend, id);
  if (!view) return unknown(terminal, id);
  await noteStoppedStreams(session);
  const { pk: _pk, sk: _sk, ...tenant } = view.tenant;
  terminal.answer({ ...tenant, waiting: view.waiting }, () => describe(view));
  return exitCodes.ok;
}

async function add(
  session: Session,
  id: string,
  options: z.output<typeof addOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  const { directory } = backend.tables;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    throw usageError(`tenant: got ${id}; allowed are 1 to 64 of A-Z, a-z, 0-9, _ and -`);
  const fromOwned = options.from.map((text) => ownedFrom(text) ?? refuseFrom(text));
  if (fromOwned.length === 0)
    throw usageError('--from: got none; name at least one domain or address that the tenant owns');
  await refuseUnknownStreams(session, options.stream);
  await session.audit({
    action: options.update ? 'tenants.update' : 'tenants.add',
    subject: id,
    by: options.by,
    why: options.why,
  });
  const tenant = { tenant: id, fromOwned, ...(options.stream ? { streams: options.stream } : {}) };
  const write = options.update ? updateTenant : addTenant;
  if (await write(directory, tenant, Date.now())) {
    await noteUnsendable(session, fromOwned);
    const done = options.update ? 'changed' : 'added';
    terminal.answer(
      { ...tenant, done },
      () => `tenant ${id} ${done}: may send from ${fromOwned.join(', ')}`,
    );
    return exitCodes.ok;
  }
  if (options.update) return unknown(terminal, id);
  const problem = `tenant ${id} is there already and was left as it is; change what it owns with --update`;
  terminal.answer({ error: problem }, () => problem);
  return exitCodes.nothing;
}

/** What a tenant owns says who may use it; whether SES takes it is the deployment's to arrange. */
async function noteUnsendable(
  { backend, terminal, io }: Session,
  fromOwned: readonly string[],
): Promise<void> {
  const senders = await configuredSenders(backend.deployment, io);
  const foreign = fromOwned.filter((owned) => senders && !coversSender(senders, owned));
  if (foreign.length > 0)
    terminal.note(
      `deployment ${backend.deployment} cannot send from ${foreign.join(', ')} yet, mail would be parked: add the domain to sendingDomains in goodstanding.config.ts and deploy`,
    );
}

async function hold(
  session: Session,
  id: string,
  options: z.output<typeof holdOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  if (!options.why)
    throw usageError('--why: got none; say why, it is recorded and the tenant will ask');
  const view = await viewTenant(backend, id);
  if (!view) return unknown(terminal, id);
  if (!(await terminal.confirm(`hold all mail of tenant ${id}?`, options.yes))) {
    terminal.note('nothing done');
    return exitCodes.nothing;
  }
  await session.audit({ action: 'tenants.hold', subject: id, by: options.by, why: options.why });
  const held = await holdTenant(
    backend.tables.directory,
    { tenant: id, why: options.why },
    Date.now(),
  );
  const text = held
    ? `tenant ${id} is held: its mail waits from now on (within 5 s); undo with goodstanding tenants release ${id}`
    : `tenant ${id} is suspended, which stops its mail already; nothing done`;
  terminal.answer({ tenant: id, held }, () => text);
  return held ? exitCodes.ok : exitCodes.nothing;
}

/** Says that a tenant is not there. */
export function unknown(terminal: Session['terminal'], id: string): number {
  const problem = `no tenant ${id}; see goodstanding tenants list`;
  terminal.answer({ error: problem }, () => problem);
  return exitCodes.nothing;
}

function describe({ tenant, waiting }: TenantView): string {
  const waits =
    waiting >= waitingMax ? `${waitingMax} requests or more` : counted(waiting, 'request');
  return [
    `tenant    ${tenant.tenant}`,
    `status    ${tenant.status}${tenant.why ? `: ${tenant.why}` : ''}`,
    `may send  from ${tenant.fromOwned.join(', ') || 'nothing'}`,
    `streams   ${tenant.streams?.join(', ') ?? 'every stream'}`,
    `held      ${waits}`,
    `added     ${formatInstant(tenant.createdAt)}`,
    `changed   ${formatInstant(tenant.updatedAt)}`,
  ].join('\n');
}

async function refuseUnknownStreams(
  { backend }: Session,
  wanted: readonly string[] | undefined,
): Promise<void> {
  if (!wanted) return;
  const known = await listStreams(backend.tables.directory);
  const foreign = wanted.filter((stream) => !known.includes(stream));
  if (foreign.length > 0)
    throw usageError(`--stream: got ${foreign.join(', ')}; allowed are ${known.join(', ')}`);
}

function refuseFrom(text: string): never {
  throw usageError(`--from: got ${text}; allowed is a domain such as example.com or an address`);
}
