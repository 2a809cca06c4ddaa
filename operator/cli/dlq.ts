import type { Command } from 'commander';
import { groupings } from '../actions/parked-groups.ts';
import { ratePerSecondDefault } from '../actions/parked-move.ts';
import { lookedAtMax } from '../actions/parked-walk.ts';
import { listParkedMail, showParkedMail } from './dlq-look.ts';
import { purge, redrive } from './dlq-move.ts';
import { addConfirmed, wholeNumber } from './options.ts';
import type { Run } from './session.ts';

const redriveMax = 1_000_000;
const ratePerSecondMax = 5_000;

/** Adds `dlq list|show|redrive|purge`. */
export function addDlqCommands(program: Command, run: Run): void {
  const dlq = program
    .command('dlq')
    .description(
      'Messages that wait for a person: mail that was parked, and what a function failed on repeatedly.',
    );
  addLooks(dlq, run);

  addFilters(addConfirmed(dlq.command('redrive')))
    .summary('send messages back to where they came from')
    .description(
      'Send messages back to where they came from, once the cause is mended. Each is sent before it is deleted: none is lost, and the ledger refuses a second mail. What is parked again meanwhile is left. Resumable after Ctrl-C or a crash: run it again; what a crash held in hand comes back within ten minutes.',
    )
    .option(
      '--rate <messages>',
      `messages a second, so that fresh mail is not crowded out (default: ${ratePerSecondDefault})`,
      wholeNumber(1, ratePerSecondMax),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding dlq redrive --reason identity-unverified --dry-run\n  goodstanding dlq redrive --stream transactional --limit 100 --yes\n  goodstanding dlq redrive --tenant acme --older-than 2h --why "DNS is there"',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => redrive(session, command.opts())),
    );

  addFilters(addConfirmed(dlq.command('purge')))
    .summary('delete messages for good')
    .description(
      'Delete messages for good. The ledger says first that they will not be sent (rejected: purged); apps are not told. Give a filter, or --all. It asks you to type what it would delete.',
    )
    .option('--all', 'every message that waits')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding dlq purge --tenant acme --reason ambiguous --dry-run\n  goodstanding dlq purge --older-than 7d --why "nobody wants it any more"',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => purge(session, command.opts())),
    );
}

function addLooks(dlq: Command, run: Run): void {
  dlq
    .command('list')
    .summary('what waits, by reason, with the remedy')
    .description(
      'What waits, by reason, with the remedy. SQS cannot look without taking: messages are received ten a call, and hidden from others for the moment of the look.',
    )
    .option('--stream <stream>', "one stream's parked mail only")
    .option('--by <what>', `one line for each ${groupings.join(', ')} (default: reason)`)
    .option(
      '--limit <count>',
      'how many messages of a queue to look at, about (default: 10000)',
      wholeNumber(1, lookedAtMax),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding dlq list\n  goodstanding dlq list --by tenant --stream transactional',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => listParkedMail(session, command.opts())),
    );

  dlq
    .command('show')
    .summary('one message: why it waits, since and until when, and what it asks for')
    .description(
      "One message: why it waits, since when, until when SQS keeps it, what to do, and its request without content and addresses. ID is the app's id, our message id or SQS's.",
    )
    .argument('<id>')
    .option('--tenant <id>', "tenant that the app's id belongs to (default: default)")
    .option('--content', 'show the request whole, with content and addresses')
    .addHelpText('after', '\nExample:\n  goodstanding dlq show order-4711 --tenant acme')
    .action((id: string, _options: unknown, command: Command) =>
      run(command, (session) => showParkedMail(session, id, command.opts())),
    );
}

function addFilters(command: Command): Command {
  return command
    .option('--reason <reason>', 'only those parked for this reason')
    .option('--stream <stream>', "only this stream's parked mail")
    .option('--tenant <id>', "only this tenant's mail")
    .option('--older-than <duration>', 'only those parked for longer: 30m, 6h, 2d')
    .option('--newer-than <duration>', 'only those parked for less long')
    .option('--limit <count>', 'no more than so many', wholeNumber(1, redriveMax))
    .option('--dry-run', 'only say which ones are meant');
}
