import { createHash } from 'node:crypto';
import { type ReadOrigin, readOriginTag } from '../../contract/origin-tag.ts';
import { type SesEvent, sesEvent, sesEventTypes } from '../../contract/ses-event.ts';
import { canaryTag, readMessageTag, tagNames } from '../../contract/tags.ts';
import { type Address, isAddress, parseAddress, recipientIdentity } from '../../domain/address.ts';
import type { Feedback } from '../../domain/feedback.ts';

/** One event about one recipient, joined to the message it is about. */
export type Report = Feedback & {
  readonly sesMessageId: string;
  /** Our message id and the recipient's index; absent where the event carries no tag of ours. */
  readonly message?: { readonly messageId: string; readonly recipientIndex: number };
  readonly tenant?: string;
  readonly stream?: string;
  /** Where the mail came from, by our tag; absent where the event carries none that we know. */
  readonly tagged?: ReadOrigin;
  /** What SES itself says of where it came from. */
  readonly configurationSet?: string;
  readonly source?: string;
  /** When SES took the mail. */
  readonly mailAt: number;
  /** The mail was sent although SES may have had it already. */
  readonly again?: true;
  /** SES met the reply itself while it handed the mail over; no notification of somebody else's says so. */
  readonly bySes?: true;
  /** Whom the event itself names, where that is not the recipient: told to people, decides nothing. */
  readonly reported?: string;
  /** Same event, same digest: what makes duplicates one item. */
  readonly digest: string;
};

export type ReadEvent =
  | { readonly kind: 'reports'; readonly reports: readonly Report[] }
  /** A mail of ours to nobody: that an event of it comes is all that it says. */
  | { readonly kind: 'canary'; readonly configurationSet: string }
  /** JSON or type we do not know; `what` is safe to log. */
  | { readonly kind: 'unknown'; readonly what: string }
  /** A type we know in a form we do not: it may be a bounce, so it must not be dropped. */
  | { readonly kind: 'unreadable'; readonly what: string };

/** Returns the address in `ada@example.com` or `Ada <ada@example.com>`, undefined where there is none. */
export function readAddress(text: string): Address | undefined {
  const address = parseAddress(/<([^<>]+)>\s*$/.exec(text)?.[1] ?? text);
  return isAddress(address) ? address : undefined;
}

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
  if (!parsed.success) return unusable(given, parsed.error.issues[0]?.path ?? []);
  const event = parsed.data;
  const { messageId: sesMessageId } = event.mail;
  const tags = event.mail.tags ?? {};
  const message = readMessageTag(tags[tagNames.message]?.[0] ?? '');
  const tagged = readOriginTag(tags[tagNames.origin]?.[0] ?? '');
  const configurationSet = tags[tagNames.configurationSet]?.[0];
  if (tags[tagNames.canary]?.[0] === canaryTag)
    return { kind: 'canary', configurationSet: configurationSet ?? '' };
  const { source } = event.mail;
  const common = {
    sesMessageId,
    mailAt: event.mail.timestamp,
    ...(tagged?.again ? { again: true as const } : {}),
    ...(message ? { message } : {}),
    ...(tagged ? { tagged, tenant: tagged.origin.tenant, stream: tagged.origin.stream } : {}),
    ...(configurationSet ? { configurationSet } : {}),
    ...(source ? { source } : {}),
  };
  const destination = event.mail.destination ?? [];
  const recipientOf = findRecipient(destination, { isOurs: message !== undefined });
  const reports = feedbackOf(event, destination).map(({ id, reported, ...feedback }) => {
    const address = recipientOf(reported);
    return {
      ...feedback,
      ...common,
      ...(address === undefined ? {} : { address }),
      ...(address && identityOf(reported) === identityOf(address) ? {} : { reported }),
      digest: digestOf(id, feedback, address ?? reported),
    };
  });
  // An event about nobody would vanish without a trace.
  if (reports.length === 0) return { kind: 'unknown', what: `${typeOf(given)} without recipients` };
  return { kind: 'reports', reports: onePerRecipient(reports) };
}

/**
 * Returns the function that tells whom a reported address stands for. Whoever writes a DSN or a complaint
 * writes its Final-Recipient: after forwarding it is another mailbox, and a forger may name anybody. So a
 * mail to one recipient is about that one, as all of ours are; with several, only what is among them counts.
 */
