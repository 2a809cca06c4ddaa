/** What may happen in a scenario: to its tenants, to the world, and to the news of it. */
import * as z from 'zod';
import { quality } from './scenario-words.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/);
const atMinute = z.number().min(0).describe('Minutes after the start.');
const forMinutes = z.number().positive();
const share = z.number().min(0).max(1);

/** How a tenant's mail changes; what is not named stays. */
const change = {
  unknownShare: z.exactOptional(quality.unknownShare),
  complaintShare: z.exactOptional(quality.complaintShare),
  trapShare: z.exactOptional(quality.trapShare),
  spamminess: z.exactOptional(quality.spamminess),
  urlDomain: z.exactOptional(quality.urlDomain),
  volumeFactor: z.exactOptional(z.number().min(0).max(1000)),
};

const ofTenant = { atMinute, forMinutes: z.exactOptional(forMinutes), tenant: name, ...change };

/** Mail that nobody should receive from the change on; the others are changes of good mail. */
const badKinds = ['bad-list', 'takeover', 'bad-content'] as const;
const goodKinds = ['spike', 'drift'] as const;

const tenantEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bad-list'), ...ofTenant }),
  z.strictObject({ kind: z.literal('takeover'), ...ofTenant }),
  z.strictObject({ kind: z.literal('bad-content'), ...ofTenant }),
  z.strictObject({ kind: z.literal('spike'), ...ofTenant }),
  z.strictObject({
    kind: z.literal('drift'),
    ...ofTenant,
    overMinutes: forMinutes.describe('The change grows evenly over so long.'),
    bad: z.boolean().default(false),
  }),
]);
export type TenantEvent = z.output<typeof tenantEvent>;

const maybeFor = { forMinutes: z.exactOptional(forMinutes) };
const worldEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('list-ip'), atMinute, ip: z.ipv4(), list: name, ...maybeFor }),
  z.strictObject({
    kind: z.literal('list-domain'),
    atMinute,
    domain: name,
    list: name,
    ...maybeFor,
  }),
  z.strictObject({
    kind: z.literal('block-ip'),
    atMinute,
    ip: z.ipv4(),
    provider: name,
    ...maybeFor,
  }),
  z.strictObject({
    kind: z.literal('block-range'),
    atMinute,
    prefix: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/)
      .describe('The first three numbers of a /24.'),
    provider: name,
    ...maybeFor,
  }),
  z.strictObject({
    kind: z.literal('block-domain'),
    atMinute,
    domain: name,
    provider: name,
    ...maybeFor,
  }),
  z.strictObject({
    kind: z.literal('quota-domain'),
    atMinute,
    domain: name,
    provider: name,
    ...maybeFor,
  }),
  z.strictObject({
    kind: z.literal('outage'),
    atMinute,
    provider: name,
    forMinutes,
    share: z.exactOptional(share),
  }),
]);
export type ScenarioWorldEvent = z.output<typeof worldEvent>;

const newsEvent = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('feedback-delay'),
    atMinute,
    forMinutes,
    delaySeconds: z.number().positive().max(7200),
  }),
  z.strictObject({ kind: z.literal('feedback-repeated'), atMinute, forMinutes, share }),
  z.strictObject({ kind: z.literal('feedback-reordered'), atMinute, forMinutes, share }),
  z.strictObject({
    kind: z.literal('forged-replies'),
    atMinute,
    forMinutes,
    tenant: name,
    share: share.describe('Share of the tenant’s mail to `other` that goes to the hostile domain.'),
    recipientDomain: name,
    reply: z.string().min(1).max(500).describe('`{ip}` stands for the sending address.'),
  }),
]);
export type NewsEvent = z.output<typeof newsEvent>;

export const scenarioEvent = z.discriminatedUnion('kind', [tenantEvent, worldEvent, newsEvent]);
export type ScenarioEvent = z.output<typeof scenarioEvent>;

const tenantKinds: ReadonlySet<string> = new Set([...badKinds, ...goodKinds]);
const newsKinds: ReadonlySet<string> = new Set([
  'feedback-delay',
  'feedback-repeated',
  'feedback-reordered',
  'forged-replies',
]);

/** Returns the event where it changes a tenant's mail. */
export function asTenantEvent(event: ScenarioEvent): TenantEvent | undefined {
  return isTenantEvent(event) ? event : undefined;
}

/** Returns the event where it changes how news travels. */
export function asNewsEvent(event: ScenarioEvent): NewsEvent | undefined {
  return isNewsEvent(event) ? event : undefined;
}

/** Returns the event where it happens to the world outside. */
export function asWorldEvent(event: ScenarioEvent): ScenarioWorldEvent | undefined {
  return isTenantEvent(event) || isNewsEvent(event) ? undefined : event;
}

/** Whether mail of the tenant is bad from this event on. */
export function makesBad(event: TenantEvent): boolean {
  return event.kind === 'drift' ? event.bad : badKinds.some((kind) => kind === event.kind);
}

function isTenantEvent(event: ScenarioEvent): event is TenantEvent {
  return tenantKinds.has(event.kind);
}

function isNewsEvent(event: ScenarioEvent): event is NewsEvent {
  return newsKinds.has(event.kind);
}
