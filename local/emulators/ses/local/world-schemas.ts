import * as z from 'zod';
import type { WorldEvent } from '../../../../world/model.ts';
import { strict } from './local-schemas.ts';

const share = z.number().min(0).max(1);
const name = z.string().min(1);
const forMs = z.exactOptional(z.number().positive());

/** `PUT /_local/world`: switches, domains' providers and what a sender's lists are like. */
export const worldChange = strict({
  on: z.exactOptional(z.boolean()),
  speed: z.exactOptional(z.number().positive().max(100_000)),
  calm: z.exactOptional(z.boolean()),
  domains: z.exactOptional(z.record(z.string(), name)),
  senders: z.exactOptional(
    z.record(
      z.string(),
      strict({
        unknownShare: z.exactOptional(share),
        complaintShare: z.exactOptional(share),
        trapShare: z.exactOptional(share),
        spamminess: z.exactOptional(share),
      }),
    ),
  ),
});

const worldEvent = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('list-ip'), ip: z.ipv4(), list: name, forMs }),
  strict({ kind: z.literal('list-domain'), domain: name, list: name, forMs }),
  strict({ kind: z.literal('block-ip'), ip: z.ipv4(), provider: name, forMs }),
  strict({ kind: z.literal('block-range'), prefix: name, provider: name, forMs }),
  strict({ kind: z.literal('block-domain'), domain: name, provider: name, forMs }),
  strict({ kind: z.literal('quota-domain'), domain: name, provider: name, forMs }),
  strict({
    kind: z.literal('outage'),
    provider: name,
    forMs: z.number().positive(),
    share: z.exactOptional(share),
  }),
  strict({
    kind: z.literal('answer'),
    provider: name,
    reply: name,
    status: z.string().regex(/^[45]\.\d{1,3}\.\d{1,3}$/),
    share: z.exactOptional(share),
    forMs,
  }),
  strict({
    kind: z.literal('acquaint'),
    name,
    as: z.enum(['ip', 'domain']),
    provider: z.exactOptional(name),
    mailsPerDay: z.number().nonnegative(),
    mailsPerHour: z.exactOptional(z.number().nonnegative()),
  }),
  strict({ kind: z.literal('forgive'), name, provider: z.exactOptional(name) }),
]) satisfies z.ZodType<WorldEvent>;

/** `POST /_local/world`: one event or several. */
export const worldEvents = z.preprocess(
  (body) => (Array.isArray(body) ? body : [body]),
  z.array(worldEvent),
);
