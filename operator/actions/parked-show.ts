import { readKeeping, readQueueUrl } from '../../adapters/intake.ts';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import type { ParkedMessage } from '../../adapters/parked-mail.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import type { Backend } from './backend.ts';
import { createTotal, findDeadQueues } from './parked.ts';
import { type DeadQueue, remedyOf } from './parked-groups.ts';
import { type WalkSetting, walkQueue } from './parked-walk.ts';

/** One message that waits for a person. */
export type ShownParked = {
  readonly queue: string;
  readonly queueMessageId: string;
  readonly id?: string;
  readonly tenant?: string;
  /** Our message id, where the app's id is known. */
  readonly messageId?: string;
  readonly reason: string;
  readonly detail?: string;
  readonly remedy: string;
  /** Milliseconds since 1970: parked since, and until when SQS keeps it. */
  readonly since: number;
  readonly keptUntil: number;
  /** The request without its content and addresses, or whole where that was asked for. */
  readonly request: unknown;
};

export type ShowQuestion = {
  /** The app's id, our message id or SQS's. */
  readonly id: string;
  readonly tenant: string;
  readonly content: 'shown' | 'hidden';
};

/**
 * Returns the parked messages of an id; several where copies of one request were parked. What the ledger knows
 * of it says in which queue to look; there is no other way than to look at every message of it.
 */
export async function showParked(
  backend: Backend,
  question: ShowQuestion,
  setting: WalkSetting,
): Promise<readonly ShownParked[]> {
  const known = await findOutcome(backend.tables.ledger, question);
  const queues = await findDeadQueues(backend, known?.stream);
  const total = createTotal(setting);
  const found = await Promise.all(
    queues.map(async (queue): Promise<readonly ShownParked[]> => {
      const url = await readQueueUrl(backend.sqs, queue.from);
      const own: ParkedMessage[] = [];
      await walkQueue(backend, url, {
        ...setting,
        visit: async (messages) => {
          own.push(...messages.filter((message) => isAsked(message, question)));
          total.add(messages.length);
          return messages;
        },
      });
      if (own.length === 0) return [];
      const { retentionMs } = await readKeeping(backend.sqs, url);
      return own.map((message) => toShown(message, { queue, retentionMs, question }));
    }),
  );
  return found.flat();
}

function isAsked(message: ParkedMessage, { id, tenant }: ShowQuestion): boolean {
  if (message.queueMessageId === id || messageIdIn(message) === id) return true;
  return message.id === id && (message.tenant ?? 'default') === tenant;
}

function messageIdIn({ id, tenant }: ParkedMessage): string | undefined {
  return id === undefined ? undefined : messageIdOf(tenant ?? 'default', id);
}

function toShown(
  message: ParkedMessage,
  {
    queue,
    retentionMs,
    question,
  }: {
    readonly queue: DeadQueue;
    readonly retentionMs: number;
    readonly question: ShowQuestion;
  },
): ShownParked {
  const { queueMessageId, id, tenant, reason, detail, since, sentAt, body } = message;
  const messageId = messageIdIn(message);
  return {
    queue: queue.label,
    queueMessageId,
    ...(id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(messageId === undefined ? {} : { messageId }),
    reason,
    ...(detail === undefined ? {} : { detail }),
    remedy: remedyOf(queue, reason),
    since,
    // A dead letter that SQS moved keeps the instant of its first arrival.
    keptUntil: sentAt + retentionMs,
    request: question.content === 'shown' ? readBody(body) : withoutContent(readBody(body)),
  };
}

function readBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** Fields of a request that say nothing of what is in the mail, and to whom it goes. */
const plainFields: ReadonlySet<string> = new Set([
  ...['version', 'kind', 'id', 'tenant', 'stream', 'pool', 'from', 'sendAt', 'expiresAt', 'tags'],
  ...['s3Key', 'rescue', 'messageId', 'recipientIndex'],
]);

/** Every other field is told by its size, so that nothing is shown that a new field may hold. */
function withoutContent(request: unknown): unknown {
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    return { notShown: sizeOf(request) };
  const fields = Object.entries(request);
  const hidden = fields.filter(([name]) => !plainFields.has(name));
  return {
    ...Object.fromEntries(fields.filter(([name]) => plainFields.has(name))),
    notShown: Object.fromEntries(hidden.map(([name, value]) => [name, sizeOf(value)])),
  };
}

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} entries`;
  return `${JSON.stringify(value)?.length ?? 0} characters`;
}
