import { countQueue, readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import {
  deleteParked,
  type ParkedMessage,
  receiveParked,
  returnToView,
  unprocessable,
} from '../../adapters/parked-mail.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import { explainReason } from '../../contract/recipient-outcomes.ts';
import type { Backend } from './backend.ts';

/** A queue where messages wait for a person, and the queue they go back to. */
export type DeadQueue = {
  /** What it is called on the command line: a stream, `feedback` or `delivery`. */
  readonly label: string;
  readonly kind: 'parked' | 'events';
  readonly from: string;
  readonly to: string;
};

/** Messages of one queue that wait for the same reason. */
export type ParkedGroup = {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly oldest: number;
  readonly remedy: string;
};

export type ParkedFilter = { readonly reason?: string; readonly tenant?: string };

export type WalkSetting = {
  /** Messages of one queue that may be hidden at once; there the walk ends. */
  readonly lookedAtMax: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (lookedAt: number) => void;
};

export type ParkedList = {
  readonly groups: readonly ParkedGroup[];
  /** Queues of which not all was looked at, with how much was and about how much they hold. */
  readonly cutShort: Readonly<
    Record<string, { readonly lookedAt: number; readonly about: number }>
  >;
};

export type RedriveResult = {
  readonly groups: readonly ParkedGroup[];
  readonly redriven: number;
  /** Looked at and left, because the filter does not mean them or they came while this ran. */
  readonly left: number;
  readonly failed: number;
  readonly interrupted: boolean;
};

/** SQS lets about 120,000 messages of a queue be under way. */
export const lookedAtMax = 100_000;

const lanes = 4;
const eventsRemedy =
  'the feedback function failed on it repeatedly: read its log, mend the cause; then redrive';
const mailRemedy =
  'dispatch failed on it repeatedly: read its log for the message, mend the cause; then redrive';

/** Returns the deployment's queues of waiting messages; with a stream, its parked queue alone. */
export async function findDeadQueues(
  backend: Backend,
  stream: string | undefined,
): Promise<readonly DeadQueue[]> {
  const { names } = backend;
  const streams = stream ? [stream] : await listStreams(backend.tables.directory);
  const parked = streams.map((each) => ({
    label: each,
    kind: 'parked' as const,
    from: names.parkedQueue(each),
    to: names.intakeQueue(each),
  }));
  if (stream) return parked;
  return [
    ...parked,
    { label: 'feedback', kind: 'events', from: names.feedbackDeadQueue, to: names.feedbackQueue },
    { label: 'delivery', kind: 'events', from: names.deliveryDeadQueue, to: names.deliveryQueue },
  ];
}

/** Returns about how many messages wait in these queues together. */
export async function countParked(backend: Backend, queues: readonly DeadQueue[]): Promise<number> {
  const counts = await Promise.all(
    queues.map(async ({ from }) => countQueue(backend.sqs, await readQueueUrl(backend.sqs, from))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Returns what waits and why. SQS cannot look without taking: messages are hidden for the moment. */
export async function listParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  setting: WalkSetting,
): Promise<ParkedList> {
  const groups = createGroups();
  const cutShort: Record<string, ParkedList['cutShort'][string]> = {};
  const total = createTotal(setting);
  await Promise.all(
    queues.map(async (queue) => {
      const url = await readQueueUrl(backend.sqs, queue.from);
      const lookedAt = await walk(backend, url, setting, async (messages) => {
        groups.add(queue, messages);
        total.add(messages.length);
        return messages;
      });
      const about = await countQueue(backend.sqs, url);
      if (lookedAt >= setting.lookedAtMax && about > lookedAt)
        cutShort[queue.label] = { lookedAt, about };
    }),
  );
  return { groups: groups.list(), cutShort };
}

/**
 * Sends the messages that the filter means back to where they came from; with `dryRun` only says which.
 * Each is sent before it is deleted, so none is lost; one that was sent and not deleted is refused by
 * the ledger (or by the event's own key) when it is sent again. Resumable: run it again.
 */
export async function redriveParked(
  backend: Backend,
  queues: readonly DeadQueue[],
  setting: WalkSetting & {
    readonly filter: ParkedFilter;
    readonly dryRun: boolean;
    /** What is parked (again) after this instant is left, or an unmended cause would go round for ever. */
    readonly startedAt: number;
  },
): Promise<RedriveResult> {
  const groups = createGroups();
  const total = createTotal(setting);
  const counts = { redriven: 0, left: 0, failed: 0 };
  await Promise.all(
    queues.map(async (queue) => {
      const fromUrl = await readQueueUrl(backend.sqs, queue.from);
      const toUrl = await readQueueUrl(backend.sqs, queue.to);
      await walk(backend, fromUrl, setting, async (messages) => {
        const meant = messages.filter(
          (message) => message.sentAt < setting.startedAt && isMeant(message, setting.filter),
        );
        const others = messages.filter((message) => !meant.includes(message));
        groups.add(queue, meant);
        counts.left += others.length;
        total.add(messages.length);
        if (setting.dryRun || meant.length === 0) return messages;
        const bodies = meant.map(({ body, tenant, since }) => ({
          body,
          ...(tenant ? { group: tenant } : {}),
          // Dispatch reads in it that a person has decided: an ambiguous mail is then sent again.
          attributes: { parkedAt: new Date(since).toISOString() },
        }));
        const taken = await sendBodies(backend.sqs, toUrl, bodies);
        const sent = meant.filter((_, index) => taken[index]);
        const undeleted = await deleteParked(
          backend.sqs,
          fromUrl,
          sent.map(({ receiptHandle }) => receiptHandle),
        );
        counts.redriven += sent.length;
        counts.failed += meant.length - sent.length + undeleted;
        return [...others, ...meant.filter((_, index) => !taken[index])];
      });
    }),
  );
  return { groups: groups.list(), ...counts, interrupted: setting.signal?.aborted === true };
}

/**
 * Looks at each message of a queue once and makes those that `visit` returns visible again at the end.
 * Returns how many it looked at and left in the queue.
 */
async function walk(
  backend: Backend,
  queueUrl: string,
  { lookedAtMax: most, signal }: WalkSetting,
  visit: (messages: readonly ParkedMessage[]) => Promise<readonly ParkedMessage[]>,
): Promise<number> {
  const seen = new Set<string>();
  const kept = new Map<string, string>();
  const lane = async () => {
    while (!signal?.aborted && kept.size < most) {
      const messages = await receiveParked(backend.sqs, queueUrl);
      if (messages.length === 0) return;
      // Its time-out ran out and it came again: only the latest handle can release it.
      for (const { queueMessageId, receiptHandle } of messages)
        if (seen.has(queueMessageId)) kept.set(queueMessageId, receiptHandle);
      const fresh = messages.filter(({ queueMessageId }) => !seen.has(queueMessageId));
      for (const { queueMessageId } of fresh) seen.add(queueMessageId);
      for (const { queueMessageId, receiptHandle } of await visit(fresh))
        kept.set(queueMessageId, receiptHandle);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    await returnToView(backend.sqs, queueUrl, [...kept.values()]);
  }
  return kept.size;
}

function isMeant(message: ParkedMessage, filter: ParkedFilter): boolean {
  return (
    (filter.reason === undefined || message.reason === filter.reason) &&
    (filter.tenant === undefined || message.tenant === filter.tenant)
  );
}

function createGroups() {
  const groups = new Map<string, ParkedGroup>();
  return {
    add: (queue: DeadQueue, messages: readonly ParkedMessage[]) => {
      for (const { reason, since } of messages) {
        const key = `${queue.label}|${reason}`;
        const before = groups.get(key);
        groups.set(key, {
          queue: queue.label,
          reason,
          count: (before?.count ?? 0) + 1,
          oldest: Math.min(before?.oldest ?? since, since),
          remedy: remedyOf(queue, reason),
        });
      }
    },
    list: () =>
      [...groups.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}

function remedyOf(queue: DeadQueue, reason: string): string {
  if (queue.kind === 'events') return eventsRemedy;
  if (reason === unprocessable) return mailRemedy;
  return explainReason(reason) ?? 'see the detail of the message';
}

function createTotal({ onProgress }: WalkSetting) {
  let lookedAt = 0;
  return {
    add: (count: number) => {
      lookedAt += count;
      onProgress?.(lookedAt);
    },
  };
}
