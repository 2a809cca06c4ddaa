/** A deployment as the rotation function sees it: real tables in memory; SES, the journal and people are plain values. */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createEvents, createSes, createSns, createSqs } from '../../adapters/clients.ts';
import { readDecisions } from '../../adapters/decision-log.ts';
import { putAssignment, putPool, putStream, seedTenant } from '../../adapters/directory-seed.ts';
import { putFailure } from '../../adapters/failure-store.ts';
import { toItem } from '../../adapters/items.ts';
import type { Measure } from '../../adapters/log.ts';
import type { SentRow } from '../../adapters/sent-rows.ts';
import { readPoolStandings, readStreamStanding } from '../../adapters/standing-store.ts';
import { bucketAt } from '../../contract/attempt-id.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import type { OperatorCommand, RotationMessage } from '../../contract/rotation-command.ts';
import { assignmentKeys, directoryKeys, pacingKeys } from '../../contract/table-keys.ts';
import type { Origin } from '../../domain/evidence/model.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { dayMs, type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import { bindPorts } from '../../lambdas/rotation/bind-ports.ts';
import type { Notice, RotationPorts } from '../../lambdas/rotation/ports.ts';
import { createRotation } from '../../lambdas/rotation/rotation.ts';
import type { Dynamo } from './dynamo.ts';

export type RotationWorld = Awaited<ReturnType<typeof createRotationWorld>>;

/** Monday noon: no day or hour ends within a few minutes. */
const begin = epochMs(Date.parse('2026-03-02T12:00:00Z'));

const aPolicy: RotationPolicy = {
  streams: { transactional: { lane: 'transactional' }, marketing: {} },
  warmedByUs: [],
  autonomy: {},
  vetoMinutes: 60,
  movedShareMax: 1,
  holdsMax: 5,
};

/** Returns a deployment with the standard pools a and b, both of which carry both streams. */
export async function createRotationWorld(dynamo: Dynamo, policy: Partial<RotationPolicy> = {}) {
  const client = dynamo.connectDirectly();
  const tables = await dynamo.createTables(client);
  const state = { now: begin, ordinal: 0 };
  const calls: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        calls.push(String(commandName).replace('Command', ''));
        return next(args);
      },
    { step: 'initialize', priority: 'high' },
  );
  const journal = new Map<EpochMs, SentRow[]>();
  const addresses = new Map<string, string[]>([
    ['a', ['192.0.2.1', '192.0.2.2']],
    ['b', ['192.0.2.3']],
    ['quarantine', []],
  ]);
  const told: {
    readonly events: Decision[];
    readonly notices: Notice[];
    readonly lines: string[];
    readonly measured: Measured[];
  } = {
    events: [],
    notices: [],
    lines: [],
    measured: [],
  };
  const unreachable = { region: 'us-east-1', endpoint: 'http://127.0.0.1:9' };
  const reads: EpochMs[] = [];
  const again: EpochMs[] = [];
  const bound = bindPorts(
    {
      DEPLOYMENT: tables.evidence.name.replace(/-evidence$/, ''),
      ROTATION_POLICY: { ...aPolicy, ...policy },
      ROTATION_QUEUE_URL: 'unused',
      ALARM_TOPIC_ARN: 'unused',
    },
    {
      dynamo: client,
      events: createEvents(unreachable),
      ses: createSes(unreachable),
      sns: createSns(unreachable),
      sqs: createSqs(unreachable),
    },
    () => state.now,
  );
  const ports: RotationPorts = {
    ...bound,
    readJournal: async (bucket) => {
      reads.push(bucket);
      return journal.get(bucket) ?? [];
    },
    readAddresses: async (pool) => addresses.get(pool) ?? [],
    readListings: async () => new Map(),
    moveAddress: async (ip, pool) => {
      for (const [name, ips] of addresses)
        addresses.set(
          name,
          ips.filter((one) => one !== ip),
        );
      addresses.set(pool, [...(addresses.get(pool) ?? []), ip]);
    },
    publish: async (decision) => {
      told.events.push(decision);
    },
    notify: async (notice) => {
      told.notices.push(notice);
    },
    wait: async (ms) => {
      state.now = epochMs(state.now + ms);
    },
    askAgain: async (notBefore) => {
      again.push(notBefore);
    },
    measure: (dimensions, measures) => told.measured.push({ dimensions, measures }),
    log: (code) => told.lines.push(code),
    failure: (error) => told.lines.push(`failure ${String(error)}`),
  };
  await declare(tables);
  const run = createRotation(ports);
  const ask = async (message: RotationMessage, by = run) => {
    state.ordinal += 1;
    const queueMessageId = `message-${state.ordinal}`;
    const failed = await by([{ queueMessageId, body: JSON.stringify(message) }]);
    return { failed, id: decisionIdOf(queueMessageId, 0), queueMessageId };
  };
  return {
    ports,
    tables,
    addresses,
    told,
    /** Instants before which the loop asked itself not to look again. */
    again,
    reads,
    /** Every call to a table so far. */
    calls,
    run,
    ask,
    now: () => state.now,
    pass: (ms: number) => {
      state.now = epochMs(state.now + ms);
    },
    /** One minute passes, and the schedule asks. */
    tick: (by = run) => {
      state.now = epochMs(state.now + minuteMs);
      return ask({ kind: 'schedule' }, by);
    },
    /** Another environment, which remembers nothing. */
    another: (over: Partial<RotationPorts> = {}) => createRotation({ ...ports, ...over }),
    command: (words: DistributiveOmit<OperatorCommand, 'by' | 'why'>, by = run) =>
      ask({ kind: 'command', command: { ...words, by: 'ada', why: 'ticket 12' } }, by),
    /** Mail of an origin leaves now. */
    send: async (origin: Partial<Origin>, count: number) => {
      const bucket = bucketAt(state.now);
      journal.set(bucket, [...(journal.get(bucket) ?? []), { origin: originOf(origin), count }]);
      await lease(tables.pacing, state.now);
    },
    /** Mail of an origin that left now is refused. */
    fail: async (origin: Partial<Origin>, count: number, over: Partial<Failing> = {}) => {
      for (let index = 0; index < count; index += 1) {
        state.ordinal += 1;
        await putFailure(tables.evidence, {
          key: `failure-${state.ordinal}`,
          origin: originOf(origin),
          sentAt: bucketAt(state.now),
          heardAt: state.now,
          signal: 'block',
          reason: 'block-ip-reputation',
          weight: 1,
          recipientDomain: `d${index}`,
          vouched: true,
          ...over,
        });
      }
    },
    pools: async (stream: string, provider: string) => {
      const { assignments } = await readStreamStanding(tables.assignments, stream);
      const found = assignments.get(provider) ?? assignments.get('*');
      return found?.pools.map(({ pool }) => pool) ?? [];
    },
    orders: async (stream: string) => (await readStreamStanding(tables.assignments, stream)).orders,
    standings: () => readPoolStandings(tables.assignments),
    decisions: () =>
      readDecisions(tables.evidence, epochMs(begin - dayMs), epochMs(state.now + minuteMs)),
  };
}

