import type { JsonObject } from '../../../aws.ts';
import type { SesContext } from '../context.ts';
import { pick } from '../dice.ts';
import type { Message } from '../sending/message.ts';
import { sesId } from '../sending/message-ids.ts';
import type { Bounce, Outcome } from './outcome.ts';
import { publishEvent } from './publishing.ts';

type Complaint = Extract<Outcome, { kind: 'complaint' }>;
type Delay = Extract<Outcome, { kind: 'delay' }>;

const receivers = ['198.51.100.25', '198.51.100.77', '203.0.113.9'] as const;

/** Whom an event is about, and the address that their mail left from, where that is known. */
type Left = { readonly addresses: readonly string[]; readonly outgoingIp?: string };

/** Records and publishes that the receiving server took the mail. */
export function deliveryEvent(context: SesContext, message: Message, left: Left): void {
  const at = context.clock();
  const { addresses, outgoingIp = outgoingIpOf(context, message) } = left;
  for (const address of addresses) message.status.set(address, 'delivered');
  publishEvent(context, message, {
    name: 'Delivery',
    outgoingIp,
    body: {
      timestamp: iso(at),
      processingTimeMillis: Math.max(0, Math.round(at - message.atMs)),
      recipients: addresses,
      smtpResponse: '250 2.6.0 Message received',
      remoteMtaIp: pick(context.draw, receivers) ?? receivers[0],
      reportingMTA: sesHost(outgoingIp),
    },
  });
}

/** Records and publishes a bounce of one or several recipients. */
export function bounceEvent(
  context: SesContext,
  message: Message,
  { bounce, addresses, outgoingIp }: Left & { readonly bounce: Bounce },
): void {
  const at = context.clock();
  const feedbackId = sesId(context.place.region, at, context.draw);
  const held = bounce.bounceSubType.endsWith('Suppressed') || bounce.bounceSubType.startsWith('On');
  for (const address of addresses) {
    message.status.set(address, held ? 'suppressed' : 'bounced');
    if (bounce.suppresses && bounce.bounceType === 'Permanent') {
      suppress(context, 'BOUNCE', { address, messageId: message.messageId, feedbackId });
    }
  }
  publishEvent(context, message, {
    name: 'Bounce',
    body: {
      bounceType: bounce.bounceType,
      bounceSubType: bounce.bounceSubType,
      bouncedRecipients: addresses.map((address) => bouncedRecipient(bounce, address)),
      timestamp: iso(at),
      feedbackId,
      // Only a delivery status notification names who reported; an automatic answer has none.
      ...(bounce.status === undefined
        ? {}
        : {
            reportingMTA: `dns; ${held ? 'amazonses.com' : sesHost(outgoingIp ?? outgoingIpOf(context, message))}`,
          }),
    },
  });
}

/** Records and publishes that a recipient complained. */
export function complaintEvent(
  context: SesContext,
  message: Message,
  { complaint, address }: { readonly complaint: Complaint; readonly address: string },
): void {
  const at = context.clock();
  const feedbackId = sesId(context.place.region, at, context.draw);
  const held = complaint.onAccountList === true;
  message.status.set(address, held ? 'suppressed' : 'complained');
  // A not-spam report takes an address off the list instead of putting it on.
  if (complaint.suppresses && complaint.feedbackType !== 'not-spam') {
    suppress(context, 'COMPLAINT', { address, messageId: message.messageId, feedbackId });
  }
  publishEvent(context, message, {
    name: 'Complaint',
    body: {
      complainedRecipients: [{ emailAddress: address }],
      timestamp: iso(at),
      feedbackId,
      complaintSubType: held ? 'OnAccountSuppressionList' : null,
      ...(held
        ? {}
        : {
            userAgent: 'Amazon SES Mailbox Simulator',
            complaintFeedbackType: complaint.feedbackType,
            arrivalDate: iso(at),
          }),
    },
  });
}

/** Records and publishes that the receiving server put the mail off. */
export function delayEvent(
  context: SesContext,
  message: Message,
  { delay, address }: { readonly delay: Delay; readonly address: string },
): void {
  const { delayType, status, diagnosticCode } = delay;
  message.status.set(address, 'delayed');
  publishEvent(context, message, {
    name: 'DeliveryDelay',
    body: {
      timestamp: iso(context.clock()),
      delayType,
      expirationTime: iso(message.atMs + message.deliverySecondsMax * 1000),
      delayedRecipients: [{ emailAddress: address, status, diagnosticCode }],
    },
  });
}

/**
 * Adds an address to the account suppression list when the account's own reasons ask for it. The
 * guide describes a configuration set's reasons as overriding the account's for its sends, and does
 * not say that they also stop this bookkeeping; here the account's reasons decide alone.
 * @see https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
 */
function suppress(
  context: SesContext,
  reason: 'BOUNCE' | 'COMPLAINT',
  { address, ...cause }: { address: string; messageId: string; feedbackId: string },
): void {
  if (!context.account.suppressedReasons.includes(reason)) return;
  context.suppression.put({ address, reason, updatedAtMs: context.clock(), cause });
}

function bouncedRecipient({ status, diagnosticCode }: Bounce, emailAddress: string): JsonObject {
  if (status === undefined) return { emailAddress };
  return {
    emailAddress,
    action: 'failed',
    status,
    ...(diagnosticCode === undefined ? {} : { diagnosticCode }),
  };
}

function outgoingIpOf({ dedicatedIps, draw }: SesContext, { pool }: Message): string {
  return dedicatedIps.outgoingIp(pool, draw);
}

/** SES names its hosts after the last two bytes of their address: `a8-31.smtp-out.amazonses.com`. */
function sesHost(ip: string): string {
  const [, , third, fourth] = ip.split('.');
  return `a${third}-${fourth}.smtp-out.amazonses.com`;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
