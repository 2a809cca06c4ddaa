import { randomBytes } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createAllowances } from '../../adapters/allowance-store.ts';
import { createAssignmentReader } from '../../adapters/assignment-store.ts';
import { readStoredAttempt } from '../../adapters/attempt-content.ts';
import { createTenantReader } from '../../adapters/directory.ts';
import { putAssignment } from '../../adapters/directory-seed.ts';
import { toItem } from '../../adapters/items.ts';
import type { RejectedEvent } from '../../adapters/outcome-bus.ts';
import { findOutcome } from '../../adapters/outcome-lookup.ts';
import { createPacer, writeSendRate } from '../../adapters/pacing-store.ts';
import { createProbes } from '../../adapters/probe-store.ts';
import type { Mail } from '../../adapters/ses-message.ts';
import type { SendAnswer } from '../../adapters/ses-sender.ts';
import { putSuppression, readSuppressions } from '../../adapters/suppression-store.ts';
import { createSwitchHints } from '../../adapters/switch-store.ts';
import { attemptRandomBytes, newAttemptId } from '../../contract/attempt-id.ts';
import type { StreamPolicy } from '../../contract/environment.ts';
import type { TenantItem } from '../../contract/items.ts';
import type { OutcomeEvent } from '../../contract/outcome-event.ts';
import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import { storedAttemptKey } from '../../contract/stored-attempt.ts';
import { assignmentKeys, directoryKeys } from '../../contract/table-keys.ts';
import { type Address, isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { providerOf } from '../../domain/provider.ts';
import { epochMs } from '../../domain/time.ts';
import { dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { DispatchPorts } from '../../lambdas/dispatch/ports.ts';
import type { Dynamo, Tables } from './dynamo.ts';
import { createFaults, type Faults, faultyClient } from './faults.ts';
import { createIntake, type Intake } from './intake.ts';
import { keptIn } from './kept-content.ts';
import { createLater, type Later } from './later.ts';
import type { Body } from './requests.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** A mail that the stand-in for SES was handed, and when. */
export type SesCall = Mail & { readonly at: number };

/** Dispatch with its real adapters on real tables; SES, queues, bus and bucket are plain values. */
export type DispatchWorld = {
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly tables: Tables;
  readonly intake: Intake;
  /** Mail that left the queue to wait for its time. */
  readonly later: Later;
  readonly ports: DispatchPorts;
  readonly sesCalls: SesCall[];
  readonly parked: {
    readonly body: string;
    readonly attributes: Readonly<Record<string, string>>;
  }[];
  readonly rejected: RejectedEvent[];
  /** Outcomes that the bus took. */
  readonly told: OutcomeEvent[];
  /** The content bucket: what apps put there, and held mail. */
  readonly bucket: Map<string, Uint8Array>;
  readonly counts: Map<string, number>;
  readonly failures: unknown[];
  /** Takes one batch off the queue through dispatch, with some ports replaced; false when none was visible. */
  readonly runOnce: (over?: Partial<DispatchPorts>) => Promise<boolean>;
  /** Runs batch after batch, letting time pass, until nothing waits for the clock or `untilMs` have passed. */
  readonly settle: (untilMs?: number) => Promise<void>;
  readonly outcome: (request: Body) => Promise<RequestOutcome | undefined>;
  /** Outcome of each recipient, `reason` after a slash. */
  readonly outcomes: (request: Body) => Promise<readonly string[]>;
  readonly suppress: (address: string, scope?: string, reason?: string) => Promise<void>;
  readonly setTenant: (tenant: Partial<TenantItem> & { readonly tenant: string }) => Promise<void>;
  /** How SES answers; by default it takes everything. */
  answer: (mail: Mail) => SendAnswer | Promise<SendAnswer>;
};

export const accepted = (mail: Mail): SendAnswer => ({
  ok: true,
  sesMessageId: `ses-${mail.attemptId}-${mail.recipientIndex}`,
});

export const defaultPolicy: StreamPolicy = {
  configurationSets: { shared: 'test-transactional-shared', spare: 'test-transactional-spare' },
  ambiguous: 'resend',
  sendRateHeadroom: 1,
  lane: 'transactional',
  concurrency: 3,
  ledgerDays: 30,
  contentDays: 60,
  streams: ['transactional', 'marketing'],
};

const secret = 'a secret of the test';
const invocationMs = 120_000;

/** Builds a world with one tenant (`default`, owns sender.example), two pools and a rate of 500/s. */
export async function createDispatchWorld(
  dynamo: Dynamo,
  over: { readonly policy?: Partial<StreamPolicy>; readonly ratePerSecond?: number } = {},
): Promise<DispatchWorld> {
  const time = createVirtualTime();
  const faults = createFaults();
  const setUp = await dynamo.createTables(dynamo.connectDirectly());
  const client = faultyClient(dynamo.connectDirectly(), faults);
  const tables = mapTables(setUp, (table) => ({ ...table, dynamo: client }));
  const policy = { ...defaultPolicy, ...over.policy };
  const intake = createIntake(time);
  const bucket = new Map<string, Uint8Array>();
  const later = createLater({ bucket, intake, time, faults });
  const world: Omit<DispatchWorld, 'ports' | 'runOnce' | 'settle'> = {
    time,
    faults,
    tables: setUp,
    intake,
    later,
    sesCalls: [],
    parked: [],
    rejected: [],
    told: [],
    bucket,
    counts: new Map(),
    failures: [],
    answer: accepted,
    ...questions(setUp, time),
  };
  await writeSendRate(setUp.pacing, over.ratePerSecond ?? 500);
  await putAssignment(
    setUp.assignments,
    {
      ...assignmentKeys.stream('transactional'),
      pools: [{ pool: 'shared', weight: 1 }],
      version: 1,
      at: time.clock(),
      by: 'test',
      why: 'first',
    },
    0,
  );
  await world.setTenant({ tenant: 'default' });
  const ports = bindPorts(world, tables, policy);
  const runOnce = async (instead: Partial<DispatchPorts> = {}) => {
    const records = intake.receive();
    if (records.length === 0) return false;
    const deadline = epochMs(time.clock() + invocationMs);
    // An invocation begins with nothing remembered, as a new environment does.
    const fresh = { ...bindPorts(world, tables, policy), deadline, ...instead };
    const staying = await faults
      .invocation(() => dispatch(records, fresh))
      .catch(() => 'crashed' as const);
    intake.settle(records, staying);
    return true;
  };
  const settle = async (untilMs = 86_400_000) => {
    const end = time.clock() + untilMs;
    for (;;) {
      const [message = Infinity, schedule = Infinity] = [intake.nextAt(), later.nextAt()];
      const next = Math.min(message, schedule);
      if (next > end) return;
      time.advanceTo(next);
      if (message <= schedule) await runOnce();
      else await later.run().catch(() => undefined);
    }
  };
  return Object.assign(world, { ports, runOnce, settle });
}

function bindPorts(
  world: Omit<DispatchWorld, 'ports' | 'runOnce' | 'settle'>,
  tables: Tables,
  policy: StreamPolicy,
): DispatchPorts {
  const { time, faults, intake } = world;
  const { clock } = time;
  return {
    stream: 'transactional',
    policy,
    clock,
    pause: (milliseconds) => faults.run('pause', () => time.pause(milliseconds)),
    deadline: epochMs(clock() + invocationMs),
    newAttemptId: () => newAttemptId(clock(), randomBytes(attemptRandomBytes)),
    recipientSecret: secret,
    ledger: { ...tables.ledger, keepDays: policy.ledgerDays },
    readTenant: createTenantReader(tables.directory, clock),
    readAssignment: createAssignmentReader(tables.assignments, 'transactional', clock),
    readSuppressions: (questions, now) => readSuppressions(tables.suppression, questions, now),
    readContent: (key, bytesMax) =>
      faults.run('readContent', async () => {
        const bytes = world.bucket.get(key);
        if (!bytes) return { kind: 'missing' };
        if (bytes.byteLength > bytesMax) return { kind: 'too-large', size: bytes.byteLength };
        return { kind: 'found', bytes };
      }),
    holdBody: (key, body) =>
      faults.run('holdBody', async () => {
        world.bucket.set(key, Buffer.from(body));
      }),
    pacer: createPacer(
      tables.pacing,
      { lane: policy.lane, headroom: policy.sendRateHeadroom },
      clock,
    ),
    allowances: createAllowances(tables.pacing, clock),
    probes: createProbes(tables.ledger),
    providerOf: async (domain) => providerOf(domain),
    send: (mail) =>
      faults.run('send', async () => {
        world.sesCalls.push({ ...mail, at: clock() });
        return world.answer(mail);
      }),
    park: (body, attributes) =>
      faults.run('park', async () => {
        world.parked.push({ body, attributes });
      }),
    putLater: (mail, messageId) => world.later.put(mail, messageId),
    returnLater: (record, afterMs) =>
      faults.run('returnLater', async () => intake.returnLater(record, afterMs)),
    hintSwitch: createSwitchHints(tables.pacing, 'transactional', clock),
    publishRejected: (rejected) =>
      faults.run('publishRejected', async () => {
        world.rejected.push(...rejected);
      }),
    publishOutcomes: (events) =>
      faults.run('publishOutcomes', async () => {
        world.told.push(...events);
        return new Set();
      }),
    storeAttempt: (attempt) =>
      faults.run('storeAttempt', async () => {
        world.bucket.set(storedAttemptKey(attempt), Buffer.from(JSON.stringify(attempt)));
      }),
    ...(policy.rescue
      ? {
          readKept: (attempt, now) =>
            faults.run('readKept', () => readStoredAttempt(keptIn(world.bucket), attempt, now)),
        }
      : {}),
    tally: {
      count: (metric, by = 1) => {
        world.counts.set(metric, (world.counts.get(metric) ?? 0) + by);
      },
      parked: (reason) => {
        world.counts.set(`parked ${reason}`, (world.counts.get(`parked ${reason}`) ?? 0) + 1);
      },
      dueAge: () => undefined,
      unrescued: (why) => {
        world.counts.set(`unrescued ${why}`, (world.counts.get(`unrescued ${why}`) ?? 0) + 1);
      },
      failure: (error) => {
        world.failures.push(error);
      },
    },
  };
}

function questions(tables: Tables, time: VirtualTime) {
  const outcome = (request: Body) =>
    findOutcome(tables.ledger, {
      id: String(request['id']),
      tenant: String(request['tenant'] ?? 'default'),
    });
  return {
    outcome,
    outcomes: async (request: Body) =>
      ((await outcome(request))?.recipients ?? []).map(({ outcome: what, reason }) =>
        reason === undefined ? what : `${what}/${reason}`,
      ),
    suppress: async (address: string, scope = 'global', reason = 'manual') => {
      await putSuppression(tables.suppression, {
        recipientKey: keyOf(address),
        scope,
        reason,
        source: 'operator',
        at: time.clock(),
      });
    },
    setTenant: async (tenant: Partial<TenantItem> & { readonly tenant: string }) => {
      const now = time.clock();
      const item: TenantItem = {
        ...directoryKeys.tenant(tenant.tenant),
        status: 'active',
        fromOwned: ['sender.example'],
        createdAt: now,
        updatedAt: now,
        ...tenant,
      };
      const { dynamo, name } = tables.directory;
      await dynamo.send(new PutItemCommand({ TableName: name, Item: toItem(item) }));
    },
  };
}

/** Returns the key under which the worlds' tables know an address. */
export function keyOf(address: string): string {
  return recipientKey(mustParse(address), secret);
}

export function mustParse(address: string): Address {
  const parsed = parseAddress(address);
  if (!isAddress(parsed)) throw new Error(`${address}: ${parsed.detail}`);
  return parsed;
}

function mapTables(tables: Tables, change: (table: Tables['ledger']) => Tables['ledger']): Tables {
  return {
    suppression: change(tables.suppression),
    ledger: change(tables.ledger),
    evidence: change(tables.evidence),
    directory: change(tables.directory),
    assignments: change(tables.assignments),
    pacing: change(tables.pacing),
  };
}
