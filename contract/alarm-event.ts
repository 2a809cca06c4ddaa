import * as z from 'zod';
import { epochMs } from '../domain/time.ts';

/** Writes +0000 as +00:00, which every reader of ISO 8601 knows. */
const instant = z
  .string()
  .transform((text) => Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')))
  .refine((ms) => !Number.isNaN(ms), 'not an instant')
  .transform(epochMs);

/**
 * What EventBridge says of an alarm that changed its state.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export const alarmEvent = z.object({
  'detail-type': z.literal('CloudWatch Alarm State Change'),
  detail: z.object({
    alarmName: z.string(),
    state: z.object({
      value: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
      timestamp: instant,
    }),
    previousState: z.exactOptional(z.object({ value: z.string() })),
  }),
});

/** What a schedule says: the time that it stands for. */
export const scheduleEvent = z.object({
  'detail-type': z.literal('Scheduled Event'),
  time: instant,
});

export const responderEvent = z.discriminatedUnion('detail-type', [alarmEvent, scheduleEvent]);
export type ResponderEvent = z.output<typeof responderEvent>;
