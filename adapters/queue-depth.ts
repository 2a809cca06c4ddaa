import type { SQSClient } from '@aws-sdk/client-sqs';
import { type QueueDepth, readDepth, readQueueUrl } from './intake.ts';

/** Returns how much a queue holds; undefined where there is no queue at this URL. One call. */
export function readQueueDepth(sqs: SQSClient, queueUrl: string): Promise<QueueDepth | undefined> {
  return unlessMissing(() => readDepth(sqs, queueUrl));
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
