/** What a scenario file may say of who sends: streams, pools and tenants. */
import * as z from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/);
const share = z.number().min(0).max(1);

/** Shares of the mail by mailbox provider; they are scaled so that they add up to 1. */
export const mix = z.record(name, z.number().min(0)).describe('Shares of the mail by provider.');

/** What a tenant's mail is like. */
export const quality = {
  unknownShare: share.describe('Recipients that do not exist.'),
  complaintShare: share.describe('Chance that a recipient who sees the mail complains.'),
  trapShare: share.describe('Chance that a mail hits a spam trap.'),
  spamminess: share.describe('How much the content looks like spam.'),
  urlDomain: name.describe('Domain of the links.'),
};

export const poolWords = z.strictObject({
  pool: name,
  ips: z.array(z.ipv4()).min(1),
  warmPerDay: z
    .number()
    .min(0)
    .describe(
      'Mails a day that the pool was used to, over all providers by the scenario’s mix; 0 is cold.',
    ),
});

export const streamWords = z.strictObject({
  stream: name,
  lane: z.enum(['transactional', 'marketing']),
  pools: z.array(name).min(1),
  failover: z.array(name).default([]),
  maxDeliveryMinutes: z.number().min(5).max(840).default(840),
});

export const tenantWords = z.strictObject({
  tenant: name.describe('With `count`, the beginning of the names.'),
  count: z
    .int()
    .min(1)
    .max(20_000)
    .default(1)
    .describe('So many tenants, volumes and list qualities drawn around these.'),
  identity: z.exactOptional(name).describe('DKIM domain; default is the tenant’s name.example.'),
  stream: name,
  mailsPerDay: z.number().positive(),
  profile: z
    .enum(['flat', 'day', 'morning'])
    .default('day')
    .describe('How the day’s mail spreads.'),
  mix: z.exactOptional(mix),
  listSize: z.exactOptional(z.number().positive()).describe('Default: mail of thirty days.'),
  established: z.boolean().default(true).describe('Known for more than thirty days.'),
  unknownShare: quality.unknownShare.default(0.004),
  complaintShare: quality.complaintShare.default(0.0002),
  trapShare: quality.trapShare.default(0),
  spamminess: quality.spamminess.default(0.05),
});

/** What of the mail a cause, a hold or a slowing covers. */
export const regionWords = z.strictObject({
  tenant: z.exactOptional(name),
  identity: z.exactOptional(name),
  pool: z.exactOptional(name),
  provider: z.exactOptional(name),
  ip: z.exactOptional(z.ipv4()),
});

/** What is truly at fault; for the measure and the oracle alone. */
export const truthWords = z.strictObject({
  about: z.string(),
  fromMinute: z.number().min(0),
  untilMinute: z.exactOptional(z.number().min(0)),
  cause: regionWords,
  right: z
    .array(
      z.strictObject({ do: z.enum(['hold', 'slow', 'leave', 'nothing']), region: regionWords }),
    )
    .describe(
      'What should be done; empty: nothing. The oracle does the first, any of them is right.',
    ),
});
export type Truth = z.output<typeof truthWords>;
