import * as z from 'zod';
import { countParked, findDeadQueues, listParked } from '../actions/parked.ts';
import { type Grouping, groupings, type ParkedGroup } from '../actions/parked-groups.ts';
import { type ShownParked, showParked } from '../actions/parked-show.ts';
import { lookedAtMax } from '../actions/parked-walk.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { type Session, usageError } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import { formatAge, formatInstant } from './words.ts';

const listOptions = z.object({
  stream: z.string().optional(),
  by: z.string().default('reason'),
  limit: z.number().default(10_000),
});
const showOptions = z.object({
  tenant: z.string().default('default'),
  content: z.boolean().default(false),
});

/** Tells what waits, by reason, stream or tenant. */
export async function listParkedMail(session: Session, given: unknown): Promise<number> {
  const { backend, terminal, progress, signal } = session;
  const options = listOptions.parse(given);
  const by = groupingOf(options.by);
  if (options.stream !== undefined) await knownStream(session, options.stream);
  await noteStoppedStreams(session);
  const queues = await findDeadQueues(backend, options.stream);
  const bar = progress('looking', await countParked(backend, queues));
  const { groups, cutShort } = await listParked(backend, queues, {
    lookedAtMax: options.limit,
    by,
    signal,
    onProgress: bar.to,
  });
  bar.end();
  terminal.answer({ groups, cutShort }, () =>
    [
      groups.length === 0 ? 'nothing is parked' : parkedTable(groups, terminal),
      ...Object.entries(cutShort).map(
        ([queue, { lookedAt, about }]) =>
          `${queue}: looked at ${lookedAt} of about ${about}; raise --limit for all`,
      ),
    ].join('\n'),
  );
  return exitCodes.ok;
}

/** Tells of one parked message. */
export async function showParkedMail(
  session: Session,
  id: string,
  given: unknown,
): Promise<number> {
  const { backend, terminal, progress, signal } = session;
  const { tenant, content } = showOptions.parse(given);
  const bar = progress(
    'looking',
    await countParked(backend, await findDeadQueues(backend, undefined)),
  );
  const found = await showParked(
    backend,
    { id, tenant, content: content ? 'shown' : 'hidden' },
    { lookedAtMax, signal, onProgress: bar.to },
  );
  bar.end();
  const problem = `no message ${id} of tenant ${tenant} is parked; see goodstanding dlq list, or goodstanding trace ${id} --tenant ${tenant}`;
  terminal.answer(found.length > 0 ? found : { error: problem }, () =>
    found.length > 0
      ? found.map((one) => describeParked(one, terminal)).join('\n\n')
      : terminal.wrap(problem),
  );
  return found.length > 0 ? exitCodes.ok : exitCodes.nothing;
}

/** Returns groups of parked messages as a table. */
export function parkedTable(groups: readonly ParkedGroup[], terminal: Session['terminal']): string {
  const byTenant = groups.some(({ tenant }) => tenant !== undefined);
  return terminal.table(
    [...(byTenant ? ['tenant'] : []), 'queue', 'reason', 'count', 'oldest', 'what to do'],
    groups.map(({ queue, reason, tenant, count, oldest, remedy }) => [
      ...(byTenant ? [tenant ?? ''] : []),
      queue,
      reason,
      String(count),
      formatAge(Date.now() - oldest),
      remedy,
    ]),
  );
}

function groupingOf(text: string): Grouping {
  const by = groupings.find((name) => name === text);
  if (by === undefined) throw usageError(`--by: got ${text}; allowed are ${groupings.join(', ')}`);
  return by;
}

function describeParked(parked: ShownParked, terminal: Session['terminal']): string {
  const { queue, reason, detail, remedy, since, keptUntil, id, tenant, messageId } = parked;
  const now = Date.now();
  return [
    terminal.strong(`${reason}, in queue ${queue}`),
    ...(detail ? [terminal.wrap(detail)] : []),
    `parked since ${formatInstant(since)}, ${formatAge(now - since)} ago`,
    `SQS keeps it until ${formatInstant(keptUntil)}, for ${formatAge(keptUntil - now)} more`,
    terminal.wrap(`what to do: ${remedy}`),
    `SQS message ${parked.queueMessageId}`,
    ...(id === undefined ? [] : [`id ${id}, tenant ${tenant ?? 'default'}`]),
    ...(messageId === undefined ? [] : [`message ${messageId}: goodstanding trace ${messageId}`]),
    JSON.stringify(parked.request, undefined, 2),
  ].join('\n');
}
