import * as z from 'zod';
import { unprocessable } from '../../adapters/parked-mail.ts';
import { parkReasons } from '../../domain/reasons.ts';
import { epochMs } from '../../domain/time.ts';
import { countParked, findDeadQueues } from '../actions/parked.ts';
import { type ParkedFilter, wordFilter } from '../actions/parked-filter.ts';
import {
  type MoveResult,
  type MoveSetting,
  purgeParked,
  redriveParked,
} from '../actions/parked-move.ts';
import { lookedAtMax } from '../actions/parked-walk.ts';
import { parkedTable } from './dlq-look.ts';
import { exitCodes } from './io.ts';
import { knownStream } from './known-streams.ts';
import { confirmed } from './options.ts';
import { readDuration } from './rotation-command.ts';
import { type Session, usageError } from './session.ts';
import { counted } from './words.ts';

const moveOptions = z.object({
  ...confirmed,
  stream: z.string().optional(),
  reason: z.string().optional(),
  tenant: z.string().optional(),
  olderThan: z.string().optional(),
  newerThan: z.string().optional(),
  limit: z.number().optional(),
  rate: z.number().optional(),
  all: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
type MoveOptions = z.output<typeof moveOptions>;

/** What tells one way of taking messages out from the other. */
type Way = {
  readonly action: 'dlq.redrive' | 'dlq.purge';
  readonly label: string;
  readonly done: string;
  readonly ask: (session: Session, meant: Meant) => Promise<boolean>;
  readonly move: (
    backend: Session['backend'],
    queues: Awaited<ReturnType<typeof findDeadQueues>>,
    setting: MoveSetting,
  ) => Promise<MoveResult>;
};

type Meant = {
  readonly words: string;
  readonly about: number;
  readonly queues: string;
  readonly yes: boolean;
};

const ways = {
  redrive: {
    action: 'dlq.redrive',
    label: 'redriving',
    done: 'sent back',
    ask: ({ terminal }, { words, about, queues, yes }) =>
      terminal.confirm(
        `send back ${words} (about ${counted(about, 'message')} in ${queues})?`,
        yes,
      ),
    move: redriveParked,
  },
  purge: {
    action: 'dlq.purge',
    label: 'purging',
    done: 'deleted for good',
    ask: ({ terminal }, { words, about, queues, yes }) =>
      terminal.confirmTyped(
        `delete for good ${words} (about ${counted(about, 'message')} in ${queues})?`,
        { expected: 'purge', yes },
      ),
    move: purgeParked,
  },
} as const satisfies Readonly<Record<string, Way>>;

/** Sends parked messages back to where they came from. */
export function redrive(session: Session, given: unknown): Promise<number> {
  return moveMail(session, moveOptions.parse(given), ways.redrive);
}

/** Deletes parked messages for good. */
export function purge(session: Session, given: unknown): Promise<number> {
  const options = moveOptions.parse(given);
  const { reason, stream, tenant, olderThan, newerThan, all } = options;
  const isFiltered = [reason, stream, tenant, olderThan, newerThan].some(
    (each) => each !== undefined,
  );
  if (!isFiltered && !all)
    throw usageError(
      'dlq purge: give a filter (--reason, --stream, --tenant, --older-than, --newer-than), or --all',
    );
  return moveMail(session, options, ways.purge);
}

async function moveMail(session: Session, options: MoveOptions, way: Way): Promise<number> {
  const { backend, terminal, signal } = session;
  const { stream, limit, dryRun } = options;
  if (stream !== undefined) await knownStream(session, stream);
  const startedAt = Date.now();
  const filter = filterOf(options, startedAt);
  const queues = await findDeadQueues(backend, stream);
  const about = await countParked(backend, queues);
  const meant: Meant = {
    words: wordFilter({
      ...filter,
      ...(stream === undefined ? {} : { stream }),
      ...(limit === undefined ? {} : { limit }),
    }),
    about,
    queues: queues.map(({ label }) => label).join(', '),
    yes: options.yes,
  };
  if (!dryRun) {
    if (!(await way.ask(session, meant))) {
      terminal.note('nothing done');
      return exitCodes.nothing;
    }
    const { by, why } = options;
    await session.audit({ action: way.action, subject: meant.words, by, why });
  }
  const bar = session.progress(dryRun ? 'looking' : way.label, about);
  const result = await way.move(backend, queues, {
    ...{ filter, dryRun, lookedAtMax, signal },
    // What came while the question stood there was not meant by it, and yet is no news of this run.
    startedAt: Date.now(),
    ...(limit === undefined ? {} : { limit }),
    ...(options.rate === undefined ? {} : { ratePerSecond: options.rate }),
    onProgress: bar.to,
  });
  bar.end();
  return tell(session, { result, dryRun, done: way.done });
}

const movable: readonly string[] = [...Object.keys(parkReasons), unprocessable];

function filterOf(options: MoveOptions, now: number): ParkedFilter {
  const { reason, tenant, olderThan, newerThan } = options;
  if (reason !== undefined && !movable.includes(reason))
    throw usageError(`--reason: got ${reason}; allowed are ${movable.join(', ')}`);
  const ago = (text: string, option: string) => epochMs(now - readDuration(text, option));
  return {
    ...(reason ? { reason } : {}),
    ...(tenant ? { tenant } : {}),
    ...(olderThan === undefined ? {} : { before: ago(olderThan, '--older-than') }),
    ...(newerThan === undefined ? {} : { after: ago(newerThan, '--newer-than') }),
  };
}

function tell(
  { terminal }: Session,
  {
    result,
    dryRun,
    done,
  }: { readonly result: MoveResult; readonly dryRun: boolean; readonly done: string },
): number {
  const { groups, leftGroups, moved, left, failed, hidden, interrupted } = result;
  const meant = groups.reduce((sum, group) => sum + group.count, 0);
  terminal.answer({ dryRun, ...result }, () =>
    [
      ...(groups.length > 0 ? [parkedTable(groups, terminal), ''] : []),
      dryRun
        ? `${counted(meant, 'message')} would be ${done}, ${left} left`
        : `${counted(moved, 'message')} ${done}, ${left} left`,
      ...leftGroups.map(({ queue, reason, count }) => `  left in ${queue}: ${count} ${reason}`),
      ...(failed > 0 ? [`${failed} could not be moved: run it again`] : []),
      ...(hidden > 0
        ? [
            `${hidden} are in somebody else's hands, such as a run that died: they come back within ten minutes, run it again then`,
          ]
        : []),
      ...(interrupted ? ['interrupted: run it again for the rest'] : []),
    ].join('\n'),
  );
  if (failed > 0 || interrupted) return exitCodes.partly;
  return meant === 0 ? exitCodes.nothing : exitCodes.ok;
}
