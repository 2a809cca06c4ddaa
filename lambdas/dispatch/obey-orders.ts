import { campaignOfRequest, identityOfRequest } from '../../contract/request-origin.ts';
import type { Origin } from '../../domain/evidence/model.ts';
import { ruleOn } from '../../domain/order.ts';
import type { HoldReason } from '../../domain/reasons.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, instantOf } from '../../domain/time.ts';
import type { DispatchPorts } from './ports.ts';
import type { Entry } from './send-attempt.ts';

/** A recipient that waits for a known time, and why. */
export type Waiting = {
  readonly entry: Entry;
  readonly until: EpochMs;
  readonly reason: HoldReason;
};

/** Entries that may go on, and those that wait. */
export type Divided = { readonly entries: readonly Entry[]; readonly waiting: readonly Waiting[] };

/** Returns where a recipient's mail comes from and goes to. */
export function originOf({ job, pool, provider }: Entry, stream: string): Origin {
  const { request } = job;
  return {
    tenant: request.tenant,
    identity: identityOfRequest(request),
    stream,
    pool,
    provider,
    campaign: campaignOfRequest(request),
  };
}

/**
 * Leaves out recipients whose mail an order of the reputation loop holds or slows, before any of the rate is
 * leased for them. One that may be a probe goes on as such until `takeProbes` decides. Takes nothing.
 * @throws when the orders cannot be read: the mail waits
 */
export async function withoutHeld(
  entries: readonly Entry[],
  ports: DispatchPorts,
): Promise<Divided> {
  const { orders } = await ports.readAssignment();
  if (orders.length === 0) return { entries, waiting: [] };
  const going: Entry[] = [];
  const waiting: Waiting[] = [];
  for (const given of entries) {
    const { probe: _probe, canary: _canary, ...entry } = given;
    const ruling = ruleOf(entry, orders, ports);
    if (ruling.kind === 'wait') waiting.push(held(entry, ruling.until));
    else if (ruling.kind === 'probe') going.push({ ...entry, probe: ruling });
    else going.push(ruling.canary ? { ...entry, canary: true } : entry);
  }
  return { entries: going, waiting };
}

/**
 * Takes the probes among an attempt's entries from what their orders grant; those for whom nothing is left
 * wait as all held mail does. It is durable before SES is called.
 * @throws when they cannot be written: the mail waits
 */
export async function takeProbes(
  entries: readonly Entry[],
  { probes }: DispatchPorts,
): Promise<Divided> {
  const waiting: Waiting[] = [];
  for (const entry of entries) {
    if (!entry.probe) continue;
    const { orders, until } = entry.probe;
    const { tenant } = entry.job.request;
    for (const order of orders)
      if ((await probes.take(order, tenant, 1)) === 0) {
        waiting.push(held(entry, until));
        break;
      }
  }
  const stopped = new Set(waiting.map(({ entry }) => entry));
  return { entries: entries.filter((entry) => !stopped.has(entry)), waiting };
}

function ruleOf(entry: Entry, orders: readonly Order[], ports: DispatchPorts) {
  const { job, recipient } = entry;
  const mail = {
    origin: originOf(entry, ports.stream),
    key: `${job.messageId}#${recipient.index}`,
    dueAt: epochMs(Math.max(job.record.enqueuedAt, instantOf(job.request.sendAt) ?? 0)),
    expiresAt: instantOf(job.request.expiresAt),
  };
  const ruling = ruleOn(mail, orders, ports.clock());
  if (ruling.kind !== 'probe') return ruling;
  const { tenant } = mail.origin;
  const areSpent = ruling.orders.some((order) => ports.probes.areSpent(order, tenant));
  return areSpent ? { kind: 'wait' as const, until: ruling.until } : ruling;
}

function held(entry: Entry, until: EpochMs): Waiting {
  return { entry, until, reason: 'reputation-hold' };
}
