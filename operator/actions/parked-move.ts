import { readKeeping, readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { deleteParked, type ParkedMessage } from '../../adapters/parked-mail.ts';
import type { Backend } from './backend.ts';
import { findForgettable } from './forget.ts';
import { refuseOpen } from './forget-waiting.ts';
import { inParallel } from './in-parallel.ts';
import { createPace, type Pace } from './pace.ts';
import { createTotal } from './parked.ts';
import { isMeant, type ParkedFilter } from './parked-filter.ts';
import { createGroups, type DeadQueue, type ParkedGroup } from './parked-groups.ts';
import { type WalkSetting, walkQueue } from './parked-walk.ts';

export type MoveSetting = WalkSetting & {
  readonly filter: ParkedFilter;
  readonly dryRun: boolean;
  /** What is parked (again) after this instant is left, or an unmended cause would go round for ever. */
  readonly startedAt: number;
  /** No more than so many. */
  readonly limit?: number;
};

export type MoveResult = {
  /** What was meant, by reason. */
  readonly groups: readonly ParkedGroup[];
  /** What was taken out of the parked queue. */
  readonly moved: number;
  /** Looked at and left, because the filter does not mean them or they came while this ran; and by reason. */
  readonly left: number;
  readonly leftGroups: readonly ParkedGroup[];
  readonly failed: number;
  /** In the hands of somebody else at the end, such as a redrive that died: they come back within ten minutes. */
  readonly hidden: number;
  readonly interrupted: boolean;
};

/** So that fresh mail is not crowded out of its queue: a redrive of 10,000 takes 40 seconds. */
export const ratePerSecondDefault = 250;

/**
 * Sends the messages that the filter means back to where they came from; with `dryRun` only says which.
 * Each is sent before it is deleted, so none is lost; one that was sent and not deleted is refused by
 * the ledger (or by the event's own key) when it is sent again. Resumable: run it again.
 */
export async function redriveParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  setting: MoveSetting,
): Promise<MoveResult & { readonly redriven: number }> {
  const result = await moveParked(backend, queues, { ...setting, take: sendBack });
  return { ...result, redriven: result.moved };
}

/**
 * Deletes the messages that the filter means for good; with `dryRun` only says which. First the ledger says
 * that what was not sent will not be, so that `outcome` tells the truth and a copy elsewhere is not sent.
 * Resumable: run it again.
 */
export async function purgeParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  setting: MoveSetting,
): Promise<MoveResult> {
  return moveParked(backend, queues, { ...setting, take: giveUp });
}

/** Does what is to be done before messages are deleted; returns by position whether it was. */
type Take = (
  backend: Backend,
  queue: Pick<DeadQueue, 'kind'> & { readonly toUrl: string },
  messages: readonly ParkedMessage[],
) => Promise<readonly boolean[]>;

async function moveParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  setting: MoveSetting & { readonly take: Take },
): Promise<MoveResult> {
  const state = {
    groups: createGroups(),
    leftGroups: createGroups(),
    total: createTotal(setting),
    pace: createPace(setting.ratePerSecond ?? ratePerSecondDefault, setting.signal),
    counts: { moved: 0, left: 0, failed: 0 },
    room: setting.limit ?? Number.POSITIVE_INFINITY,
  };
  const hidden = await Promise.all(
    queues.map((queue) => moveQueue(backend, queue, { ...setting, state })),
  );
  return {
    groups: state.groups.list(),
    ...state.counts,
    leftGroups: state.leftGroups.list(),
    hidden: hidden.reduce((sum, count) => sum + count, 0),
    interrupted: setting.signal?.aborted === true,
  };
}

/** What the queues' walks share. */
type State = {
  readonly groups: ReturnType<typeof createGroups>;
  readonly leftGroups: ReturnType<typeof createGroups>;
  readonly total: ReturnType<typeof createTotal>;
  readonly pace: Pace;
  readonly counts: { moved: number; left: number; failed: number };
  /** How many more may be taken. */
  room: number;
};

/** Returns how many messages of the queue somebody else has in hand at the end. */
async function moveQueue(
  backend: Backend,
  queue: DeadQueue,
  setting: MoveSetting & { readonly take: Take; readonly state: State },
): Promise<number> {
  const { state, filter, startedAt, dryRun, signal } = setting;
  const { counts, pace } = state;
  const url = await readQueueUrl(backend.sqs, queue.from);
  const toUrl = await readQueueUrl(backend.sqs, queue.to);
  await walkQueue(backend, url, {
    ...setting,
    isEnough: () => state.room <= 0,
    visit: async (messages) => {
      const wanted = messages.filter(
        (message) => message.sentAt < startedAt && isMeant(message, filter),
      );
      const meant = wanted.slice(0, Math.max(0, state.room));
      state.room -= meant.length;
      const others = messages.filter((message) => !meant.includes(message));
      state.groups.add(queue, meant);
      state.leftGroups.add(queue, others);
      counts.left += others.length;
      state.total.add(messages.length);
      if (dryRun || meant.length === 0) return messages;
      await pace(meant.length);
      // Asked to stop while it waited for its turn: nothing of these was touched.
      if (signal?.aborted) return messages;
      const taken = await setting.take(backend, { kind: queue.kind, toUrl }, meant);
      const failed = await deleteTaken(backend, { url, meant, taken });
      counts.moved += meant.length - failed.length;
      counts.failed += failed.length;
      return [...others, ...failed];
    },
  });
  return dryRun ? 0 : (await readKeeping(backend.sqs, url)).hidden;
}

/** Returns the messages that stay: they could not be taken, or SQS did not delete them. */
async function deleteTaken(
  { sqs }: Backend,
  {
    url,
    meant,
    taken,
  }: {
    readonly url: string;
    readonly meant: readonly ParkedMessage[];
    readonly taken: readonly boolean[];
  },
): Promise<readonly ParkedMessage[]> {
  const done = meant.filter((_, index) => taken[index]);
  const handles = done.map(({ receiptHandle }) => receiptHandle);
  const undeleted = new Set(await deleteParked(sqs, url, handles));
  return meant.filter(({ receiptHandle }, index) => !taken[index] || undeleted.has(receiptHandle));
}

const sendBack: Take = ({ sqs }, { toUrl }, messages) => {
  const bodies = messages.map(({ body, tenant, since }) => ({
    body,
    ...(tenant ? { group: tenant } : {}),
    // Dispatch reads in it that a person has decided: an ambiguous mail is then sent again.
    attributes: { parkedAt: new Date(since).toISOString() },
  }));
  return sendBodies(sqs, toUrl, bodies);
};

/** What is said of a mail elsewhere meanwhile (it is being sent, or was) is left to that. */
const giveUp: Take = (backend, { kind }, messages) =>
  inParallel(messages, messages.length, async ({ id, tenant }) => {
    if (kind === 'events' || id === undefined) return true;
    const known = await findForgettable(backend, { id, tenant: tenant ?? 'default' });
    if (known?.request.state !== 'waiting') return true;
    return refuseOpen(backend, known, 'purged').then(
      () => true,
      () => false,
    );
  });
