import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message that was put aside, as it stands in a parked or dead-letter queue. */
export type ParkedMessage = {
  readonly queueMessageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** A park reason; `unprocessable` for what SQS moved here after too many deliveries. */
  readonly reason: string;
  readonly detail?: string;
  readonly tenant?: string;
  readonly id?: string;
  /** When it came here, milliseconds since 1970; for what SQS moved, when it was first enqueued. */
  readonly since: number;
  /** When SQS took this very message, milliseconds since 1970. */
  readonly sentAt: number;
};

/** What SQS moves by itself carries no reason. */
export const unprocessable = 'unprocessable';

/** Long enough that SQS asks all of its servers, so that an empty answer means an empty queue. */
const waitSeconds = 1;
const callMessagesMax = 10;

/** Returns up to ten messages and hides them for a while from others; none when the queue is empty. */
export async function receiveParked(
  sqs: SQSClient,
  queueUrl: string,
  hiddenSeconds: number,
): Promise<readonly ParkedMessage[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: callMessagesMax,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages.flatMap((message) => toParked(message) ?? []);
}

/** Makes messages visible again at once; one that cannot be returns by itself when its time is over. */
export async function returnToView(
  sqs: SQSClient,
  queueUrl: string,
  receiptHandles: readonly string[],
): Promise<void> {
  for (const handles of inCalls(receiptHandles))
    await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: queueUrl,
        Entries: handles.map((ReceiptHandle, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
}

/** Deletes messages and returns the receipt handles of those that SQS did not delete. Idempotent. */
export async function deleteParked(
  sqs: SQSClient,
  queueUrl: string,
  receiptHandles: readonly string[],
): Promise<readonly string[]> {
  const undeleted: string[] = [];
  for (const handles of inCalls(receiptHandles)) {
    const { Failed = [] } = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    undeleted.push(...Failed.flatMap(({ Id }) => handles[Number(Id)] ?? []));
  }
  return undeleted;
}

function toParked(message: Message): ParkedMessage | undefined {
  const { MessageId, ReceiptHandle, Body = '', Attributes = {} } = message;
  if (!MessageId || !ReceiptHandle) return undefined;
  const said = (name: string) => message.MessageAttributes?.[name]?.StringValue;
  const { detail, tenant, id } = { detail: said('detail'), tenant: said('tenant'), id: said('id') };
  const group = Attributes.MessageGroupId;
  const sentAt = Number(Attributes.SentTimestamp ?? 0);
  return {
    queueMessageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    reason: said('reason') ?? unprocessable,
    ...(detail ? { detail } : {}),
    ...((tenant ?? group) ? { tenant: tenant ?? group ?? '' } : {}),
    ...(id ? { id } : {}),
    since: instant(said('parkedAt')) ?? sentAt,
    sentAt,
  };
}

/** Reads milliseconds since 1970 or an ISO instant. */
function instant(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(value) ? undefined : value;
}

function inCalls(handles: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(handles.length / callMessagesMax) }, (_, call) =>
    handles.slice(call * callMessagesMax, (call + 1) * callMessagesMax),
  );
}
