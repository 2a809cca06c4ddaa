/** Faults of reputation: what mailbox providers, recipients and tenants do to it. */
import * as z from 'zod';
import { readDecisions } from '../../adapters/decision-log.ts';
import { readNews } from '../../adapters/evidence-store.ts';
import type { Action, Decision } from '../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { senders, tenants } from './alarm-config.ts';
import {
  domainOf,
  lookAtEvidence,
  type Mail,
  type Stage,
  waitForLog,
  waitUntil,
} from './alarm-stage.ts';
import type { AlarmFault } from './alarm-trial.ts';

const [good, bad] = tenants;

let waves = 0;

/** More than a new address may send to one mailbox provider in a day. */
const beyondCap = 60;

/** Enough mail for SES to speak of a rate, and how much of it fails. */
const ratedMails = 60;
const deadAddresses = 10;
const complaints = 3;

/** More news than these faults make. */
const newsMax = 1_000;

/** A few hard bounces of so much mail are far from SES's review line. */
const muchMail = 1_000;

const noWarmCapacity: AlarmFault = {
  name: 'a new pool has sent all that it may to a mailbox provider',
  kind: 'no-warm-capacity',
  by: 'sixty mails for Gmail arrive in a stream whose only pool has new addresses',
  prepare: async (stage) => {
    await look(stage, /rotation.decided/);
  },
  induce: async (stage) => {
    const line = stage.logs.length;
    await stage.send([mailTo('gmail.com', beyondCap, { id: 'warm', stream: 'marketing' })]);
    await waitForLog(stage, /"NoRoom":/, line);
  },
  names: ['Pool north', 'gmail'],
  shows: ['later'],
  heal: async () => undefined,
};

const bouncesNearLine: AlarmFault = {
  name: 'a tenant writes to a bad list',
  kind: 'bounce-rate',
  by: 'a sixth of what one tenant sends bounces as unknown',
  lingers: true,
  induce: (stage) => sendRated(stage, { outcome: 'bounce', count: deadAddresses }),
  names: ['bounce rate of this account', '5 %'],
  shows: [bad],
  heal: forgetRates,
};

const complaintsNearLine: AlarmFault = {
  name: "a tenant's recipients complain",
  kind: 'complaint-rate',
  by: 'a twentieth of the recipients of one tenant complain',
  lingers: true,
  induce: (stage) => sendRated(stage, { outcome: 'complaint', count: complaints }),
  names: ['complaint rate of this account', '0.1 %'],
  shows: [bad],
  heal: forgetRates,
};

/** What the loop may do by itself in these faults; before them it only observes. */
const acts = ['move', 'quarantine', 'hold-tenant'] as const;

const providerBlocksPool: AlarmFault = {
  name: 'a mailbox provider blocks the address of a pool',
  kind: 'pool-quarantined',
  by: 'Microsoft refuses the address of pool east while eight accounts write to four providers',
  prepare: async (stage) => {
    for (const [pool, ip] of Object.entries(addresses)) await lease(stage, pool, ip);
    await stage.local('/world', { method: 'PUT', body: { on: true } });
    for (const kind of acts)
      await stage.command(['autonomy', kind, 'act', '--yes', '--why', 'we trust it']);
    await wave(stage, [...senders.east, ...senders.west, ...senders.east, ...senders.west]);
  },
  induce: async (stage) => {
    await happen(stage, { kind: 'block-ip', ip: addresses.east, provider: 'microsoft' });
    await waitUntil('the loop quarantines the pool', async () => {
      await wave(stage, [...senders.east, ...senders.west]);
      return (await decisionWith(stage, 'quarantine')) !== undefined;
    });
    await look(stage, /"PoolsQuarantined":[1-9]/);
  },
  goOn: lookAtEvidence,
  names: ['pool east', 'microsoft'],
  shows: [/east +\S+ +microsoft +quarantined/],
  heal: async (stage) => {
    await happen(stage, { kind: 'forgive', name: addresses.east });
    const { id = '' } = (await decisionWith(stage, 'quarantine')) ?? {};
    await stage.command(['decisions', 'undo', id, '--yes', '--why', 'they mended it']);
  },
};

const tenantHeld: AlarmFault = {
  name: 'the loop holds a tenant that writes to dead addresses',
  kind: 'tenant-held',
  by: 'nobody knows the recipients of one of eight accounts',
  // So much good mail that the account's own bounce rate stays where it is.
  prepare: async (stage) => {
    const parts = Array.from({ length: muchMail / 50 }, (_, part) => `much-${part}`);
    await stage.send(parts.map((id) => mailTo('reader.example', 50, { id })));
    await waitUntil('much mail has left', async () => (await sentOf(stage, 'much')) === muchMail);
  },
  induce: async (stage) => {
    const [suspect] = senders.west;
    const body = { senders: { [domainOf(suspect)]: { unknownShare: 1 } } };
    await stage.local('/world', { method: 'PUT', body });
    await waitUntil('the loop holds the tenant', async () => {
      await wave(stage, [...senders.east, ...senders.west]);
      return (await decisionWith(stage, 'hold-tenant')) !== undefined;
    });
    await look(stage, /"TenantsHeld":[1-9]/);
  },
  goOn: lookAtEvidence,
  names: [senders.west[0]],
  shows: [senders.west[0]],
  heal: async (stage) => {
    const { id = '' } = (await decisionWith(stage, 'hold-tenant')) ?? {};
    await stage.command(['decisions', 'undo', id, '--yes', '--why', 'the list was cleaned']);
  },
};

