import type { Command } from 'commander';
import * as z from 'zod';
import { unprocessable } from '../../adapters/parked-mail.ts';
import { parkReasons } from '../../domain/reasons.ts';
import {
  countParked,
  findDeadQueues,
  listParked,
  lookedAtMax,
  type ParkedGroup,
  redriveParked,
} from '../actions/parked.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { addConfirmed, confirmed, wholeNumber } from './options.ts';
import { type Run, type Session, usageError } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import { counted, formatAge } from './words.ts';

const listOptions = z.object({
  stream: z.string().optional(),
  limit: z.number().default(10_000),
});
const redriveOptions = z.object({
  ...confirmed,
  stream: z.string().optional(),
  reason: z.string().optional(),
  tenant: z.string().optional(),
  dryRun: z.boolean().default(false),
});

const redrivable: readonly string[] = [...Object.keys(parkReasons), unprocessable];

/** Adds `dlq list|redrive`. */
export function addDlqCommands(program: Command, run: Run): void {
  const dlq = program
    .command('dlq')
    .description(
      'Messages that wait for a person: mail that was parked, and what a function failed on repeatedly.',
    );

  dlq
    .command('list')
    .summary('what waits, by reason, with the remedy')
    .description(
      'What waits, by reason, with the remedy. SQS cannot look without taking: messages are hidden from others for the moment of the look.',
    )
    .option('--stream <stream>', "one stream's parked mail only")
    .option(
      '--limit <count>',
      'how many messages of a queue to look at, about (default: 10000)',
      wholeNumber(1, lookedAtMax),
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => list(session, listOptions.parse(command.opts()))),
    );

  addConfirmed(dlq.command('redrive'))
    .summary('send messages back to where they came from')
    .description(
      'Send messages back to where they came from, once the cause is mended. Each is sent before it is deleted: none is lost, and the ledger refuses a second mail. What is parked again meanwhile is left. Resumable: run it again.',
    )
    .option('--reason <reason>', 'only those parked for this reason')
    .option('--stream <stream>', "only this stream's parked mail")
    .option('--tenant <id>', "only this tenant's mail")
    .option('--dry-run', 'only say what would be sent back')
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding dlq redrive --reason identity-unverified --dry-run\n  goodstanding dlq redrive --reason mail-from-unverified --stream transactional --yes',
    )
    .action((_options: unknown, command: Command) =>
      run(command, (session) => redrive(session, redriveOptions.parse(command.opts()))),
    );
}

async function list(session: Session, options: z.output<typeof listOptions>): Promise<number> {
  const { backend, terminal, progress, signal } = session;
  if (options.stream !== undefined) await knownStream(session, options.stream);
  await noteStoppedStreams(session);
  const queues = await findDeadQueues(backend, options.stream);
  const bar = progress('looking', await countParked(backend, queues));
  const { groups, cutShort } = await listParked(backend, queues, {
    lookedAtMax: options.limit,
    signal,
    onProgress: bar.to,
  });
  bar.end();
  terminal.answer({ groups, cutShort }, () =>
    [
      groups.length === 0 ? 'nothing is parked' : tableOf(groups, terminal),
      ...Object.entries(cutShort).map(
        ([queue, { lookedAt, about }]) =>
          `${queue}: looked at ${lookedAt} of about ${about}; raise --limit for all`,
      ),
    ].join('\n'),
  );
  return exitCodes.ok;
}

async function redrive(
  session: Session,
  options: z.output<typeof redriveOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  if (options.stream !== undefined) await knownStream(session, options.stream);
  if (options.reason !== undefined && !redrivable.includes(options.reason))
    throw usageError(`--reason: got ${options.reason}; allowed are ${redrivable.join(', ')}`);
  const queues = await findDeadQueues(backend, options.stream);
  const about = await countParked(backend, queues);
  const meant = wording(options);
  const question = `send back ${meant} (about ${counted(about, 'message')} in ${queues.map(({ label }) => label).join(', ')})?`;
  if (!options.dryRun) {
    if (!(await terminal.confirm(question, options.yes))) {
      terminal.note('nothing done');
      return exitCodes.nothing;
    }
    await session.audit({
      action: 'dlq.redrive',
      subject: meant,
      by: options.by,
      why: options.why,
    });
  }
  const bar = session.progress(options.dryRun ? 'looking' : 'redriving', about);
  const result = await redriveParked(backend, queues, {
    filter: {
      ...(options.reason ? { reason: options.reason } : {}),
      ...(options.tenant ? { tenant: options.tenant } : {}),
    },
    dryRun: options.dryRun,
    startedAt: Date.now(),
    lookedAtMax,
    signal: session.signal,
    onProgress: bar.to,
  });
  bar.end();
  const count = result.groups.reduce((sum, group) => sum + group.count, 0);
  terminal.answer({ dryRun: options.dryRun, ...result }, () =>
    [
      ...(result.groups.length > 0 ? [tableOf(result.groups, terminal), ''] : []),
      options.dryRun
        ? `${counted(count, 'message')} would be sent back, ${result.left} left`
        : `${counted(result.redriven, 'message')} sent back, ${result.left} left`,
      ...(result.failed > 0 ? [`${result.failed} could not be moved: run it again`] : []),
      ...(result.interrupted ? ['interrupted: run it again for the rest'] : []),
    ].join('\n'),
  );
  if (result.failed > 0 || result.interrupted) return exitCodes.partly;
  return count === 0 ? exitCodes.nothing : exitCodes.ok;
}

function wording({ reason, tenant, stream }: z.output<typeof redriveOptions>): string {
  const filters = [
    ...(reason ? [`reason ${reason}`] : []),
    ...(tenant ? [`tenant ${tenant}`] : []),
    ...(stream ? [`stream ${stream}`] : []),
  ];
  return filters.length > 0 ? `messages with ${filters.join(', ')}` : 'all messages';
}

function tableOf(groups: readonly ParkedGroup[], terminal: Session['terminal']): string {
  return terminal.table(
    ['queue', 'reason', 'count', 'oldest', 'what to do'],
    groups.map(({ queue, reason, count, oldest, remedy }) => [
      queue,
      reason,
      String(count),
      formatAge(Date.now() - oldest),
      remedy,
    ]),
  );
}
