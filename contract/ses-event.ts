/**
 * SES's event JSON as configuration sets publish it, read leniently: only what we use is checked, fields
 * may be added, unknown types and subtypes are kept as they are.
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
const reported = z.looseObject({
  emailAddress: text,
  status: z.exactOptional(text),
  diagnosticCode: z.exactOptional(text),
});

const mail = z.looseObject({
  timestamp: instant,
  messageId: text,
  destination: z.array(text).default([]),
  tags: z.record(text, z.array(text)).default({}),
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
      smtpResponse: z.exactOptional(text),
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
    }),
  }),
  z.looseObject({
    eventType: z.literal('Complaint'),
    mail,
    complaint: z.looseObject({
      complainedRecipients: z.array(reported),
      timestamp: instant,
      feedbackId: text,
      complaintSubType: z.nullish(text),
      complaintFeedbackType: z.nullish(text),
    }),
  }),
  z.looseObject({
    eventType: z.literal('Reject'),
    mail,
    reject: z.looseObject({ reason: text }),
  }),
  z.looseObject({
    eventType: z.literal('Rendering Failure'),
    mail,
    failure: z.looseObject({ templateName: z.nullish(text), errorMessage: text }),
  }),
  z.looseObject({
    eventType: z.literal('DeliveryDelay'),
    mail,
    deliveryDelay: z.looseObject({
      delayType: text,
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
