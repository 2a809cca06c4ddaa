import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { localTarget } from '../../../adapters/clients.ts';
import { localPlace } from '../../../local/aws.ts';
import { mailsTo } from './mailboxes.ts';
import type { World } from './world.ts';

/**
 * Publishes an SES event about the last mail to an address, as SES would once more or late; its `mail`
 * says where it is about another one.
 */
export async function publishEvent(
  world: World,
  to: string,
  eventOf: (to: string) => { readonly mail?: object },
): Promise<void> {
  const mail = (await mailsTo(world, to)).at(-1);
  const tags = Object.entries(mail?.tags ?? {}).map(([name, value]) => [name, [value]]);
  const told = {
    timestamp: new Date().toISOString(),
    messageId: mail?.messageId,
    destination: [to],
    tags: Object.fromEntries(tags),
  };
  const event = eventOf(to);
  await publishText(world, JSON.stringify({ ...event, mail: { ...told, ...event.mail } }));
}

/** Publishes any text on the topic that SES publishes on. */
export async function publishText({ endpoint, names }: World, Message: string): Promise<void> {
  const sns = new SNSClient(localTarget(endpoint));
  const { accountId, region } = localPlace;
  const TopicArn = `arn:aws:sns:${region}:${accountId}:${names.feedbackTopic}`;
  await sns.send(new PublishCommand({ TopicArn, Message }));
  sns.destroy();
}

/** A permanent bounce with this reply; the same each time it is made. */
export function bounceEvent(status: string, reply: string): (to: string) => object {
  return (emailAddress) => ({
    eventType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [{ emailAddress, status, diagnosticCode: `smtp; 550 ${status} ${reply}` }],
      timestamp: '2026-01-01T00:00:00.000Z',
      feedbackId: 'the-same-each-time',
    },
  });
}

/** A delivery; the same each time it is made. */
export function deliveryEvent(to: string): object {
  return {
    eventType: 'Delivery',
    delivery: { timestamp: '2026-01-01T00:00:00.000Z', recipients: [to] },
  };
}

/** A complaint that some mailbox provider reports. */
export function complaintEvent(emailAddress: string): object {
  return {
    eventType: 'Complaint',
    complaint: {
      complainedRecipients: [{ emailAddress }],
      timestamp: new Date().toISOString(),
      feedbackId: 'complaint-1',
      complaintSubType: null,
      complaintFeedbackType: 'abuse',
    },
  };
}
