import * as z from 'zod';
import type { Emulator, Json } from '../aws.ts';

/** A message as SQS hands it out. */
export type ReceivedMessage = z.output<typeof messageSchema>;

/** The few SQS calls the box itself makes, all by queue ARN. */
export type QueueClient = {
  readonly receive: (
    queueArn: string,
    options: { readonly countMax: number; readonly waitSeconds: number },
  ) => Promise<readonly ReceivedMessage[]>;
  /** Deletes at most 10 messages; answers the reasons of those SQS would not delete. */
  readonly deleteBatch: (
    queueArn: string,
    receiptHandles: readonly string[],
  ) => Promise<readonly string[]>;
  readonly send: (queueArn: string, body: string) => Promise<void>;
  readonly visibilityTimeoutSeconds: (queueArn: string) => Promise<number>;
};

const messageSchema = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  MD5OfMessageAttributes: z.string().optional(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z
    .record(
      z.string(),
      z.object({
        DataType: z.string(),
        StringValue: z.string().optional(),
        BinaryValue: z.string().optional(),
      }),
    )
    .default({}),
});

const answers = {
  receive: z.object({ Messages: z.array(messageSchema).default([]) }),
  deleteBatch: z.object({
    Failed: z.array(z.object({ Code: z.string(), Message: z.string().optional() })).default([]),
  }),
  attributes: z.object({ Attributes: z.object({ VisibilityTimeout: z.coerce.number() }) }),
  error: z.object({ __type: z.string(), message: z.string() }).partial(),
};

/** Calls the queue emulator in this process with plain AWS JSON requests: no SDK, no sockets. */
export function createQueueClient(options: {
  readonly sqs: Emulator;
  readonly endpointUrl: () => string;
}): QueueClient {
  const call = async (
    action: string,
    queueArn: string,
    input: { readonly [key: string]: Json },
  ) => {
    const QueueUrl = queueUrl(options.endpointUrl(), queueArn);
    const response = await options.sqs({
      service: 'sqs',
      principal: 'LOCAL',
      method: 'POST',
      url: '/',
      headers: {
        host: new URL(QueueUrl).host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${action}`,
        authorization:
          'AWS4-HMAC-SHA256 Credential=LOCAL/20250101/us-east-1/sqs/aws4_request, ' +
          'SignedHeaders=host, Signature=0',
      },
      body: Buffer.from(JSON.stringify({ QueueUrl, ...input })),
    });
    const body: unknown = JSON.parse(response.body?.toString() || '{}');
    if (response.status === 200) return body;
    const { __type, message } = answers.error.parse(body);
    throw new Error(`sqs ${action} on ${queueArn} got ${__type ?? response.status}: ${message}`);
  };
  return {
    receive: async (queueArn, { countMax, waitSeconds }) => {
      const answer = await call('ReceiveMessage', queueArn, {
        MaxNumberOfMessages: countMax,
        WaitTimeSeconds: waitSeconds,
        AttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      return answers.receive.parse(answer).Messages;
    },
    deleteBatch: async (queueArn, receiptHandles) => {
      const Entries = receiptHandles.map((ReceiptHandle, index) => ({
        Id: `${index}`,
        ReceiptHandle,
      }));
      const { Failed } = answers.deleteBatch.parse(
        await call('DeleteMessageBatch', queueArn, { Entries }),
      );
      return Failed.map((failure) => `${failure.Code}: ${failure.Message ?? ''}`);
    },
    send: async (queueArn, body) => {
      await call('SendMessage', queueArn, { MessageBody: body });
    },
    visibilityTimeoutSeconds: async (queueArn) => {
      const answer = await call('GetQueueAttributes', queueArn, {
        AttributeNames: ['VisibilityTimeout'],
      });
      return answers.attributes.parse(answer).Attributes.VisibilityTimeout;
    },
  };
}

/** `arn:aws:sqs:us-east-1:000000000000:NAME` → `<endpoint>/000000000000/NAME`. */
function queueUrl(endpointUrl: string, queueArn: string): string {
  const [, , , , account, name] = queueArn.split(':');
  return `${endpointUrl}/${account}/${name}`;
}
