import { createHash } from 'node:crypto';
import { type SesEvent, sesEvent } from '../../contract/ses-event.ts';
import { readMessageTag, tagNames } from '../../contract/tags.ts';
import type { Feedback } from '../../domain/feedback.ts';

/** One event about one recipient, joined to the message it is about. */
export type Report = Feedback & {
  readonly sesMessageId: string;
  /** Our message id and the recipient's index; absent where the event carries no tag of ours. */
  readonly message?: { readonly messageId: string; readonly recipientIndex: number };
  readonly tenant?: string;
  readonly attemptId?: string;
  /** Same event, same digest: what makes duplicates one item. */
  readonly digest: string;
};

export type ReadEvent =
  | { readonly kind: 'reports'; readonly reports: readonly Report[] }
  /** JSON or type we do not know; `what` is safe to log. */
  | { readonly kind: 'unknown'; readonly what: string };

/** Returns what a feedback message reports, one report a recipient; never throws on any content. */
export function readEvent(body: string): ReadEvent {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch {
    // SES greets a new event destination with a line of plain text.
    return { kind: 'unknown', what: 'not-json' };
  }
  const parsed = sesEvent.safeParse(given);
  if (!parsed.success) return { kind: 'unknown', what: typeOf(given) };
  const event = parsed.data;
  const { tags, messageId: sesMessageId } = event.mail;
  const message = readMessageTag(tags[tagNames.message]?.[0] ?? '');
  const tenant = tags[tagNames.tenant]?.[0];
  const attemptId = tags[tagNames.attempt]?.[0];
  const common = {
    sesMessageId,
    ...(message ? { message } : {}),
    ...(tenant ? { tenant } : {}),
    ...(attemptId ? { attemptId } : {}),
  };
  const found = feedbackOf(event);
  // An event about nobody would vanish without a trace.
  if (found.length === 0) return { kind: 'unknown', what: `${typeOf(given)} without recipients` };
  return {
    kind: 'reports',
    reports: found.map(({ id, ...feedback }) => ({
      ...feedback,
      ...common,
      digest: digestOf(id, feedback),
    })),
  };
}

type Identified = Feedback & { readonly id: string };

/** Event type → its recipients' reports; `id` is what SES gives to tell one event from another. */
function feedbackOf(event: SesEvent): readonly Identified[] {
  const { mail } = event;
  const everyRecipient = (kind: string, at: number, more: Partial<Feedback> = {}) =>
    mail.destination.map((address) => ({ kind, at, address, id: mail.messageId, ...more }));
  switch (event.eventType) {
    case 'Delivery':
      return event.delivery.recipients.map((address) => ({
        kind: 'delivery',
        at: event.delivery.timestamp,
        address,
        id: mail.messageId,
      }));
    case 'Bounce': {
      const { bounceType, bounceSubType, bouncedRecipients, timestamp, feedbackId } = event.bounce;
      return bouncedRecipients.map((recipient) => ({
        kind: 'bounce',
        at: timestamp,
        id: feedbackId,
        type: `${bounceType}/${bounceSubType}`,
        ...reply(recipient),
      }));
    }
    case 'Complaint': {
      const { complainedRecipients, timestamp, feedbackId } = event.complaint;
      const { complaintFeedbackType, complaintSubType } = event.complaint;
      return complainedRecipients.map((recipient) => ({
        kind: 'complaint',
        at: timestamp,
        id: feedbackId,
        type: [complaintFeedbackType ?? '', complaintSubType ?? ''].join('/').replace(/\/$/, ''),
        ...reply(recipient),
      }));
    }
    case 'DeliveryDelay': {
      const { delayType, delayedRecipients, timestamp } = event.deliveryDelay;
      return delayedRecipients.map((recipient) => ({
        kind: 'deliverydelay',
        at: timestamp,
        id: `${mail.messageId}/${timestamp}`,
        type: delayType,
        ...reply(recipient),
      }));
    }
    case 'Reject':
      return everyRecipient('reject', mail.timestamp, { diagnostic: event.reject.reason });
    case 'Rendering Failure':
      return everyRecipient('renderingfailure', mail.timestamp, {
        diagnostic: event.failure.errorMessage,
      });
    case 'Send':
      return everyRecipient('send', mail.timestamp);
    case 'Open':
      return everyRecipient('open', event.open.timestamp);
    case 'Click':
      return everyRecipient('click', event.click.timestamp);
    case 'Subscription':
      return everyRecipient('subscription', event.subscription.timestamp);
  }
}

function reply(recipient: { emailAddress: string; status?: string; diagnosticCode?: string }) {
  return {
    address: recipient.emailAddress,
    ...(recipient.status === undefined ? {} : { status: recipient.status }),
    ...(recipient.diagnosticCode === undefined ? {} : { diagnostic: recipient.diagnosticCode }),
  };
}

function digestOf(id: string, { kind, at, address = '' }: Feedback): string {
  const instant = kind === 'open' || kind === 'click' ? at : '';
  return createHash('sha256')
    .update(`${id}\n${kind}\n${instant}\n${address}`)
    .digest('base64url')
    .slice(0, 12);
}

function typeOf(given: unknown): string {
  const type =
    typeof given === 'object' && given !== null && 'eventType' in given
      ? given.eventType
      : undefined;
  return typeof type === 'string'
    ? `type ${type.replace(/[^A-Za-z ]/g, '?').slice(0, 40)}`
    : 'no-type';
}
