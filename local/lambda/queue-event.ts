import type { ReceivedMessage } from './queue-client.ts';

/** One record of an SQS event as JSON text, with the message it stands for. */
export type QueueRecord = {
  readonly message: ReceivedMessage;
  readonly json: string;
  readonly bytes: number;
};

/** Lambda's limit for the payload of one synchronous invocation, which a batch must fit into. */
const eventBytesMax = 6_291_456;
const envelopeBytes = Buffer.byteLength('{"Records":[]}');

/**
 * Writes a message as Lambda hands it to a function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export function queueRecord(message: ReceivedMessage, queueArn: string): QueueRecord {
  const json = JSON.stringify({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [
        name,
        {
          stringValue: attribute.StringValue,
          binaryValue: attribute.BinaryValue,
          stringListValues: [],
          binaryListValues: [],
          dataType: attribute.DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    md5OfMessageAttributes: message.MD5OfMessageAttributes,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  });
  return { message, json, bytes: Buffer.byteLength(json) };
}

/** How many of the first records make the next batch: at most `batchSize`, and 6 MB of event. */
export function batchLength(records: readonly QueueRecord[], batchSize: number): number {
  let bytes = envelopeBytes;
  let length = 0;
  for (const record of records.slice(0, batchSize)) {
    bytes += record.bytes + 1;
    // One record always fits: a message is at most 1 MiB.
    if (bytes > eventBytesMax && length > 0) break;
    length += 1;
  }
  return length;
}

/** Whether more messages can be added to the batch that these records begin. */
export function batchIsFull(records: readonly QueueRecord[], batchSize: number): boolean {
  return records.length >= batchSize || batchLength(records, batchSize) < records.length;
}

/** The event for a batch, as JSON text. */
export function queueEvent(records: readonly QueueRecord[]): string {
  return `{"Records":[${records.map((record) => record.json).join(',')}]}`;
}
