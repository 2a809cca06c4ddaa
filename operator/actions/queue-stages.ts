/** Where mail, and news of it, waits now: how much, and how old the oldest is. */
import { type MetricQuestion, readLatestValues } from '../../adapters/cloudwatch.ts';
import { type QueueDepth, readQueueUrl } from '../../adapters/intake.ts';
import { besideQueue, readQueueDepth } from '../../adapters/queue-depth.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import {
  type Folder,
  type HeldKey,
  type LaterKey,
  listHeldKeys,
  listLaterKeys,
} from '../../adapters/waiting-objects.ts';
import { type WaitStage, waitStages } from '../../domain/stuck-mail.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

/** One stage, or what was set aside from it. */
export type StageRow = {
  readonly stage: WaitStage;
  readonly stream?: string;
  /** What was set aside for a person, instead of what is on its way. */
  readonly dead?: true;
  /** Name of its queue; absent for what waits in the content bucket. */
  readonly queue?: string;
  /** To be taken now; of the content bucket, all of it. */
  readonly waiting: number;
  /** Under way, or in its queue until a time. */
  readonly hidden: number;
  /** Age of the oldest, milliseconds; absent where nothing waits or nobody measured it. */
  readonly ageMs?: number;
  /** There is more than was counted. */
  readonly more?: true;
};

/** Every stage, and what could not be found out. */
export type Stages = {
  readonly rows: readonly StageRow[];
  readonly later: Folder<LaterKey>;
  readonly held: Folder<HeldKey>;
  /** Why no queue says how old its oldest message is. */
  readonly agesUnknown?: string;
};

/** Objects of the content bucket that are counted. */
const objectsMax = 5_000;

/** CloudWatch has SQS's ages a few minutes late. */
const ageWindowMs = 10 * minuteMs;

/**
 * Returns how much waits at every stage. Ages of queues come from CloudWatch, because SQS cannot tell them:
 * they are one to three minutes old. A stage that a deployment has not is left out.
 */
export async function listStages(backend: Backend, now: EpochMs): Promise<Stages> {
  const { sqs, names, tables } = backend;
  const [streams, url] = await Promise.all([
    listStreams(tables.directory),
    readQueueUrl(sqs, names.feedbackQueue),
  ]);
  const places = placesOf(backend, streams);
  const store = backend.contentStore();
  const [depths, ages, later, held] = await Promise.all([
    Promise.all(places.map(({ queue }) => readQueueDepth(sqs, besideQueue(url, queue)))),
    readAges(backend, places, now),
    store.then((found) => listLaterKeys(found, objectsMax)),
    store.then((found) => listHeldKeys(found, objectsMax)),
  ]);
  const queues = places.flatMap((place, index) => {
    const depth = depths[index];
    const ageMs = typeof ages === 'string' ? undefined : ages[index];
    return depth === undefined ? [] : [rowOf(place, depth, ageMs)];
  });
  return {
    rows: [...queues, laterRow(later, now), heldRow(held, now)].sort(
      (one, other) => order(one) - order(other),
    ),
    later,
    held,
    ...(typeof ages === 'string' ? { agesUnknown: ages } : {}),
  };
}

type Place = Pick<StageRow, 'stage' | 'stream' | 'dead'> & { readonly queue: string };

function placesOf({ names }: Backend, streams: readonly string[]): readonly Place[] {
  return [
    ...streams.flatMap((stream): readonly Place[] => [
      { stage: 'intake', stream, queue: names.intakeQueue(stream) },
      { stage: 'overflow', stream, queue: names.overflowQueue(stream) },
      { stage: 'parked', stream, dead: true, queue: names.parkedQueue(stream) },
    ]),
    { stage: 'feedback', queue: names.feedbackQueue },
    { stage: 'feedback', dead: true, queue: names.feedbackDeadQueue },
    { stage: 'delivery', queue: names.deliveryQueue },
    { stage: 'delivery', dead: true, queue: names.deliveryDeadQueue },
    { stage: 'rotation', queue: names.rotationQueue },
    { stage: 'rotation', dead: true, queue: names.rotationDeadQueue },
  ];
}

/** Returns the ages by place, milliseconds; a sentence where CloudWatch cannot be asked. */
async function readAges(
  { cloudwatch }: Backend,
  places: readonly Place[],
  now: EpochMs,
): Promise<readonly (number | undefined)[] | string> {
  const questions = places.map(
    ({ queue }): MetricQuestion => ({
      namespace: 'AWS/SQS',
      name: 'ApproximateAgeOfOldestMessage',
      dimensions: { QueueName: queue },
      statistic: 'Maximum',
    }),
  );
  try {
    const seconds = await readLatestValues(cloudwatch, questions, { now, windowMs: ageWindowMs });
    return seconds.map((one) => (one === undefined ? undefined : one * 1000));
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return `CloudWatch does not tell the ages of queues (${why.split('\n')[0]})`;
  }
}

/** The age that was measured minutes ago says nothing of a queue that is empty now. */
function rowOf(place: Place, depth: QueueDepth, ageMs: number | undefined): StageRow {
  const waiting = depth.waiting + depth.delayed;
  const { hidden } = depth;
  const isEmpty = waiting + hidden === 0;
  return { ...place, waiting, hidden, ...(ageMs === undefined || isEmpty ? {} : { ageMs }) };
}

/** What waits for its time is late only when that has passed. */
function laterRow({ entries, more }: Folder<LaterKey>, now: EpochMs): StageRow {
  const [first] = entries;
  const isLate = first !== undefined && first.dueMinute < now;
  return {
    ...{ stage: 'later', waiting: entries.length, hidden: 0 },
    ...(isLate ? { ageMs: now - first.dueMinute } : {}),
    ...(more ? { more } : {}),
  };
}

function heldRow({ entries, more }: Folder<HeldKey>, now: EpochMs): StageRow {
  const oldest = entries.reduce<number>((least, { since }) => Math.min(least, since), now);
  return {
    ...{ stage: 'held', waiting: entries.length, hidden: 0 },
    ...(entries.length === 0 ? {} : { ageMs: now - oldest }),
    ...(more ? { more } : {}),
  };
}

/** What was set aside stands behind what is on its way; the sort keeps streams together by name. */
function order({ stage, dead }: StageRow): number {
  return 2 * waitStages.indexOf(stage) + (dead ? 1 : 0);
}
