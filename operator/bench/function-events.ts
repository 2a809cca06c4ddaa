import { randomBytes, randomUUID } from 'node:crypto';
import { attemptRandomBytes, newAttemptId } from '../../contract/attempt-id.ts';
import { type MailOrigin, originTag } from '../../contract/origin-tag.ts';
import { messageTag, tagNames } from '../../contract/tags.ts';
import { messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { epochMs } from '../../domain/time.ts';

/** Returns queue bodies as Lambda hands them to a function, so many at a time. */
export function queueEvents(
  bodies: readonly string[],
  options: { readonly perEvent: number; readonly queue: string },
): readonly object[] {
  const { perEvent, queue } = options;
  return Array.from({ length: Math.ceil(bodies.length / perEvent) }, (_, index) => ({
    Records: bodies.slice(index * perEvent, (index + 1) * perEvent).map((body) => ({
      messageId: randomUUID(),
      receiptHandle: 'of no queue',
      body,
      attributes: { SentTimestamp: String(Date.now()), ApproximateReceiveCount: '1' },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      awsRegion: 'us-east-1',
    })),
  }));
}

/**
 * Returns Delivery events as SES publishes them.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
 */
export function deliveryEvents(count: number): readonly string[] {
  const origin: MailOrigin = {
    attemptId: newAttemptId(epochMs(Date.now()), randomBytes(attemptRandomBytes)),
    kind: 'normal',
    again: false,
    origin: {
      tenant: 'default',
      stream: 'transactional',
      pool: 'shared',
      provider: 'other',
      identity: 'example.com',
      campaign: '',
    },
  };
  return Array.from({ length: count }, () => {
    const sesMessageId = `0100${randomUUID()}-000000`;
    const to = `success+${sesMessageId}@simulator.amazonses.com`;
    const at = new Date().toISOString();
    return JSON.stringify({
      eventType: 'Delivery',
      mail: {
        timestamp: at,
        source: 'hello@example.com',
        sourceArn: 'arn:aws:ses:us-east-1:000000000000:identity/example.com',
        sendingAccountId: '000000000000',
        messageId: sesMessageId,
        destination: [to],
        headersTruncated: false,
        headers: [
          { name: 'From', value: 'hello@example.com' },
          { name: 'To', value: to },
          { name: 'Subject', value: 'Your order has left' },
          { name: 'MIME-Version', value: '1.0' },
          { name: 'Content-Type', value: 'multipart/alternative; boundary="=_7307378_162984"' },
        ],
        commonHeaders: {
          from: ['hello@example.com'],
          to: [to],
          messageId: sesMessageId,
          subject: 'Your order has left',
        },
        tags: {
          'ses:configuration-set': ['bench-transactional-shared'],
          'ses:source-ip': ['192.0.2.0'],
          'ses:from-domain': ['example.com'],
          'ses:caller-identity': ['dispatch'],
          'ses:outgoing-ip': ['192.0.2.0'],
          [tagNames.message]: [messageTag(messageIdOfQueueMessage(sesMessageId), 0)],
          [tagNames.origin]: [originTag(origin)],
        },
      },
      delivery: {
        timestamp: at,
        processingTimeMillis: 640,
        recipients: [to],
        smtpResponse: '250 2.0.0 OK 1700000000 d2e1a72fcca58-6cbe5f3c2b1si1234567b3a.123 - gsmtp',
        reportingMTA: 'a8-50.smtp-out.amazonses.com',
      },
    });
  });
}
