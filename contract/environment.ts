/**
 * The environment variables of each function: written by the stack beside the grant they belong to,
 * read once by the handler. One schema serves both ends, and a test compares them with the template.
 */
import * as z from 'zod';
import { blocklistKeepers } from '../domain/blocklist-zones.ts';
import { lanes } from '../domain/pacing.ts';
import { actionKinds, autonomies } from '../domain/rotation/model.ts';

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text) => JSON.parse(text))
    .pipe(schema);

/** What dispatch must know of its stream; small, because a Lambda's environment holds 4 KB. */
export const streamPolicy = z.strictObject({
  /** Declared pool → configuration set that sends this stream through it. */
  configurationSets: z.record(z.string(), z.string()),
  /** Whether an ambiguous attempt is sent again or left. */
  ambiguous: z.enum(['resend', 'leave']),
  /** Share of SES's send rate that is used, 0..1. */
  sendRateHeadroom: z.number(),
  /** Who leaves first when mail waits for SES's rate. */
  lane: z.enum(lanes),
  /** Dispatch environments that share the rate, those of the overflow lane included. */
  concurrency: z.int(),
  /** Share of the stream's rate for one tenant while others wait; absent without an overflow lane. */
  tenantShare: z.exactOptional(z.number()),
  /** Whether recipients of a batch leave together in one call; absent means one by one. */
  bulk: z.exactOptional(z.literal(true)),
  /** How long what was handed to SES is kept, in seconds; absent where it is not kept. */
  storeSeconds: z.exactOptional(z.int()),
  /** What its pool lost may be sent once more; absent means nothing is. */
  rescue: z.exactOptional(z.literal(true)),
  /** Which indexes are written; absent means none. */
  indexes: z.exactOptional(z.array(z.enum(['recipient', 'ses', 'tenant']))),
  /** Outcomes of its own that dispatch publishes besides rejections; absent means none. */
  tells: z.exactOptional(z.array(z.enum(['accepted', 'suppressed', 'expired']))),
  /** Days for which the ledger keeps what it knows. */
  ledgerDays: z.int(),
  /** Days for which the content bucket keeps offloaded bodies and attachments. */
  contentDays: z.int(),
  /** Every stream of the deployment, to tell an unknown one from another queue's. */
  streams: z.array(z.string()),
});
export type StreamPolicy = z.output<typeof streamPolicy>;

/** What a deploy writes into the directory where nothing is yet. */
export const seedPlan = z.strictObject({
  tenancy: z.enum(['single', 'many']),
  /** Domains and addresses that the tenant `default` owns in single tenancy. */
  fromOwned: z.array(z.string()),
  /** Stream → pools that take its new mail, and pools that are leaving it. */
  streams: z.record(
    z.string(),
    z.strictObject({
      pools: z.array(z.string()),
      retiring: z.array(z.string()),
      /** Pools that take its mail when none of its own can; absent: none. */
      failover: z.exactOptional(z.array(z.string())),
    }),
  ),
  pools: z.record(z.string(), z.strictObject({ kind: z.string(), retiring: z.boolean() })),
  initialSendRatePerSecond: z.number(),
});
export type SeedPlan = z.output<typeof seedPlan>;

const common = { DEPLOYMENT: z.string() };

/** lambdas/dispatch: one function a stream. */
export const dispatchEnvironment = z.object({
  ...common,
  STREAM: z.string(),
  STREAM_POLICY: json(streamPolicy),
  INTAKE_QUEUE_URL: z.string(),
  /** Absent where the stream has no overflow lane. */
  OVERFLOW_QUEUE_URL: z.exactOptional(z.string()),
  PARKED_QUEUE_URL: z.string(),
  CONTENT_BUCKET: z.string(),
  RECIPIENT_KEY_SECRET: z.string(),
});

/** What feedback knows of a mail by its configuration set alone. */
export const untaggedOrigin = z.strictObject({
  /** The tenant where there is only one; else empty, because nothing tells it. */
  tenant: z.string(),
  /** Stream → its pools. */
  streams: z.record(z.string(), z.array(z.string())),
});

/** lambdas/feedback: one function, the fast queue and the Delivery queue. */
export const feedbackEnvironment = z.object({
  ...common,
  RECIPIENT_KEY_SECRET: z.string(),
  LEDGER_DAYS: z.coerce.number(),
  /** Streams whose outcomes are published as events. */
  OUTCOME_STREAMS: json(z.array(z.string())),
  /** What is known of mail whose events carry no tag of ours. */
  UNTAGGED_ORIGIN: json(untaggedOrigin),
  /** Where it says that failures are worth a look; absent where nobody looks. */
  ROTATION_QUEUE_URL: z.exactOptional(z.string()),
});

