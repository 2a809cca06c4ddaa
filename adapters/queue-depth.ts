import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readQueueUrl } from './intake.ts';

/** About how many messages a queue holds; SQS counts them within seconds, not at once. */
export type QueueDepth = {
  /** Nobody has taken them. */
  readonly waiting: number;
  /** Taken and not deleted: under way, or hidden until a time. */
  readonly hidden: number;
  /** Not yet to be taken. */
  readonly delayed: number;
};

/** Returns how much a queue holds; undefined where there is no queue at this URL. One call. */
export async function readQueueDepth(
  sqs: SQSClient,
  queueUrl: string,
): Promise<QueueDepth | undefined> {
  const answer = await unlessMissing(() =>
    sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    ),
  );
  if (answer === undefined) return undefined;
  const { Attributes = {} } = answer;
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}

/** Returns the URL of a queue; undefined where there is none of this name. */
export function findQueueUrl(sqs: SQSClient, name: string): Promise<string | undefined> {
  return unlessMissing(() => readQueueUrl(sqs, name));
}

/** Queues of one account and region differ in the last part of their URL. */
export function besideQueue(queueUrl: string, name: string): string {
  return new URL(name, queueUrl).href;
}

async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name))
      return undefined;
    throw error;
  }
}