function findRecipient(
  destination: readonly string[],
  { isOurs }: { readonly isOurs: boolean },
): (reported: string) => string | undefined {
  if (isOurs || destination.length === 1) return () => destination[0];
  const known = new Map(destination.map((address) => [identityOf(address), address]));
  return (reported) => known.get(identityOf(reported));
}

function identityOf(text: string): string {
  const address = readAddress(text);
  return address ? recipientIdentity(address) : text;
}

/** A DSN may name several mailboxes behind one recipient; the report that names the recipient itself wins. */
function onePerRecipient(reports: readonly Report[]): readonly Report[] {
  const chosen = new Map<string, Report>();
  for (const report of reports) {
    const before = chosen.get(report.digest);
    if (!before || (before.reported !== undefined && report.reported === undefined))
      chosen.set(report.digest, report);
  }
  return [...chosen.values()];
}

type Identified = Omit<Feedback, 'address'> & {
  readonly id: string;
  /** The address as the event gives it. */
  readonly reported: string;
} & Pick<Report, 'bySes'>;

/** Event type → its recipients' reports; `id` is what SES gives to tell one event from another. */
function feedbackOf(event: SesEvent, destination: readonly string[]): readonly Identified[] {
  const { mail } = event;
  const everyRecipient = (kind: string, at: number, reason?: string | null) =>
    destination.map((reported) => ({
      kind,
      at,
      reported,
      id: mail.messageId,
      ...(reason ? { diagnostic: reason } : {}),
    }));
  switch (event.eventType) {
    case 'Delivery':
      return event.delivery.recipients.map((reported) => ({
        kind: 'delivery',
        at: event.delivery.timestamp,
        reported,
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
        ...(isSesHost(event.bounce.reportingMTA) ? { bySes: true as const } : {}),
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
        ...(delayType ? { type: delayType } : {}),
        ...reply(recipient),
        // SES tells of delays while it tries itself; no notification of others becomes one.
        bySes: true,
      }));
    }
    case 'Reject':
      return everyRecipient('reject', mail.timestamp, event.reject.reason);
    case 'Rendering Failure':
      return everyRecipient('renderingfailure', mail.timestamp, event.failure.errorMessage);
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

/**
 * Returns whether a host of SES reports: `dns; a8-70.smtp-out.amazonses.com`. A refusal that SES meets carries
 * it; a notification that comes later by mail carries what its writer put there, so it proves nothing alone.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
function isSesHost(reportingMta: string | null | undefined): boolean {
  return /^(?:[^;]*;)?\s*(?:[a-z0-9-]+\.)*amazonses\.com\s*$/i.test(reportingMta ?? '');
}

function reply(recipient: {
  readonly emailAddress: string;
  readonly status?: string | null | undefined;
  readonly diagnosticCode?: string | null | undefined;
}) {
  const { emailAddress, status, diagnosticCode } = recipient;
  return {
    reported: emailAddress,
    ...(status ? { status } : {}),
    ...(diagnosticCode ? { diagnostic: diagnosticCode } : {}),
  };
}

function digestOf(
  id: string,
  { kind, at }: Pick<Feedback, 'kind' | 'at'>,
  recipient: string,
): string {
  const instant = kind === 'open' || kind === 'click' ? at : '';
  return createHash('sha256')
    .update(`${id}\n${kind}\n${instant}\n${recipient}`)
    .digest('base64url')
    .slice(0, 12);
}

function unusable(given: unknown, path: readonly PropertyKey[]): ReadEvent {
  const type = eventTypeOf(given);
  if (type === undefined || !sesEventTypes.has(type))
    return { kind: 'unknown', what: typeOf(given) };
  const where = path
    .map(String)
    .join('.')
    .replace(/[^A-Za-z0-9.-]/g, '?')
    .slice(0, 60);
  return { kind: 'unreadable', what: `${typeOf(given)} at ${where}` };
}

function typeOf(given: unknown): string {
  const type = eventTypeOf(given);
  return type === undefined ? 'no-type' : `type ${type.replace(/[^A-Za-z ]/g, '?').slice(0, 40)}`;
}

function eventTypeOf(given: unknown): string | undefined {
  const type =
    typeof given === 'object' && given !== null && 'eventType' in given
      ? given.eventType
      : undefined;
  return typeof type === 'string' ? type : undefined;
}