/** A stream as the account function sees it. */
export const watchedStream = z.strictObject({
  /** UUIDs of the event source mappings that feed its dispatch. */
  mappings: z.array(z.string()),
  /** Dispatch environments that the template allows. */
  environments: z.int(),
  /** Recipients that one invocation sends. */
  recipients: z.int(),
});
export type WatchedStream = z.output<typeof watchedStream>;

/** Mail that is sent so that SES reports something of it. */
export const canaryPlan = z.strictObject({
  /** An address of ours that may send. */
  from: z.string(),
  /** Stream of which SES reports failures alone → its pools. */
  streams: z.record(z.string(), z.array(z.string())),
});
export type CanaryPlan = z.output<typeof canaryPlan>;

/** lambdas/account: reads SES's rate and quota on a schedule, and switches streams off and on. */
export const accountEnvironment = z.object({
  ...common,
  STREAMS: json(z.record(z.string(), watchedStream)),
  /** Absent where every stream hears of Deliveries, or no canary is wanted. */
  CANARY: z.exactOptional(json(canaryPlan)),
});

/** A stream as rotation sees it; what is absent has its default, because an environment holds 4 KB. */
export const rotatedStream = z.strictObject({
  /** Absent: marketing. */
  lane: z.exactOptional(z.literal('transactional')),
  /** Absent: none. */
  failover: z.exactOptional(z.array(z.string())),
  /** Absent: hold. */
  whenNothingIsWarm: z.exactOptional(z.literal('spill')),
  /** Absent: SES's longest, 14 hours. */
  maxDeliverySeconds: z.exactOptional(z.int()),
  /** Absent: nothing is rescued. */
  rescue: z.exactOptional(z.literal(true)),
});
export type RotatedStream = z.output<typeof rotatedStream>;

/** What rotation must know of the configuration. */
export const rotationPolicy = z.strictObject({
  streams: z.record(z.string(), rotatedStream),
  /** Pools whose warm-up is ours. */
  warmedByUs: z.array(z.string()),
  /** Kinds of action that do more than observe. */
  autonomy: z.partialRecord(z.enum(actionKinds), z.enum(autonomies)),
  vetoMinutes: z.number(),
  /** When volume may be raised; absent: always. */
  changeWindows: z.exactOptional(
    z.array(z.strictObject({ days: z.array(z.string()), from: z.string(), to: z.string() })),
  ),
  movedShareMax: z.number(),
  holdsMax: z.number(),
  /** What differs from the defaults of our own query of blocklists. */
  blocklists: z.exactOptional(
    z.strictObject({
      keepers: z.exactOptional(z.array(z.enum(blocklistKeepers))),
      spamhausDqsKey: z.exactOptional(z.string()),
    }),
  ),
});
export type RotationPolicy = z.output<typeof rotationPolicy>;

/** lambdas/rotation: the one decider, fed by its FIFO queue. */
export const rotationEnvironment = z.object({
  ...common,
  ROTATION_POLICY: json(rotationPolicy),
  /** Its own queue, to let what failed come again soon. */
  ROTATION_QUEUE_URL: z.string(),
  /** Where people hear of decisions. */
  ALARM_TOPIC_ARN: z.string(),
});

/** lambdas/responder: tells people of alarms, and keeps one incident for each cause. */
export const responderEnvironment = z.object({
  ...common,
  /** Every stream, to ask what holds its mail. */
  STREAMS: json(z.array(z.string())),
  ROTATION_QUEUE_URL: z.string(),
  ALARM_TOPIC_ARN: z.string(),
});

/** lambdas/due: returns mail that waited for its time to its queue, on a schedule. */
export const dueEnvironment = z.object({
  ...common,
  /** Streams that have an intake queue. */
  STREAMS: json(z.array(z.string())),
  CONTENT_BUCKET: z.string(),
});

/** lambdas/suppression: keeps our list and SES's account list in step, on a schedule. */
export const suppressionEnvironment = z.object({
  ...common,
  RECIPIENT_KEY_SECRET: z.string(),
});

/** lambdas/seed: the custom resource that fills the directory at a deploy (its plan is its properties). */
export const seedEnvironment = z.object(common);
