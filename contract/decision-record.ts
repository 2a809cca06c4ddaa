/** A decision of the reputation loop as it is stored, and as the deployment's event bus tells of it. */
import * as z from 'zod';
import { causeKinds } from '../domain/blame/model.ts';
import { signals } from '../domain/classification/reasons.ts';
import {
  autonomies,
  type Brake,
  type Decision,
  poolStates,
  settlements,
} from '../domain/rotation/model.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';
import { weightedPool } from './items.ts';

const ms = z.number().transform((value): EpochMs => epochMs(value));
const texts = z.array(z.string());

const region = z.object({
  tenant: z.exactOptional(z.string()),
  identity: z.exactOptional(z.string()),
  pool: z.exactOptional(z.string()),
  provider: z.exactOptional(z.string()),
  ip: z.exactOptional(z.string()),
  campaign: z.exactOptional(z.string()),
});

const pools = z.array(weightedPool);

const standing = z.object({
  state: z.enum(poolStates),
  since: ms,
  until: z.exactOptional(ms),
  why: z.exactOptional(z.string()),
});

const order = z.object({
  id: z.string(),
  kind: z.enum(['hold', 'slow']),
  region,
  share: z.number(),
  probes: z.exactOptional(z.object({ tenants: texts, mails: z.number() })),
  streams: z.exactOptional(texts),
  trial: z.exactOptional(z.literal(true)),
  tenants: z.exactOptional(texts),
  oldestFirstSince: z.exactOptional(ms),
  since: ms,
  until: ms,
  decision: z.string(),
});

const caps = z.object({
  step: z.number(),
  dayCap: z.number(),
  hourCap: z.number(),
  cleanDays: z.exactOptional(z.array(z.number())),
  lastSentAt: z.exactOptional(ms),
});

const action = z.union([
  z.object({ kind: z.enum(['hold-tenant', 'hold-pair', 'slow']), order }),
  z.object({
    kind: z.literal('move'),
    stream: z.string(),
    provider: z.string(),
    before: pools,
    pools,
  }),
  z.object({
    kind: z.enum(['quarantine', 'release']),
    pool: z.string(),
    provider: z.string(),
    standing,
    before: z.exactOptional(standing),
  }),
  z.object({
    kind: z.literal('quarantine-ip'),
    ip: z.string(),
    from: z.string(),
    to: z.exactOptional(z.string()),
  }),
  z.object({ kind: z.literal('release'), orderId: z.string(), order: z.exactOptional(order) }),
  z.object({
    kind: z.literal('grow'),
    pool: z.string(),
    provider: z.string(),
    warmth: caps,
    before: z.exactOptional(caps),
  }),
  z.object({
    kind: z.literal('rescue'),
    stream: z.string(),
    from: z.string(),
    to: z.string(),
  }),
]);

const signal = z.enum(signals);

const counts = { sent: z.number(), failed: z.number() };

const cause = z.object({
  kind: z.enum(causeKinds),
  region,
  signal,
  onset: ms,
  ...counts,
  expected: z.number(),
  score: z.number(),
  lnOdds: z.number(),
  counterEvidence: z.array(z.object({ region, without: region, ...counts })),
  vouchedBy: z.object({
    providers: z.number(),
    tenants: z.number(),
    recipientDomains: z.number(),
  }),
  earnedBy: z.exactOptional(region),
});

const verdict = z.object({
  region,
  signal,
  signals: z.exactOptional(z.array(signal)),
  level: z.enum(['quiet', 'degrade', 'act']),
  lnEvidence: z.number(),
  lnThreshold: z.number(),
  onset: ms,
  ...counts,
  tolerated: z.number(),
});

/** A table, so that a brake which the rules learn cannot be forgotten here. */
const brakes: Readonly<Record<Brake, true>> = {
  'automation-off': true,
  frozen: true,
  'moved-too-much': true,
  'too-many-holds': true,
  'same-cause-twice': true,
  'stale-feedback': true,
  'no-feedback': true,
  'nothing-warm': true,
  refused: true,
  'change-window': true,
};

/** A decision, read back. */
export const decisionRecord = z.object({
  id: z.string(),
  at: ms,
  autonomy: z.enum(autonomies),
  done: z.boolean(),
  actsAt: z.exactOptional(ms),
  actions: z.array(action),
  cause: z.exactOptional(cause),
  undecided: z.exactOptional(z.object({ candidates: z.array(cause), intersection: region })),
  verdict: z.exactOptional(verdict),
  brake: z.exactOptional(z.enum(keysOf(brakes))),
  page: z.exactOptional(z.string()),
  evidence: texts,
  counterEvidence: texts,
  until: z.exactOptional(ms),
  undo: z.exactOptional(z.string()),
  movers: z.exactOptional(z.literal('established')),
  by: z.exactOptional(z.string()),
  why: z.exactOptional(z.string()),
  moved: z.exactOptional(z.array(z.object({ stream: z.string(), share: z.number() }))),
  settled: z.exactOptional(z.enum(settlements)),
}) satisfies z.ZodType<Decision>;

/** Returns a decision as the table holds it; infinite numbers, which JSON has not, become very large. */
export function writeDecision(decision: Decision): string {
  return JSON.stringify(decision, (_key, value: unknown) =>
    value === Number.POSITIVE_INFINITY
      ? Number.MAX_VALUE
      : value === Number.NEGATIVE_INFINITY
        ? -Number.MAX_VALUE
        : value,
  );
}

/** Returns the decision that a stored text holds. @throws where it holds none */
export function readDecision(text: string): Decision {
  return decisionRecord.parse(JSON.parse(text));
}

/** `detail-type` of the event that tells of a decision; its source is that of the outcomes. */
export const decisionEventType = 'Reputation Decision';

/** Returns the event's detail: what was decided about which part of the mail, and why. Never an address of a person. */
export function decisionEvent(decision: Decision) {
  const { id, at, autonomy, done, actions, cause, brake, until, undo, by, why } = decision;
  return {
    version: 1 as const,
    decisionId: id,
    at: new Date(at).toISOString(),
    autonomy,
    done,
    actions,
    evidence: decision.evidence,
    counterEvidence: decision.counterEvidence,
    ...(cause ? { cause: { kind: cause.kind, region: cause.region, signal: cause.signal } } : {}),
    ...(brake ? { brake } : {}),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(undo === undefined ? {} : { undo }),
    ...(by === undefined ? {} : { by }),
    ...(why === undefined ? {} : { why }),
  };
}

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table).filter((name): name is K => name in table);
}
