/** Mail that does not move: where, since when, whose turn it is and what to do. */
import { type MetricQuestion, readLatestValues } from '../../adapters/cloudwatch.ts';
import { readUnreadQueues } from '../../adapters/queue-readers.ts';
import { readSesAccount } from '../../adapters/ses-account.ts';
import { readSwitches } from '../../adapters/switch-store.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import type { SwitchState } from '../../domain/sending-switch.ts';
import { isStuckCause, type StuckCause } from '../../domain/stuck-causes.ts';
import { causeOfQueue, type QueueFacts, type WaitStage } from '../../domain/stuck-mail.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import { listDeferred } from './deferred-mail.ts';
import { findDeadQueues, listParked } from './parked.ts';
import type { StageRow, Stages } from './queue-stages.ts';
import { type FoundStuck, type StuckRow, toRow } from './stuck-row.ts';
import { listWaiting } from './waiting-mail.ts';

/** How closely it looks. `peek` takes parked mail for a moment to read its reasons; `glance` takes nothing. */
export type StuckLook = 'peek' | 'glance';

/** Messages of one parked queue that are looked at for their reasons. */
const parkedMax = 500;

const errorsWindowMs = 10 * minuteMs;

/** Returns what is stuck, by stage in the order of the way. */
export async function findStuck(
  backend: Backend,
  stages: Stages,
  { now, look }: { readonly now: EpochMs; readonly look: StuckLook },
): Promise<readonly StuckRow[]> {
  const found = await Promise.all([
    findStuckQueues(backend, stages, now),
    listWaiting(backend, stages, now),
    look === 'peek' ? findParkedReasons(backend, now) : findParked(stages),
    listDeferred(backend, now),
  ]);
  return found.flat().map(toRow);
}

async function findStuckQueues(
  backend: Backend,
  { rows }: Stages,
  now: EpochMs,
): Promise<readonly FoundStuck[]> {
  const waiting = rows.filter(
    (row): row is StageRow & { readonly stage: QueueFacts['stage']; readonly queue: string } =>
      row.dead === undefined && row.queue !== undefined && row.waiting > 0,
  );
  if (waiting.length === 0) return [];
  const streams = waiting.flatMap(({ stream }) => stream ?? []);
  const readers = [...new Set(waiting.map((row) => readerOf(backend, row)))];
  const [switches, unread, errors, ratePerSecond] = await Promise.all([
    readSwitches(backend.tables.pacing, streams),
    readUnread(backend, readers),
    readErrors(backend, readers, now),
    readSesAccount(backend.ses).then(
      ({ sendRatePerSecond }) => sendRatePerSecond,
      () => undefined,
    ),
  ]);
  return waiting.flatMap((row): readonly FoundStuck[] => {
    const { stage, stream, queue, ageMs } = row;
    const reason = stream === undefined ? undefined : stopped(switches.get(stream)?.state);
    const failed = errors.get(readerOf(backend, row));
    const cause = causeOfQueue({
      ...{ stage, waiting: row.waiting },
      ...(ageMs === undefined ? {} : { ageMs }),
      ...(reason === undefined ? {} : { switchedOff: reason }),
      ...(unread.has(queue) && reason === undefined ? { unread: true } : {}),
      ...(failed === undefined ? {} : { errors: failed }),
      ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    });
    if (cause === undefined) return [];
    return [
      {
        ...{ stage, cause, count: row.waiting },
        ...(stream === undefined ? {} : { stream }),
        ...(ageMs === undefined ? {} : { ageMs }),
      },
    ];
  });
}

function stopped(state: SwitchState | undefined) {
  if (state === undefined || (state.on && state.drainUntil === undefined)) return undefined;
  return state.reason;
}

function readerOf({ names }: Backend, { stage, stream }: StageRow): string {
  if (stream !== undefined) return names.dispatchFunction(stream);
  return stage === 'rotation' ? names.rotationFunction : names.feedbackFunction;
}

/** What an operator may not ask is not known: the table names the next likely cause then. */
async function readUnread(
  { lambda }: Backend,
  readers: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    readers.map((name) => readUnreadQueues(lambda, name).catch(() => new Set<string>())),
  );
  return new Set(found.flatMap((queues) => [...queues]));
}

async function readErrors(
  { cloudwatch }: Backend,
  readers: readonly string[],
  now: EpochMs,
): Promise<ReadonlyMap<string, number>> {
  const questions = readers.map(
    (FunctionName): MetricQuestion => ({
      ...{ namespace: 'AWS/Lambda', name: 'Errors', statistic: 'Sum' },
      dimensions: { FunctionName },
    }),
  );
  const window = { now, windowMs: errorsWindowMs };
  const values = await readLatestValues(cloudwatch, questions, window).catch(() => []);
  return new Map(readers.map((name, index) => [name, values[index] ?? 0]));
}

/** How much is set aside, without its reasons. */
async function findParked({ rows }: Stages): Promise<readonly FoundStuck[]> {
  return rows
    .filter(({ dead, waiting, hidden }) => dead === true && waiting + hidden > 0)
    .map(({ stage, stream, waiting, hidden, ageMs }) => ({
      stage,
      cause: stream === undefined ? 'news-dead' : 'parked',
      count: waiting + hidden,
      ...(stream === undefined ? {} : { stream }),
      ...(ageMs === undefined ? {} : { ageMs }),
    }));
}

async function findParkedReasons(backend: Backend, now: EpochMs): Promise<readonly FoundStuck[]> {
  const queues = await findDeadQueues(backend, undefined);
  const streams = await listStreams(backend.tables.directory);
  const { groups, cutShort } = await listParked(backend, queues, { lookedAtMax: parkedMax });
  return groups.map(({ queue, reason, count, oldest }) => {
    const isMail = streams.includes(queue);
    return {
      stage: isMail ? 'parked' : stageOf(queue),
      cause: isMail ? parkedCause(reason) : 'news-dead',
      ...(isMail ? { stream: queue } : {}),
      ...{ count, ageMs: now - oldest },
      ...(cutShort[queue] === undefined ? {} : { more: true }),
    };
  });
}

function stageOf(label: string): WaitStage {
  return label === 'delivery' ? 'delivery' : 'feedback';
}

function parkedCause(reason: string): StuckCause {
  return isStuckCause(reason) ? reason : 'parked';
}
