import {
  ChangeMessageVisibilityBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message that was looked at and is in its queue as before, but for its receive count. */
export type PeekedMessage = {
  readonly queueMessageId: string;
  readonly body: string;
  /** SQS's message group: the tenant, as the sender says. */
  readonly group?: string;
  /** When SQS took it, milliseconds since 1970. */
  readonly sentAt: number;
  /** Deliveries so far, this look included. */
  readonly receiveCount: number;
};

/** A look that dies leaves messages hidden for no longer than this. */
const hiddenSeconds = 30;

const callMessagesMax = 10;

/**
 * Returns up to `countMax` messages of a queue that nobody has taken, and lets everybody see them again at
 * once. Nothing is deleted, so nothing can be lost. SQS has no look without a receive: each message's
 * receive count grows by one.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
export async function peekQueue(
  sqs: SQSClient,
  queueUrl: string,
  countMax: number,
): Promise<readonly PeekedMessage[]> {
  const seen = new Map<string, Message>();
  try {
    while (seen.size < countMax) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(callMessagesMax, countMax - seen.size),
          VisibilityTimeout: hiddenSeconds,
          // Long enough that SQS asks all of its servers, before it is said that nothing waits.
          WaitTimeSeconds: seen.size === 0 ? 1 : 0,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) break;
      for (const message of Messages) seen.set(message.MessageId ?? '', message);
    }
  } finally {
    await showAgain(sqs, queueUrl, [...seen.values()]);
  }
  return [...seen.values()].map(toPeeked);
}

async function showAgain(
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly Message[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += callMessagesMax)
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: messages.slice(from, from + callMessagesMax).map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
}

function toPeeked({ MessageId = '', Body = '', Attributes = {} }: Message): PeekedMessage {
  const group = Attributes.MessageGroupId;
  return {
    queueMessageId: MessageId,
    body: Body,
    ...(group === undefined ? {} : { group }),
    sentAt: Number(Attributes.SentTimestamp ?? 0),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
  };
}
