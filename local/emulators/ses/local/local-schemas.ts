import * as z from 'zod';

/** Bodies of the `/_local/ses` calls; unknown members are refused. */

export const accountChange = z.strictObject({
  productionAccess: z.exactOptional(z.boolean()),
  sendingEnabled: z.exactOptional(z.boolean()),
  suspended: z.exactOptional(z.boolean()),
  maxSendRate: z.exactOptional(z.number().nonnegative()),
  max24HourSend: z.exactOptional(z.number().min(-1)),
  burstSeconds: z.exactOptional(z.number().nonnegative()),
  latencyMs: z.exactOptional(z.number().nonnegative()),
  controlPlaneRate: z.exactOptional(z.number().nonnegative()),
});

export const recipientScript = z.strictObject({
  address: z.string().min(1),
  outcome: z.enum([
    'delivery',
    'bounce',
    'softBounce',
    'block',
    'complaint',
    'delay',
    'suppressed',
    'silent',
  ]),
  diagnosticCode: z.exactOptional(z.string()),
  status: z.exactOptional(z.string()),
  bounceSubType: z.exactOptional(z.string()),
  delayType: z.exactOptional(z.string()),
  feedbackType: z.exactOptional(z.string()),
});

export const recipientScripts = z.union([recipientScript, z.array(recipientScript)]);

export const unscripted = z.strictObject({ address: z.string().min(1) });

export const leasedIps = z.strictObject({ pool: z.string().min(1), ips: z.array(z.ipv4()) });

export const identityChange = z.strictObject({
  identity: z.string().min(1),
  verified: z.exactOptional(z.boolean()),
  mailFromDomainVerified: z.exactOptional(z.boolean()),
});

export const engagement = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('open'), messageId: z.string() }),
  z.strictObject({
    event: z.literal('click'),
    messageId: z.string(),
    link: z.string().min(1),
    linkTags: z.exactOptional(z.record(z.string(), z.array(z.string()))),
  }),
  z.strictObject({
    event: z.literal('subscription'),
    messageId: z.string(),
    contactList: z.string().min(1),
    topic: z.exactOptional(z.string()),
  }),
]);
