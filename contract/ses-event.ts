/**
 * SES's event JSON as configuration sets publish it, read leniently: only what we use is checked, fields
 * may be added or null, unknown types and subtypes are kept as they are. What does not fit even so is no
 * event that we understand, and must not be taken for one that says nothing.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
import * as z from 'zod';

const text = z.string();
const instant = z.string().transform((value, context) => {
  const at = Date.parse(value);
  if (Number.isFinite(at)) return at;
  context.addIssue({ code: 'custom', message: 'no instant' });
  return z.NEVER;
});
const maybe = z.nullish(text);
const reported = z.looseObject({ emailAddress: text, status: maybe, diagnosticCode: maybe });

const mail = z.looseObject({
  timestamp: instant,
  messageId: text,
  /** The address that it was sent from. */
  source: maybe,
  destination: z.nullish(z.array(text)),
  tags: z.nullish(z.record(text, z.array(text))),
});

/** Body of each event type by its `eventType`; the JSON spells Rendering Failure with a space. */
export const sesEvent = z.discriminatedUnion('eventType', [
  z.looseObject({ eventType: z.literal('Send'), mail }),
  z.looseObject({
    eventType: z.literal('Delivery'),
    mail,
    delivery: z.looseObject({
      timestamp: instant,
      recipients: z.array(text),
      smtpResponse: maybe,
    }),
  }),
  z.looseObject({
    eventType: z.literal('Bounce'),
    mail,
    bounce: z.looseObject({
      bounceType: text,
      bounceSubType: text,
      bouncedRecipients: z.array(reported),
      timestamp: instant,
      feedbackId: text,
      /** Who wrote the delivery status notification, as `dns; host`; absent where there was none. */
      reportingMTA: maybe,
    }),
  }),
  z.looseObject({
    eventType: z.literal('Complaint'),
    mail,
    complaint: z.looseObject({
      complainedRecipients: z.array(reported),
      timestamp: instant,
      feedbackId: text,
      complaintSubType: maybe,
      complaintFeedbackType: maybe,
    }),
  }),
  z.looseObject({
    eventType: z.literal('Reject'),
    mail,
    reject: z.looseObject({ reason: maybe }),
  }),
  z.looseObject({
    eventType: z.literal('Rendering Failure'),
    mail,
    failure: z.looseObject({ templateName: maybe, errorMessage: maybe }),
  }),
  z.looseObject({
    eventType: z.literal('DeliveryDelay'),
    mail,
    deliveryDelay: z.looseObject({
      delayType: maybe,
      delayedRecipients: z.array(reported),
      timestamp: instant,
    }),
  }),
  z.looseObject({
    eventType: z.literal('Open'),
    mail,
    open: z.looseObject({ timestamp: instant }),
  }),
  z.looseObject({
    eventType: z.literal('Click'),
    mail,
    click: z.looseObject({ timestamp: instant }),
  }),
  z.looseObject({
    eventType: z.literal('Subscription'),
    mail,
    subscription: z.looseObject({ timestamp: instant }),
  }),
]);
export type SesEvent = z.output<typeof sesEvent>;

/** Every `eventType` that we know the body of. */
export const sesEventTypes: ReadonlySet<string> = new Set(
  sesEvent.options.map(({ shape }) => shape.eventType.value),
);
