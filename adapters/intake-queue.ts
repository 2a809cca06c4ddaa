import {
  ChangeMessageVisibilityCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** SQS's longest visibility time-out counts from the receive; a little is kept for the way. */
const visibilitySecondsMax = 43_200 - 60;

/** Lets a received message come back after `milliseconds`, at most 12 h. */
export async function returnLater(
  sqs: SQSClient,
  message: {
    readonly queueUrl: string;
    readonly receiptHandle: string;
    readonly milliseconds: number;
  },
): Promise<void> {
  const seconds = Math.min(
    visibilitySecondsMax,
    Math.max(0, Math.ceil(message.milliseconds / 1000)),
  );
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: message.queueUrl,
      ReceiptHandle: message.receiptHandle,
      VisibilityTimeout: seconds,
    }),
  );
}

/**
 * Puts a message aside for a person, with why. Not idempotent (a crash before the delete parks it
 * twice); the ledger lets only one of them be sent.
 */
export async function parkMessage(
  sqs: SQSClient,
  message: {
    readonly queueUrl: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: message.queueUrl,
      MessageBody: message.body,
      MessageAttributes: Object.fromEntries(
        Object.entries(message.attributes)
          .filter(([, value]) => value !== '')
          .map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value.slice(0, 1000) },
          ]),
      ),
    }),
  );
}
