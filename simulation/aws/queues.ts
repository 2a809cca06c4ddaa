import * as z from 'zod';
import type { Answer } from '../network.ts';
import type { Delivery, Queue } from '../queue.ts';
import { AwsFailure, unknownOperation } from './failure.ts';

const attribute = z.looseObject({ StringValue: z.optional(z.string()) });
const entry = z.looseObject({
  MessageBody: z.string(),
  DelaySeconds: z.optional(z.number()),
  MessageGroupId: z.optional(z.string()),
  MessageAttributes: z.optional(z.record(z.string(), attribute)),
});
const sendInput = z.looseObject({ ...entry.shape, QueueUrl: z.string() });
const sendBatchInput = z.looseObject({
  QueueUrl: z.string(),
  Entries: z.array(z.looseObject({ ...entry.shape, Id: z.string() })),
});
const visibilityInput = z.looseObject({
  QueueUrl: z.string(),
  ReceiptHandle: z.string(),
  VisibilityTimeout: z.number(),
});
const receiveInput = z.looseObject({
  QueueUrl: z.string(),
  MaxNumberOfMessages: z.number(),
  VisibilityTimeout: z.number(),
});
const handles = z.array(
  z.looseObject({
    Id: z.string(),
    ReceiptHandle: z.string(),
    VisibilityTimeout: z.optional(z.number()),
  }),
);
const batchInput = z.looseObject({ QueueUrl: z.string(), Entries: handles });
const nameInput = z.looseObject({ QueueName: z.string() });
const deleteInput = z.looseObject({ QueueUrl: z.string(), ReceiptHandle: z.string() });

/** Returns the URL under which a simulated queue is known. */
export function queueUrlOf(name: string): string {
  return `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;
}

/** Returns the answers of SQS for these queues. */
export function createQueueAnswers(queues: ReadonlyMap<string, Queue>): Answer {
  const find = (url: string): Queue => {
    const queue = queues.get(url.slice(url.lastIndexOf('/') + 1));
    if (queue === undefined)
      throw new AwsFailure('QueueDoesNotExist', `no queue ${url}`, { status: 400 });
    return queue;
  };
  const operations: Readonly<Record<string, (input: object) => object>> = {
    SendMessage: (input) => {
      const message = sendInput.parse(input);
      return { MessageId: find(message.QueueUrl).send(sentOf(message)) };
    },
    SendMessageBatch: (input) => {
      const { QueueUrl, Entries } = sendBatchInput.parse(input);
      const queue = find(QueueUrl);
      const Successful = Entries.map((one) => ({ Id: one.Id, MessageId: queue.send(sentOf(one)) }));
      return { Successful, Failed: [] };
    },
    ChangeMessageVisibility: (input) => {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout } = visibilityInput.parse(input);
      if (find(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout * 1000)) return {};
      throw new AwsFailure('MessageNotInflight', 'the message is not in flight', { status: 400 });
    },
    ReceiveMessage: (input) => {
      const { QueueUrl, MaxNumberOfMessages, VisibilityTimeout } = receiveInput.parse(input);
      const queue = find(QueueUrl);
      const Messages = queue.receive(MaxNumberOfMessages).map((delivery) => {
        queue.changeVisibility(delivery.receiptHandle, VisibilityTimeout * 1000);
        return receivedOf(delivery);
      });
      return { Messages };
    },
    ChangeMessageVisibilityBatch: (input) => {
      const { QueueUrl, Entries } = batchInput.parse(input);
      for (const { ReceiptHandle, VisibilityTimeout = 0 } of Entries)
        find(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout * 1000);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    DeleteMessageBatch: (input) => {
      const { QueueUrl, Entries } = batchInput.parse(input);
      for (const { ReceiptHandle } of Entries) find(QueueUrl).remove(ReceiptHandle);
      return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
    },
    GetQueueUrl: (input) => {
      const { QueueName } = nameInput.parse(input);
      return { QueueUrl: queueUrlOf(find(QueueName).name) };
    },
    DeleteMessage: (input) => {
      const { QueueUrl, ReceiptHandle } = deleteInput.parse(input);
      find(QueueUrl).remove(ReceiptHandle);
      return {};
    },
  };
  return async ({ operation, input }) => {
    const act = operations[operation];
    if (act === undefined) throw unknownOperation('SQS', operation);
    return act(input);
  };
}

function receivedOf(delivery: Delivery) {
  const { messageId, receiptHandle, body, attributes = {}, sentAt, receiveCount, group } = delivery;
  return {
    MessageId: messageId,
    ReceiptHandle: receiptHandle,
    Body: body,
    Attributes: {
      SentTimestamp: String(Math.floor(sentAt)),
      ApproximateReceiveCount: String(receiveCount),
      ...(group === undefined ? {} : { MessageGroupId: group }),
    },
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { StringValue, DataType: 'String' },
      ]),
    ),
  };
}

function sentOf(message: z.output<typeof entry>) {
  const attributes = Object.entries(message.MessageAttributes ?? {}).flatMap(
    ([name, { StringValue }]) => (StringValue === undefined ? [] : [[name, StringValue] as const]),
  );
  return {
    body: message.MessageBody,
    delayMs: (message.DelaySeconds ?? 0) * 1000,
    attributes: Object.fromEntries(attributes),
    ...(message.MessageGroupId === undefined ? {} : { group: message.MessageGroupId }),
  };
}
