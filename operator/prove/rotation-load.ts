import { setTimeout as pause } from 'node:timers/promises';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { addTenant } from '../../adapters/tenant-directory.ts';
import type { PipelineConfigInput } from '../../contract/pipeline-config.ts';
import { choosePool } from '../../domain/assignment.ts';
import type { Backend } from '../actions/backend.ts';

/** Mails per second for the whole of a run. */
export const perSecond = 50;

export const pools = ['east', 'west'] as const;
export type PoolName = (typeof pools)[number];

/** The address of each pool: a provider that blocks it refuses the pool. */
export const addressOf = { east: '192.0.2.10', west: '192.0.2.20' } as const;

/** A recipient's domain at each provider; a small server is never blocked. */
const domains: Readonly<Record<string, string>> = {
  microsoft: 'outlook.com',
  gmail: 'gmail.com',
  yahoo: 'yahoo.com',
  apple: 'icloud.com',
  gmx: 'gmx.net',
  other: 'shop.example',
};
const providers = Object.keys(domains);

const stream = 'transactional';
const sendingDomain = 'sender.example';
const sendersPerPool = 6;
const tickMs = 100;

/**
 * Two pools of an address each, whose volume SES raises, and a loop that acts by itself. Several providers
 * refuse a pool within one run, so more than a fifth of the stream may move in the hour.
 */
export const rotatingConfig = {
  deployment: 'rotating',
  sendingDomains: [{ domain: sendingDomain }],
  tenancy: 'many',
  streams: { [stream]: { lane: stream, pools: [...pools], deliveryEvents: true } },
  pools: {
    east: { kind: 'standard', warmUp: 'ses' },
    west: { kind: 'standard', warmUp: 'ses' },
  },
  limits: { dispatchConcurrency: 2 },
  reputation: {
    movedShareMax: 1,
    autonomy: {
      'hold-tenant': 'act',
      'hold-pair': 'act',
      slow: 'act',
      move: 'act',
      quarantine: 'act',
    },
  },
} satisfies PipelineConfigInput;

/** One mail that was put into the queue. */
export type Sent = {
  readonly id: string;
  readonly tenant: string;
  readonly provider: string;
  /** The pool that takes its tenant's mail as long as nothing moves. */
  readonly usual: PoolName;
};

/** Mail that is put into the queue at a steady pace until it is stopped. */
export type Load = {
  readonly sent: readonly Sent[];
  readonly stop: () => Promise<void>;
};

/** Adds the accounts and begins to send: every account to every provider in turn. */
export async function startLoad(backend: Backend): Promise<Load> {
  const senders = await addSenders(backend);
  const queueUrl = await readQueueUrl(backend.sqs, backend.names.intakeQueue(stream));
  const sent: Sent[] = [];
  const startedAt = performance.now();
  let isStopped = false;
  const put = async () => {
    while (!isStopped) {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
      const mails = Array.from({ length: due - sent.length }, (_, index) =>
        mailOf(sent.length + index, senders),
      );
      sent.push(...mails);
      const bodies = mails.map((mail) => ({ body: bodyOf(mail), group: mail.tenant }));
      const taken = await sendBodies(backend.sqs, queueUrl, bodies);
      if (!taken.every(Boolean)) throw new Error('the queue did not take every mail');
      await pause(tickMs);
    }
  };
  const putting = put();
  return {
    sent,
    stop: async () => {
      isStopped = true;
      await putting;
    },
  };
}

type Sender = Pick<Sent, 'tenant' | 'usual'>;

/** Which pool an account meets follows from its name. */
async function addSenders({ tables }: Backend): Promise<readonly Sender[]> {
  const weighted = pools.map((pool) => ({ pool, weight: 1 }));
  const senders: Sender[] = [];
  for (let index = 1; senders.length < pools.length * sendersPerPool; index += 1) {
    const tenant = `tenant-${index}`;
    const chosen = choosePool(weighted, tenant);
    const usual = pools.find((pool) => pool === chosen);
    if (!usual || senders.filter((one) => one.usual === usual).length === sendersPerPool) continue;
    const fromOwned = [`${tenant}.${sendingDomain}`];
    await addTenant(tables.directory, { tenant, fromOwned }, Date.now());
    senders.push({ tenant, usual });
  }
  return senders;
}

function mailOf(position: number, senders: readonly Sender[]): Sent {
  const sender = senders[position % senders.length];
  const provider = providers[Math.floor(position / senders.length) % providers.length];
  if (!sender || provider === undefined) throw new Error('nobody sends');
  return { id: `m-${position}`, provider, ...sender };
}

/** The address says which mail it is. */
function bodyOf({ id, tenant, provider }: Sent): string {
  return JSON.stringify({
    ...{ version: 1, kind: 'message', id, tenant, stream },
    from: `news@${tenant}.${sendingDomain}`,
    to: `${id}@${domains[provider]}`,
    content: { subject: 'News', text: 'Hello' },
  });
}
