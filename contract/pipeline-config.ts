/**
 * What an adopter may say in `goodstanding.config.ts`: every field with its unit, default and limit.
 * Checked at synth, so that a wrong value stops before anything reaches AWS.
 */
import * as z from 'zod';
import { lanes } from '../domain/pacing.ts';
import { actionKinds, autonomies } from '../domain/rotation/model.ts';
import { blocklists } from './blocklist-config.ts';
import { contradictions, issueText } from './config-problems.ts';

/** Kinds of egress: SES's shared addresses, leased addresses, or addresses that SES manages. */
export const poolKinds = ['shared', 'standard', 'managed'] as const;
export type PoolKind = (typeof poolKinds)[number];

/** Days of a change window, as `Date.getUTCDay` counts them. */
export const weekDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const seconds = { minute: 60, hour: 3600, day: 86_400 } as const;

const name = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, {
  error: `allowed: 1 to 20 of a-z, 0-9 and -, beginning with a letter, as it becomes part of AWS names`,
});

const domain = z
  .string()
  .regex(/^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/, {
    error: 'allowed: a lower-case DNS name such as mail.example.com (IDN as xn--…)',
  });

const emailAddress = z.email({ error: 'allowed: an e-mail address such as ops@example.com' });

const sendingDomain = z.strictObject({
  /** The From domain; its SES identity (Easy DKIM) is created unless `existing`. */
  domain,
  /** `true`: the identity is already in this account and region; nothing is created. Default false. */
  existing: z.boolean().default(false),
  /** Label of the custom MAIL FROM sub-domain (SPF alignment), not used for receiving. Default `bounce`. */
  mailFrom: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
      error: 'allowed: one DNS label such as bounce, without the domain',
    })
    .default('bounce'),
  /** The Route 53 zone that holds the domain; when given, DKIM, SPF and MX records are written to it. */
  zone: z.exactOptional(
    z.strictObject({
      id: z.string().regex(/^Z[A-Z0-9]+$/, {
        error: 'allowed: the id that Route 53 shows for the zone, such as Z0123456789ABC',
      }),
      name: domain,
    }),
  ),
});

const pool = z.strictObject({
  /** `shared` costs nothing; `standard` needs IPs leased by AWS Support; `managed` is billed by AWS. */
  kind: z.enum(poolKinds),
  /** First step of removing a pool: it takes no new mail; deploy, wait 14 h, then delete the entry. Default false. */
  retiring: z.boolean().default(false),
  /**
   * Who raises its volume step by step: `ours` (a `standard` pool only: each mailbox provider gets an absolute
   * cap from the first minute on, that of new addresses until somebody says `goodstanding pools warm`, and SES's
   * automatic warm-up must be off for its addresses) or `ses`. Default `ours` for a `standard`
   * pool, `ses` for the others.
   */
  warmUp: z.exactOptional(z.enum(['ours', 'ses'])),
});

const stream = z.strictObject({
  /** Pools that may carry this stream, at least one that is not retiring. */
  pools: z.array(z.string()).min(1).max(10),
  /** First step of taking a pool from this stream alone: it takes no new mail; deploy, wait 14 h, then delete the entry. Default none. */
  retiringPools: z.array(z.string()).max(10).default([]),
  /** `transactional` mail leaves first: it pushes the departures of the `marketing` lane back. Default `marketing`. */
  lane: z.enum(lanes).default('marketing'),
  /** Hear of every Delivery (1.61 USD per million mails); without it the final outcome is `accepted`. Default false. */
  deliveryEvents: z.boolean().default(false),
  /** How long SES keeps retrying, in seconds (300 to 50400). Default 50400 (14 h), SES's own maximum. */
  maxDeliverySeconds: z
    .int()
    .min(300)
    .max(14 * seconds.hour)
    .default(14 * seconds.hour),
  /** What to do when nobody can tell whether SES took a mail: send it again (twice at most), or leave it. Default `leave`. */
  ambiguous: z.enum(['resend', 'leave']).default('leave'),
  /**
   * Hand batches to SES up to fifty recipients a call (SendBulkEmail). It saves CPU time, not money, and SES
   * may allow no more than one such call a second: measure before you switch it on. Default false.
   */
  bulk: z.boolean().default(false),
  /**
   * Keep what was handed to SES, compressed and encrypted, for maxDeliverySeconds, so that it can be sent
   * again (USD per million: 0.51 for messages at ten an attempt, 0.10 for batches of 50). Default false.
   */
  storeRequests: z.boolean().default(false),
  /** Publish every outcome as an event on the bus, not only refusals (1.03 USD per million mails). Default false. */
  outcomeEvents: z.boolean().default(false),
  /** Age of the oldest mail that is due, in seconds, at which a person is called. Default 900. */
  ageAlarmSeconds: z.int().min(60).max(seconds.day).default(900),
  /** Pools that take its mail, in this order, when none of its own can (at most 3). Default none. */
  failover: z.array(z.string()).max(3).default([]),
  /**
   * When nothing warm is left, its failover list included: `hold`, or `spill` to SES's shared addresses
   * (transactional lane only, with a shared pool among its pools or failover). Default `hold`.
   */
  whenNothingIsWarm: z.enum(['hold', 'spill']).default('hold'),
  /**
   * Send mail once more that bounced because our pool was blocked, through another warm pool; needs
   * storeRequests, whose price is the price of it. Default false.
   */
  rescue: z.boolean().default(false),
});

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: 'allowed: a time of day in UTC such as 09:30',
});

