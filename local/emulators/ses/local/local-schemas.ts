import * as z from 'zod';

/** An object that takes these keys alone, and names them to who gives another. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' && Array.isArray(keys)
        ? `got ${keys.join(', ')}, allowed are ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}

/** `PUT /_local/ses/account`: any of the settings. */
export const accountChange = strict({
  productionAccess: z.exactOptional(z.boolean()),
  sendingEnabled: z.exactOptional(z.boolean()),
  suspended: z.exactOptional(z.boolean()),
  maxSendRate: z.exactOptional(z.number().nonnegative()),
  max24HourSend: z.exactOptional(z.number().min(-1)),
  burstSeconds: z.exactOptional(z.number().nonnegative()),
  latencyMs: z.exactOptional(z.number().nonnegative()),
  controlPlaneRate: z.exactOptional(z.number().nonnegative()),
  inReview: z.exactOptional(z.boolean()),
  rateVolume: z.exactOptional(z.int().min(50)),
});

/** How one recipient behaves. */
export const recipientScript = strict({
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

/** `PUT /_local/ses/recipients`: one script or several. */
export const recipientScripts = z.preprocess(
  (body) => (Array.isArray(body) ? body : [body]),
  z.array(recipientScript),
);

/** `DELETE /_local/ses/recipients` with a body. */
export const unscripted = strict({ address: z.string().min(1) });

/** `PUT /_local/ses/dedicated-ips`: all addresses of a standard pool, fresh or with their warm-up behind them. */
export const leasedIps = strict({
  pool: z.string().min(1),
  ips: z.array(z.ipv4()),
  warm: z.exactOptional(z.boolean()),
});

/** `PUT /_local/ses/identities`. */
export const identityChange = strict({
  identity: z.string().min(1),
  verified: z.exactOptional(z.boolean()),
  mailFromDomainVerified: z.exactOptional(z.boolean()),
});

/** `POST /_local/ses/engagement`: what a reader did. */
export const engagement = z.discriminatedUnion('event', [
  strict({ event: z.literal('open'), messageId: z.string() }),
  strict({
    event: z.literal('click'),
    messageId: z.string(),
    link: z.string().min(1),
    linkTags: z.exactOptional(z.record(z.string(), z.array(z.string()))),
  }),
  strict({
    event: z.literal('subscription'),
    messageId: z.string(),
    contactList: z.string().min(1),
    topic: z.exactOptional(z.string()),
  }),
]);