/** The faults of this table. */
export const reputationFaults: readonly AlarmFault[] = [
  bouncesNearLine,
  complaintsNearLine,
  noWarmCapacity,
  providerBlocksPool,
  tenantHeld,
];

/** An address of each pool. */
const addresses = { east: '192.0.2.10', west: '192.0.2.20', north: '192.0.2.30' } as const;

const domains = ['outlook.com', 'gmail.com', 'yahoo.com', 'shop.example'];

async function lease({ local, backend }: Stage, pool: string, ip: string): Promise<void> {
  const body = { pool: backend.names.dedicatedIpPool(pool), ips: [ip], warm: true };
  await local('/ses/dedicated-ips', { method: 'PUT', body });
}

async function happen({ local }: Stage, event: object): Promise<void> {
  await local('/world', { method: 'POST', body: event });
}

/** Sends one request of each account, to somebody at each provider, and waits until it has left. */
async function wave(stage: Stage, tenantsOf: readonly string[]): Promise<void> {
  const line = stage.logs.length;
  waves += 1;
  await stage.send(
    tenantsOf.map((tenant, index) => {
      const id = `wave-${waves}-${index}`;
      return { id, tenant, to: domains.map((domain) => `${id}@${domain}`) };
    }),
  );
  await waitForLog(stage, /"Kind":"(delivery|bounce)"/, line);
}

async function decisionWith(
  { backend }: Stage,
  kind: Action['kind'],
): Promise<Decision | undefined> {
  const now = Date.now();
  const found = await readDecisions(
    backend.tables.evidence,
    epochMs(now - hourMs),
    epochMs(now + hourMs),
  );
  return found.find(({ done, actions }) => done && actions.some((one) => one.kind === kind));
}

/** Lets the loop's minute come, and waits until it has written this. */
async function look(stage: Stage, text: RegExp): Promise<void> {
  const line = stage.logs.length;
  await lookAtEvidence(stage);
  await waitForLog(stage, text, line);
}

function recipients(domain: string, count: number, prefix: string): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}@${domain}`);
}

function mailTo(domain: string, count: number, mail: Pick<Mail, 'id'> & Partial<Mail>): Mail {
  return { tenant: good, to: recipients(domain, count, mail.id).slice(0, 50), ...mail };
}

/** Sends enough mail for a rate, of which so much fails, and waits until the pipeline has heard of all of that. */
async function sendRated(
  stage: Stage,
  { outcome, count }: { readonly outcome: 'bounce' | 'complaint'; readonly count: number },
): Promise<void> {
  const to = recipients('reader.example', ratedMails, outcome);
  await script(stage, to.slice(0, count), outcome);
  const half = ratedMails / 2;
  await stage.send([
    { id: `${outcome}-1`, tenant: bad, to: to.slice(0, half) },
    { id: `${outcome}-2`, tenant: bad, to: to.slice(half) },
  ]);
  await waitUntil(`${count} news of a ${outcome}`, async () => {
    const now = Date.now();
    const window = { since: epochMs(now - hourMs), until: epochMs(now + minuteMs) };
    const { failures } = await readNews(stage.backend.tables.evidence, window, newsMax);
    return failures.filter(({ signal }) => signal === signalOf[outcome]).length >= count;
  });
}

const signalOf = { bounce: 'hard-bounce', complaint: 'complaint' } as const;

async function script({ local }: Stage, to: readonly string[], outcome: string): Promise<void> {
  const scripts = to.map((address) => ({ address, outcome }));
  await local('/ses/recipients', { method: 'PUT', body: scripts });
}

/** Good mail pushes the bad out of what SES looks back on; for a moment that is little. */
async function forgetRates(stage: Stage): Promise<void> {
  const lookBackOn = (rateVolume: number) =>
    stage.local('/ses/account', { method: 'PUT', body: { rateVolume } });
  await lookBackOn(50);
  const id = `clean-${Date.now()}`;
  await stage.send([1, 2].map((part) => mailTo('reader.example', 50, { id: `${id}-${part}` })));
  await waitUntil('clean mail has left', async () => (await sentOf(stage, id)) === 100);
  await lookBackOn(10_000);
}

const messages = z.array(z.looseObject({ destination: z.object({ to: z.array(z.string()) }) }));

async function sentOf({ local }: Stage, id: string): Promise<number> {
  const all = messages.parse(await local('/messages'));
  return all.filter(({ destination }) => destination.to.some((to) => to.startsWith(id))).length;
}