type Measured = {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly measures: readonly Measure[];
};

type Failing = Parameters<typeof putFailure>[1];
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

function originOf(over: Partial<Origin>): Origin {
  return {
    tenant: 'acme',
    identity: 'acme.example',
    stream: 'transactional',
    pool: 'a',
    provider: 'microsoft',
    campaign: '',
    ...over,
  };
}

type Tables = Awaited<ReturnType<Dynamo['createTables']>>;

/** What a deploy seeds. */
async function declare(tables: Tables): Promise<void> {
  const createdAt = begin - 100 * dayMs;
  for (const pool of ['a', 'b'])
    await putPool(tables.directory, {
      ...directoryKeys.pool(pool),
      ...{ pool, createdAt, kind: 'standard', state: 'active' },
    });
  for (const stream of ['transactional', 'marketing']) {
    await putStream(tables.directory, {
      ...directoryKeys.stream(stream),
      stream,
      pools: { a: createdAt, b: createdAt },
      retiring: {},
    });
    const pools = ['a', 'b'].map((pool) => ({ pool, weight: 1 }));
    const first = { pools, version: 1, at: createdAt, by: 'deploy', why: 'first deploy' };
    await putAssignment(tables.assignments, { ...assignmentKeys.stream(stream), ...first }, 0);
  }
  for (const tenant of ['acme', 'bolt', 'core', 'dune', 'echo'])
    await seedTenant(tables.directory, {
      ...directoryKeys.tenant(tenant),
      ...{ tenant, status: 'active', fromOwned: [], createdAt, updatedAt: createdAt },
    });
  await lease(tables.pacing, epochMs(0));
}

/** Dispatch leased tokens. */
async function lease({ dynamo, name }: Tables['pacing'], at: EpochMs): Promise<void> {
  await dynamo.send(
    new UpdateItemCommand({
      TableName: name,
      Key: toItem(pacingKeys.account),
      UpdateExpression: 'SET #rate = :rate, m = :at',
      ExpressionAttributeNames: { '#rate': 'rate' },
      ExpressionAttributeValues: toItem({ ':rate': 100, ':at': at }),
    }),
  );
}
