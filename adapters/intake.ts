import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A body that goes (back) into a queue; `group` is its tenant, for SQS's fair queues. */
export type QueueBody = {
  readonly body: string;
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, string>>;
};

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

/** Returns about how many messages a queue holds, those under way included. */
export async function countQueue(sqs: SQSClient, queueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
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
  for (const call of calls(bodies)) {
    let left = call;
    for (let attempt = 0; left.length > 0 && attempt < attemptsMax; attempt += 1) {
      if (attempt > 0) await sleep(backoffMs * 2 ** attempt);
      const { Successful = [], Failed = [] } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: left.map(({ position, body, group, attributes = {} }) => ({
            Id: String(position),
            MessageBody: body,
            ...(group ? { MessageGroupId: group } : {}),
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, StringValue]) => [
                name,
                { DataType: 'String', StringValue },
              ]),
            ),
          })),
        }),
      );
      for (const { Id } of Successful) taken[Number(Id)] = true;
      const again = new Set(Failed.filter((one) => !one.SenderFault).map((one) => Number(one.Id)));
      left = left.filter(({ position }) => again.has(position));
    }
  }
  return taken;
}

type PlacedBody = QueueBody & { readonly position: number };

/** Splits bodies into calls that SQS takes. */
function calls(bodies: readonly QueueBody[]): readonly (readonly PlacedBody[])[] {
  const all: PlacedBody[][] = [];
  let bytes = 0;
  for (const [position, body] of bodies.entries()) {
    const size = Buffer.byteLength(body.body);
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
