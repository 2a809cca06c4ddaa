import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { type NamedRequest, readWaited, waitedAttribute } from '../contract/waiting-mail.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';

/** Which of a stream's two queues a message came by. */
export type QueueLane = 'intake' | 'overflow';

/** One SQS message as a stage sees it. */
export type QueueRecord = {
  readonly queueMessageId: string;
  /** The one that the app was given, before a wait in the bucket or a way to the overflow queue changed it. */
  readonly firstQueueMessageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** When SQS first took it; moving it to the overflow queue, or a wait in the content bucket, does not make it younger. */
  readonly enqueuedAt: EpochMs;
  /** Since when it should be under way; absent where an earlier delivery made it wait in the queue. */
  readonly dueAt?: EpochMs;
  /** Deliveries so far, those before a wait in the content bucket included. */
  readonly receiveCount: number;
  /** Whose request it is, where it waited outside its queue since its body was last read. */
  readonly named?: NamedRequest;
  /** When it was parked, where a person has sent it again since: the mark travels with the message. */
  readonly parkedAt?: EpochMs;
  readonly lane: QueueLane;
  /** SQS's message group id: the tenant, as the sender says. For fairness alone. */
  readonly group?: string;
  /** What else travels with the body; binary attributes are left out, nobody reads them. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** Returns the messages of an SQS event; those of the queue of this name are on the overflow lane. */
export function readRecords(event: SQSEvent, overflowQueue?: string): readonly QueueRecord[] {
  return event.Records.map((record) => {
    const lane = overflowQueue && queueOf(record) === overflowQueue ? 'overflow' : 'intake';
    const attributes = attributesOf(record);
    const { MessageGroupId: group } = record.attributes;
    const deliveries = Number(record.attributes.ApproximateReceiveCount);
    const waited = readWaited(attributes[waitedAttribute]);
    const parkedAt = Date.parse(attributes['parkedAt'] ?? '');
    const enqueuedAt = waited?.enqueuedAt ?? epochMs(Number(record.attributes.SentTimestamp));
    return {
      queueMessageId: record.messageId,
      firstQueueMessageId: waited?.firstQueueMessageId ?? record.messageId,
      receiptHandle: record.receiptHandle,
      body: record.body,
      enqueuedAt,
      ...(deliveries === 1 ? { dueAt: waited?.dueAt ?? enqueuedAt } : {}),
      receiveCount: deliveries + (waited?.receiveCount ?? 0),
      ...(waited?.named ? { named: waited.named } : {}),
      ...(Number.isNaN(parkedAt) ? {} : { parkedAt: epochMs(parkedAt) }),
      lane,
      ...(group ? { group } : {}),
      attributes,
    };
  });
}

function queueOf({ eventSourceARN }: Partial<SQSRecord>): string | undefined {
  return eventSourceARN?.split(':').at(-1);
}

function attributesOf({ messageAttributes }: SQSRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(messageAttributes).flatMap(([name, { stringValue }]) =>
      stringValue ? [[name, stringValue]] : [],
    ),
  );
}
