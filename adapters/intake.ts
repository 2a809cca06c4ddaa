import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { requestLimits } from '../contract/send-request.ts';
import { type Waited, waitedAttribute, writeWaited } from '../contract/waiting-mail.ts';
import { secondMs } from '../domain/time.ts';

/** A body that goes (back) into a queue; `group` is its tenant, for SQS's fair queues. */
export type QueueBody = {
  readonly body: string;
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** How long SQS keeps it hidden at first, whole seconds up to 900. */
  readonly delaySeconds?: number;
};

/** SQS takes this many attributes a message. */
const attributesMax = 10;

/** SQS takes at most ten messages and 1 MiB in one call. */
const callMessagesMax = 10;
const callBytesMax = 1_048_576;
const attemptsMax = 4;
const backoffMs = 200;

/** Returns the URL of a queue. @throws `QueueDoesNotExist` when there is none of this name */
export async function readQueueUrl(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  if (!QueueUrl) throw new Error(`SQS named no URL for queue ${name}`);
  return QueueUrl;
}

/** Returns the account that a queue's URL belongs to. */
export function accountOfQueueUrl(queueUrl: string): string {
  return new URL(queueUrl).pathname.split('/')[1] ?? '';
}

/** About how many messages a queue holds; SQS counts them within seconds, not at once. */
export type QueueDepth = {
  /** Nobody has taken them. */
  readonly waiting: number;
  /** Taken and not deleted: under way, or hidden until a time. */
  readonly hidden: number;
  /** Not yet to be taken. */
  readonly delayed: number;
};

/** Returns how much a queue holds. One call. @throws `QueueDoesNotExist` when there is none at this URL */
export async function readDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

/** Returns about how many messages a queue holds, those under way included. */
export async function countQueue(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { waiting, hidden, delayed } = await readDepth(sqs, queueUrl);
  return waiting + hidden + delayed;
}

/** What a queue says of itself: how long it keeps a message, and about how many a reader has in hand. */
export type QueueKeeping = { readonly retentionMs: number; readonly hidden: number };

/** Returns how long a queue keeps messages, and about how many of them somebody has in hand. */
export async function readKeeping(sqs: SQSClient, queueUrl: string): Promise<QueueKeeping> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['MessageRetentionPeriod', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    retentionMs: Number(Attributes['MessageRetentionPeriod'] ?? 0) * secondMs,
    hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
}

/**
 * Puts bodies into a queue and returns, by position, whether SQS took each; what it does not take for
 * its own reasons is tried four times. Not idempotent; the ledger lets only one of two alike be sent.
 * @throws what SQS throws when it refuses the call
 */
export async function sendBodies(
  sqs: SQSClient,
  queueUrl: string,
  bodies: readonly QueueBody[],
): Promise<readonly boolean[]> {
  const taken = bodies.map(() => false);
  for (const call of inCalls(bodies)) {
    let left = call;
    for (let attempt = 0; left.length > 0 && attempt < attemptsMax; attempt += 1) {
      if (attempt > 0) await sleep(backoffMs * 2 ** attempt);
      const { Successful = [], Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: left.map(toEntry),
        }),
      );
      for (const { Id } of Successful) taken[Number(Id)] = true;
      const again = new Set(Failed.filter((one) => !one.SenderFault).map((one) => Number(one.Id)));
      left = left.filter(({ position }) => again.has(position));
    }
  }
  return taken;
}

/** Returns what SQS counts of a message: its body, and each attribute's name, type and value. */
export function queueBytes({ body, attributes = {} }: QueueBody): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(`${name}String${value}`),
    Buffer.byteLength(body),
  );
}

/** Returns a message with the mark of its life before; undefined where SQS has no room for the mark. */
export function markWaited(message: QueueBody, waited: Waited): QueueBody | undefined {
  const attributes = { ...message.attributes, [waitedAttribute]: writeWaited(waited) };
  const marked = { ...message, attributes };
  const fits =
    queueBytes(marked) <= requestLimits.queueBodyBytes &&
    Object.keys(attributes).length <= attributesMax;
  return fits ? marked : undefined;
}

/** A body and where it stood among those it came with. */
export type PlacedBody = QueueBody & { readonly position: number };

/** Returns a body as an entry of SendMessageBatch; its id is its position. */
export function toEntry(placed: PlacedBody): SendMessageBatchRequestEntry {
  const { position, body, group, attributes = {}, delaySeconds } = placed;
  return {
    Id: String(position),
    MessageBody: body,
    ...(group ? { MessageGroupId: group } : {}),
    ...(delaySeconds === undefined ? {} : { DelaySeconds: delaySeconds }),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
  };
}

/** Returns bodies in order, in calls that SQS takes. */
export function inCalls(bodies: readonly QueueBody[]): readonly (readonly PlacedBody[])[] {
  const all: PlacedBody[][] = [];
  let bytes = 0;
  for (const [position, body] of bodies.entries()) {
    const size = queueBytes(body);
    const last = all.at(-1);
    if (last && last.length < callMessagesMax && bytes + size <= callBytesMax) {
      last.push({ ...body, position });
      bytes += size;
    } else {
      all.push([{ ...body, position }]);
      bytes = size;
    }
  }
  return all;
}
