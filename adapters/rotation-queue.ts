import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type RotationMessage, rotationGroup } from '../contract/rotation-command.ts';

/**
 * Puts a message into the rotation queue. Idempotency key: its content and `slot`; what is put again with
 * both within five minutes is dropped by SQS. Returns SQS's id of the message, from which its decisions have
 * theirs.
 */
export async function askRotation(
  sqs: SQSClient,
  queueUrl: string,
  asked: { readonly message: RotationMessage; readonly slot: string },
): Promise<string> {
  const MessageBody = JSON.stringify(asked.message);
  const digest = createHash('sha256').update(`${asked.slot}\n${MessageBody}`).digest('hex');
  const { MessageId = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody,
      MessageGroupId: rotationGroup,
      MessageDeduplicationId: digest,
    }),
  );
  return MessageId;
}

/** How soon a message that failed comes again; until then it keeps the whole group waiting. */
const againSeconds = 5;

/** Lets messages of one batch (ten at most) come again soon, in their order, instead of after the visibility time-out. */
export async function returnSoon(
  sqs: SQSClient,
  queueUrl: string,
  receiptHandles: readonly string[],
): Promise<void> {
  if (receiptHandles.length === 0) return;
  await sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: receiptHandles.map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: againSeconds,
      })),
    }),
  );
}
