import { type ParkedMessage, unprocessable } from '../../adapters/parked-mail.ts';
import { explainReason } from '../../domain/explain-reason.ts';

/** A queue where messages wait for a person, and the queue they go back to. */
export type DeadQueue = {
  /** What it is called on the command line: a stream, `feedback` or `delivery`. */
  readonly label: string;
  readonly kind: 'parked' | 'events';
  readonly from: string;
  readonly to: string;
};

/** Messages that wait, of one queue and reason, or of one stream or tenant. */
export type ParkedGroup = {
  /** Several are told as one text. */
  readonly queue: string;
  readonly reason: string;
  /** Present where they are told by tenant. */
  readonly tenant?: string;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly oldest: number;
  readonly remedy: string;
};

export const groupings = ['reason', 'stream', 'tenant'] as const;
export type Grouping = (typeof groupings)[number];

const eventsRemedy =
  'the feedback function failed on it repeatedly: read its log, mend the cause; then redrive';
const mailRemedy =
  'dispatch failed on it repeatedly: read its log for the message, mend the cause; then redrive';
const severalRemedies = 'several: see goodstanding dlq list';

/** A group while it grows. */
type Growing = {
  readonly queues: Set<string>;
  readonly reasons: Set<string>;
  readonly remedies: Set<string>;
  readonly tenant: string | undefined;
  count: number;
  oldest: number;
};

/** Returns a counter of messages by what they have in common. */
export function createGroups(by: Grouping = 'reason') {
  const groups = new Map<string, Growing>();
  return {
    add: (queue: DeadQueue, messages: readonly ParkedMessage[]) => {
      for (const message of messages) {
        const { reason, since, tenant = 'none' } = message;
        const key = keyOf[by](queue, message);
        const group = groups.get(key) ?? {
          ...{ queues: new Set<string>(), reasons: new Set<string>(), remedies: new Set<string>() },
          ...{ tenant: by === 'tenant' ? tenant : undefined, count: 0, oldest: since },
        };
        group.queues.add(queue.label);
        group.reasons.add(reason);
        group.remedies.add(remedyOf(queue, reason));
        group.count += 1;
        group.oldest = Math.min(group.oldest, since);
        groups.set(key, group);
      }
    },
    list: (): readonly ParkedGroup[] =>
      [...groups.values()]
        .map(toGroup)
        .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}

const keyOf: Readonly<Record<Grouping, (queue: DeadQueue, message: ParkedMessage) => string>> = {
  reason: ({ label }, { reason }) => `${label}|${reason}`,
  stream: ({ label }) => label,
  tenant: (_queue, { tenant = 'none' }) => tenant,
};

function toGroup({ queues, reasons, remedies, tenant, count, oldest }: Growing): ParkedGroup {
  const [only = '', ...others] = remedies;
  return {
    queue: [...queues].sort().join(', '),
    reason: [...reasons].sort().join(', '),
    ...(tenant === undefined ? {} : { tenant }),
    ...{ count, oldest },
    remedy: others.length === 0 ? only : severalRemedies,
  };
}

/** Returns what a person does about a message that waits for a reason. */
export function remedyOf(queue: DeadQueue, reason: string): string {
  if (queue.kind === 'events') return eventsRemedy;
  if (reason === unprocessable) return mailRemedy;
  return explainReason(reason) ?? 'see the detail of the message';
}
