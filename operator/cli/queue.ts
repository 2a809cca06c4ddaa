import { type Command, Option } from 'commander';
import * as z from 'zod';
import { epochMs } from '../../domain/time.ts';
import { type PeekedRequest, peekLanes, peekRequests } from '../actions/queue-peek.ts';
import { listStages, type StageRow } from '../actions/queue-stages.ts';
import { findStuck } from '../actions/stuck-mail.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { wholeNumber } from './options.ts';
import type { Run, Session } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import { describeStuck } from './stuck-words.ts';
import { counted, formatAge } from './words.ts';

const peekOptions = z.object({
  lane: z.enum(peekLanes).default('intake'),
  limit: z.number().default(10),
  showAddresses: z.boolean().default(false),
});

/** Adds `queue list|peek|stuck`. */
export function addQueueCommands(program: Command, run: Run): void {
  const queue = program
    .command('queue')
    .description('Where mail waits: how much, how old, and why it does not move.');

  queue
    .command('list', { isDefault: true })
    .summary('how much waits at every stage, and how old the oldest is')
    .description(
      'How much waits at every stage, and how old the oldest is. Ages of queues come from CloudWatch and are one to three minutes old.',
    )
    .addHelpText('after', '\nExample:\n  goodstanding queue list')
    .action((_options: unknown, command: Command) => run(command, list));

  queue
    .command('peek')
    .summary('whose requests wait in a queue, without their content')
    .description(
      "Whose requests wait in a stream's queue, without their content; recipients by first letter and domain. SQS cannot look without taking: each message is hidden for the moment of the look and its receive count grows by one. Dispatch sets a message aside after a hundred, and takes one that was looked at for one that has waited before.",
    )
    .argument('<stream>')
    .addOption(
      new Option('--lane <lane>', 'which of its queues (default: intake)').choices(peekLanes),
    )
    .option('--limit <count>', 'how many, up to 100 (default: 10)', wholeNumber(1, 100))
    .option('--show-addresses', 'name recipients in full')
    .addHelpText('after', '\nExample:\n  goodstanding queue peek transactional --limit 5')
    .action((stream: string, _options: unknown, command: Command) =>
      run(command, (session) => peek(session, stream, peekOptions.parse(command.opts()))),
    );

  queue
    .command('stuck')
    .summary('what does not move: whose turn it is, and what to do')
    .description(
      'What does not move, by stage and mailbox provider: since when, whose turn it is (ours, theirs, the recipient), and what to do. Parked mail is taken for a moment to read its reasons.',
    )
    .addHelpText('after', '\nExample:\n  goodstanding queue stuck')
    .action((_options: unknown, command: Command) => run(command, stuck));
}

async function list(session: Session): Promise<number> {
  const { backend, terminal } = session;
  const [{ rows, agesUnknown }] = await Promise.all([
    listStages(backend, epochMs(Date.now())),
    noteStoppedStreams(session),
  ]);
  terminal.answer({ rows, ...(agesUnknown === undefined ? {} : { agesUnknown }) }, () =>
    [
      terminal.table(['stage', 'stream', 'waiting', 'hidden', 'oldest'], rows.map(cells)),
      ...(agesUnknown === undefined ? [] : ['', terminal.wrap(agesUnknown)]),
    ].join('\n'),
  );
  return exitCodes.ok;
}

/** Returns the cells of a stage: stage, stream, to be taken, hidden, age of the oldest. */
export function cells({ stage, stream, dead, waiting, hidden, ageMs, more }: StageRow) {
  return [
    dead && stage !== 'parked' ? `${stage}, dead` : stage,
    stream ?? '',
    more ? `${waiting} or more` : String(waiting),
    String(hidden),
    ageMs === undefined ? '' : formatAge(ageMs),
  ];
}

async function peek(
  session: Session,
  stream: string,
  { lane, limit, showAddresses }: z.output<typeof peekOptions>,
): Promise<number> {
  const { backend, terminal } = session;
  await knownStream(session, stream);
  const found = await peekRequests(
    backend,
    { stream, lane },
    { limit, addresses: showAddresses ? 'full' : 'masked', now: epochMs(Date.now()) },
  );
  if (!found) {
    const problem = `stream ${stream} has no ${lane} queue; see goodstanding queue list`;
    terminal.answer({ error: problem }, () => problem);
    return exitCodes.nothing;
  }
  terminal.answer(found, () =>
    found.length === 0
      ? `nothing can be taken from the ${lane} queue of ${stream}; what is hidden waits for a time or is under way`
      : terminal.table(['request', 'tenant', 'to', 'age', 'takes'], found.map(peekCells)),
  );
  return found.length === 0 ? exitCodes.nothing : exitCodes.ok;
}

function peekCells(request: PeekedRequest): readonly string[] {
  const {
    id,
    queueMessageId,
    tenant = '',
    recipients,
    recipientCount,
    storedAs,
    problem,
  } = request;
  const more = recipientCount - recipients.length;
  const to = recipients.join(', ') + (more > 0 ? ` and ${more} more` : '');
  const about = problem ?? (storedAs === undefined ? to : `stored as ${storedAs}`);
  return [
    id ?? queueMessageId,
    tenant,
    request.sendAt === undefined ? about : `${about}, not before ${request.sendAt}`,
    formatAge(request.ageMs),
    String(request.receiveCount),
  ];
}

async function stuck(session: Session): Promise<number> {
  const { backend, terminal } = session;
  const now = epochMs(Date.now());
  const stages = await listStages(backend, now);
  const rows = await findStuck(backend, stages, { now, look: 'peek' });
  const { agesUnknown } = stages;
  terminal.answer({ rows, ...(agesUnknown === undefined ? {} : { agesUnknown }) }, () =>
    [
      rows.length === 0
        ? 'nothing is stuck'
        : `${counted(rows.length, 'reason')} why mail waits, the next step under each`,
      ...rows.map((row) => terminal.wrap(describeStuck(row, now))),
      ...(agesUnknown === undefined ? [] : [terminal.wrap(`note: ${agesUnknown}`)]),
    ].join('\n'),
  );
  return rows.length === 0 ? exitCodes.ok : exitCodes.look;
}
