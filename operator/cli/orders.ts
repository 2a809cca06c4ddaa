import type { Command } from 'commander';
import * as z from 'zod';
import { readAutomation } from '../../adapters/standing-store.ts';
import type { Region } from '../../domain/evidence/model.ts';
import { mailsOf, percent } from '../../domain/rotation/words.ts';
import { epochMs } from '../../domain/time.ts';
import { listOrders, type OrderRow, unknownPart } from '../actions/standing-orders.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { addAsk, ask, readAsk, readDuration } from './rotation-command.ts';
import { type Run, type Session, usageError } from './session.ts';
import { formatInstant } from './words.ts';

/** What a hold may name. An address is none of them: which one SES uses is known after the mail has left. */
const parts = ['tenant', 'identity', 'pool', 'provider', 'campaign'] as const;

/** Adds `orders list|hold|lift`. */
export function addOrderCommands(program: Command, run: Run): void {
  const orders = program
    .command('orders')
    .description(
      'What dispatch holds or slows for the sake of reputation, by decision of the loop or of a person; each ends by itself.',
    );

  orders
    .command('list')
    .summary('what is held or slowed now, and until when')
    .option('--stream <stream>', 'only what concerns this stream')
    .addHelpText('after', '\nExample:\n  goodstanding orders list --stream marketing')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => list(session, command.opts())),
    );

  addHold(orders, run);

  addAsk(orders.command('lift'))
    .summary('end an order now; what waits for it is looked at within the hour')
    .argument('<id>', 'as orders list shows it')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding orders lift 4f0c2a9b7d31.1 --why "list cleaned"',
    )
    .action((orderId: string, _options: unknown, command: Command) =>
      run(command, (session) =>
        ask(
          session,
          { words: { do: 'lift', orderId }, question: `lift order ${orderId}?` },
          readAsk(command.opts()),
        ),
      ),
    );
}

function addHold(orders: Command, run: Run): void {
  addAsk(orders.command('hold'))
    .summary('let a part of the mail wait for a while')
    .description(
      'Let mail wait that has all the named parts; at least one is named. It ends by itself. To stop a tenant until somebody releases it: tenants hold.',
    )
    .option('--tenant <tenant>', 'mail of this tenant')
    .option('--identity <domain>', 'mail signed as this domain')
    .option('--pool <pool>', 'mail that would leave through this pool')
    .option('--provider <provider>', 'mail to this mailbox provider, such as gmail')
    .option('--campaign <campaign>', 'mail whose tag campaign says this')
    .requiredOption('--for <duration>', 'until when: 30m, 6h, 2d')
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding orders hold --tenant acme --provider gmail --why "new list"',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => hold(session, command.opts())),
    );
}

const listOptions = z.object({ stream: z.string().optional() });

async function list(session: Session, given: unknown): Promise<number> {
  const { backend, terminal } = session;
  const { stream } = listOptions.parse(given);
  const [rows, automation] = await Promise.all([
    listOrders(backend, {
      now: epochMs(Date.now()),
      stream: stream === undefined ? undefined : await knownStream(session, stream),
    }),
    readAutomation(backend.tables.assignments),
  ]);
  if (rows.length > 0 && automation?.state === 'off')
    terminal.note('automation is off: dispatch obeys none of these');
  terminal.answer(
    rows.map(({ order, streams }) => ({ ...order, streams })),
    () =>
      rows.length === 0
        ? 'nothing is held or slowed'
        : [
            terminal.table(['order', 'mail', 'leaves', 'until'], rows.map(cells)),
            '',
            'why: goodstanding decisions show with what stands before the dot of an order',
          ].join('\n'),
  );
  return exitCodes.ok;
}

function cells({ order, streams, scope }: OrderRow): readonly string[] {
  const { id, region, share, probes, tenants, until } = order;
  const whose = scope === 'all-streams' ? '' : `, ${streams.join(', ')} alone`;
  const ofWhom = tenants ? ` of ${tenants.join(', ')} alone` : '';
  const leaves = share === 0 ? 'nothing' : `${percent(share)}${ofWhom}`;
  const but = probes ? `, but ${probes.mails} probes each of ${probes.tenants.join(', ')}` : '';
  return [id, `${mailsOf(region)}${whose}`, `${leaves}${but}`, formatInstant(until).slice(0, 16)];
}

const partOptions = z.partialRecord(z.enum(parts), z.string().min(1));
const holdOptions = z.object({ for: z.string() });

async function hold(session: Session, given: unknown): Promise<number> {
  const region = regionOf(given);
  const { for: length } = holdOptions.parse(given);
  const forMs = readDuration(length, '--for');
  const unknown = await unknownPart(session.backend, region);
  if (unknown !== undefined) throw usageError(unknown);
  return ask(
    session,
    {
      words: { do: 'hold', region, forMs },
      question: `hold ${mailsOf(region)} for ${length}?`,
    },
    readAsk(given),
  );
}

function regionOf(given: unknown): Region {
  const options = z.looseObject({}).parse(given);
  const named = parts.filter((part) => options[part] !== undefined);
  if (named.length === 0)
    throw usageError(
      `got no part of the mail; name at least one of ${parts.map((part) => `--${part}`).join(', ')}`,
    );
  return partOptions.parse(Object.fromEntries(named.map((part) => [part, options[part]])));
}