const changeWindow = z.strictObject({
  /** Days of the week (UTC) on which it opens; at least one. */
  days: z
    .array(z.enum(weekDays))
    .min(1)
    .max(7)
    .default([...weekDays]),
  /** When it opens and closes, UTC, within one day. */
  from: timeOfDay,
  to: timeOfDay,
});

const reputation = z.strictObject({
  /**
   * How far the loop goes by itself, for each kind of action: `observe` (write down what would be done),
   * `propose` (and ask), `veto` (do it unless a person objects in time), `act`. An operator changes it at run
   * time with `goodstanding autonomy`. Default `observe`, but `act` for `grow`: which pools have caps that grow,
   * and that they have, is said by `pools.*.warmUp`.
   */
  autonomy: z.partialRecord(z.enum(actionKinds), z.enum(autonomies)).default({}),
  /** Minutes in which a person may object to what stands at `veto` (5 to 1440). Default 60. */
  vetoMinutes: z.int().min(5).max(1440).default(60),
  /**
   * When volume may be raised: growth and release wait for one of these windows (at most 14), protection
   * never does. Default: at any time.
   */
  changeWindows: z.exactOptional(z.array(changeWindow).min(1).max(14)),
  /** Share of a stream's mail that may be moved within an hour (0.01 to 1). Default 0.2. */
  movedShareMax: z.number().min(0.01).max(1).default(0.2),
  /** Holds of tenants within ten minutes beyond which the loop freezes and a person is called (1 to 100). Default 5. */
  holdsMax: z.int().min(1).max(100).default(5),
  /** Our own query of blocklists. */
  blocklists: blocklists.prefault({}),
});

const retention = z.strictObject({
  /**
   * Days for which events and lookups by recipient are kept (1 to 400). Requests and attempts stay 28 at
   * least, because SQS may bring their mail again so late; what waits stays 400. Default 30.
   */
  ledgerDays: z.int().min(1).max(400).default(30),
  /** Days for which function logs are kept; one of CloudWatch's steps. Default 30. */
  logDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]).default(30),
  /**
   * Days for which offloaded bodies and attachments are kept (30 to 400): the queue's 14, and time for a
   * person to release held mail or redrive parked mail. The sendAt of what points to them reaches two
   * days less. Default 60.
   */
  contentDays: z.int().min(30).max(400).default(60),
});

const limits = z.strictObject({
  /**
   * Recipients per second until SES's own rate is read from the account; the number of dispatch
   * environments follows from it at deploy. Default 1, the sandbox's rate.
   */
  initialSendRatePerSecond: z.number().min(1).max(10_000).default(1),
  /** Share of SES's send rate that is used; the rest absorbs clock skew and bursts (0.5 to 1). Default 0.97. */
  sendRateHeadroom: z.number().min(0.5).max(1).default(0.97),
  /**
   * Concurrent dispatch environments per stream, and as many again for its overflow lane (2 to 100).
   * Default: what initialSendRatePerSecond needs, at least 2.
   */
  dispatchConcurrency: z.exactOptional(z.int().min(2).max(100)),
  /**
   * Share of a stream's rate that one tenant may take while others wait (0.05 to 1); what is beyond goes
   * to the stream's overflow lane. Only with tenancy `many`. Default 0.5.
   */
  tenantShare: z.number().min(0.05).max(1).default(0.5),
});

