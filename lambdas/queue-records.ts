import type { SQSEvent } from 'aws-lambda';
import { type EpochMs, epochMs } from '../domain/time.ts';

/** One SQS message as a stage sees it. */
export type QueueRecord = {
  readonly queueMessageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly enqueuedAt: EpochMs;
  readonly receiveCount: number;
  /** It was parked and a person sent it again; what parked it left its mark on the message. */
  readonly redriven: boolean;
};

/** Returns the messages of an SQS event. */
export function readRecords(event: SQSEvent): readonly QueueRecord[] {
  return event.Records.map((record) => ({
    queueMessageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    enqueuedAt: epochMs(Number(record.attributes.SentTimestamp)),
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    redriven: record.messageAttributes['parkedAt'] !== undefined,
  }));
}