const indexes = z.strictObject({
  /** Find mail by its recipient (0.63 USD per million, one write unit a mail). Default false. */
  recipient: z.boolean().default(false),
  /** Find mail by SES's message id (0.63 USD per million, one write unit a mail). Default false. */
  sesMessageId: z.boolean().default(false),
  /**
   * Find mail by its tenant and a time (0.63 USD per million, one write unit a mail; a tenant's mail above
   * 1,000 a second is not all found). Default false.
   */
  tenant: z.boolean().default(false),
});

const shape = z.strictObject({
  /** Prefix of every physical name, so that two deployments live in one account. Default `goodstanding`. */
  deployment: name.default('goodstanding'),
  /** Domains we may send from; at least one domain or address. */
  sendingDomains: z.array(sendingDomain).max(100).default([]),
  /** Single addresses to verify by a click, for a first mail without DNS. Default none. */
  sendingAddresses: z.array(emailAddress).max(20).default([]),
  /** `single`: one tenant named `default` owns every sending domain. `many`: tenants are added with the CLI. Default `single`. */
  tenancy: z.enum(['single', 'many']).default('single'),
  /** Mail of one kind with a reputation of its own. */
  streams: z.record(name, stream),
  /** Dedicated IP pools, or SES's shared addresses. */
  pools: z.record(name, pool),
  /** Who is told by e-mail when an alarm fires; confirm the subscription SNS sends. Default nobody. */
  alarmEmail: z.exactOptional(emailAddress),
  /**
   * For streams without Delivery events: while mail leaves, one mail in a quarter of an hour goes to SES's own
   * bouncing mailbox, so that silence means that events are lost (0.29 USD a month and stream at most). Without
   * it silence shows only after ten thousand mails. Default true.
   */
  canary: z.boolean().default(true),
  retention: retention.prefault({}),
  limits: limits.prefault({}),
  /** Ways to find mail besides the app's id and ours; each costs a write a mail. */
  indexes: indexes.prefault({}),
  /** How far the reputation loop goes by itself, and its brakes. */
  reputation: reputation.prefault({}),
});

export type PipelineConfigInput = z.input<typeof shape>;
export type PipelineConfig = z.output<typeof shape>;

/** Settings that say what, got, allowed and what to do, one problem a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Returns the checked configuration with every default filled in.
 * @throws {ConfigError} naming each wrong field
 */
export function checkConfig(input: unknown): PipelineConfig {
  const parsed = shape.safeParse(input, { reportInput: true });
  if (!parsed.success) throw new ConfigError(heading(parsed.error.issues.map(explain)));
  const problems = contradictions(parsed.data);
  if (problems.length > 0) throw new ConfigError(heading(problems));
  return parsed.data;
}

/** Returns who warms a pool up: only a standard pool's volume is ours to choose. */
export function warmUpOwner({
  kind,
  warmUp,
}: Pick<PipelineConfig['pools'][string], 'kind' | 'warmUp'>): 'ours' | 'ses' {
  return warmUp ?? (kind === 'standard' ? 'ours' : 'ses');
}

/** Names the type of the configuration in an editor; the check itself happens at synth. */
export function defineConfig(config: PipelineConfigInput): PipelineConfigInput {
  return config;
}

function explain(issue: z.core.$ZodIssue): string {
  return `${issue.path.join('.') || 'the file'}: ${issueText(issue, fieldsAt(issue.path))}`;
}

function fieldsAt(path: readonly PropertyKey[]): string {
  const [room, second, inner] = path;
  if (inner === 'zone') return 'id, name';
  if (room === 'reputation' && second === 'autonomy') return actionKinds.join(', ');
  if (room === 'reputation' && second === 'changeWindows')
    return Object.keys(changeWindow.shape).join(', ');
  if (room === 'reputation' && second === 'blocklists')
    return Object.keys(blocklists.shape).join(', ');
  const fields: Readonly<Record<string, object>> = {
    sendingDomains: sendingDomain.shape,
    streams: stream.shape,
    pools: pool.shape,
    retention: retention.shape,
    limits: limits.shape,
    indexes: indexes.shape,
    reputation: reputation.shape,
  };
  return Object.keys(fields[String(room)] ?? shape.shape).join(', ');
}

function heading(problems: readonly string[]): string {
  const lines = problems.map((line) => `  - ${line}`);
  return `goodstanding.config.ts is not usable (contract/pipeline-config.ts documents every field):\n${lines.join('\n')}`;
}
