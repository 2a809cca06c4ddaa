import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { deleteAllowance, type Pair, writeAllowance } from '../../adapters/allowance-store.ts';
import { createBlocklistQuery } from '../../adapters/blocklist-query.ts';
import { putDecision, readDecisions } from '../../adapters/decision-log.ts';
import { putAssignment, readPools } from '../../adapters/directory-seed.ts';
import {
  putCursor,
  putSentPeriod,
  readCursor,
  readNews,
  readSentPeriods,
} from '../../adapters/evidence-store.ts';
import { sendBodies } from '../../adapters/intake.ts';
import { getItems, queryPartition, type Table } from '../../adapters/items.ts';
import { readJournal } from '../../adapters/journal-store.ts';
import { describeError, log, logMetrics } from '../../adapters/log.ts';
import { readLastLease } from '../../adapters/pacing-store.ts';
import { besideQueue } from '../../adapters/queue-depth.ts';
import { readableItem } from '../../adapters/readable-item.ts';
import { deleteRescue, putRescue, readRescues } from '../../adapters/rescue-store.ts';
import { moveAddress, readPoolAddresses } from '../../adapters/rotation-addresses.ts';
import { notify, publishDecision } from '../../adapters/rotation-notice.ts';
import { askRotation } from '../../adapters/rotation-queue.ts';
import {
  deleteOrder,
  putAutomation,
  putOrder,
  putStanding,
  readAutomation,
  readPoolStandings,
  readStreamStanding,
} from '../../adapters/standing-store.ts';
import { readDecision, writeDecision } from '../../contract/decision-record.ts';
import type { rotationEnvironment } from '../../contract/environment.ts';
import { streamItem, tenantItem, weightedPool } from '../../contract/items.ts';
import { namesOf } from '../../contract/names.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { blocklistZones, keepersByDefault } from '../../domain/blocklist-zones.ts';
import type { Caps, Decision } from '../../domain/rotation/model.ts';
import { type Clock, dayMs, type EpochMs, epochMs, hourMs } from '../../domain/time.ts';
import { rowsOfJournal } from './journal-rows.ts';
import type { EvidencePorts, MemoryPorts, RotationPorts } from './ports.ts';

type Clients = {
  readonly dynamo: DynamoDBClient;
  readonly events: EventBridgeClient;
  readonly ses: SESv2Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
};

/** Binds what rotation asks for to this deployment's tables, bus, topic and SES. */
export function bindPorts(
  environment: z.output<typeof rotationEnvironment>,
  { dynamo, events, ses, sns, sqs }: Clients,
  clock: Clock = () => epochMs(Date.now()),
): RotationPorts {
  const { DEPLOYMENT, ROTATION_POLICY: policy, ALARM_TOPIC_ARN: topicArn } = environment;
  const names = namesOf(DEPLOYMENT);
  const table = (name: keyof typeof names.tables): Table => ({ dynamo, name: names.tables[name] });
  const [assignments, directory, evidence] = [
    table('assignments'),
    table('directory'),
    table('evidence'),
  ];
  const bus = { events, name: names.eventBus };
  return {
    clock,
    policy,
    streams: Object.keys(policy.streams),
    log,
    measure: (dimensions, measures) =>
      logMetrics(clock(), { Deployment: DEPLOYMENT, ...dimensions }, measures),
    failure: (error) => log('rotation.failed', describeError(error)),
    ...bindStandings(assignments),
    ...bindEvidence({ evidence, ledger: table('ledger'), pacing: table('pacing') }),
    readPoolItems: () => readPools(directory),
    readStreamItems: async () => {
      const streams: z.output<typeof streamItem>[] = [];
      for await (const raw of queryPartition(directory, directoryKeys.streams)) {
        const stream = readableItem(streamItem, raw);
        if (stream) streams.push(stream);
      }
      return streams;
    },
    readDecisions: (since, now) => readDecisions(evidence, since, now),
    readAddresses: (pool) => readPoolAddresses(ses, names.dedicatedIpPool(pool)),
    readTenants: async (tenants) =>
      (await getItems(directory, tenants.map(directoryKeys.tenant))).flatMap(
        (item) => readableItem(tenantItem, item) ?? [],
      ),
    readListings: createBlocklistQuery({
      zones: blocklistZones({ keepers: keepersByDefault, ...policy.blocklists }),
      clock,
      failure: (error) => log('rotation.blocklist-silent', describeError(error)),
    }),
    readRescues: (stream) => readRescues(assignments, stream),
    putRescue: (stream, rescue) => putRescue(assignments, stream, rescue),
    deleteRescue: (stream, id) => deleteRescue(assignments, stream, id),
    askDispatch: (stream, bodies) =>
      sendBodies(
        sqs,
        besideQueue(environment.ROTATION_QUEUE_URL, names.intakeQueue(stream)),
        bodies,
      ),
    writeCaps: (pair, caps, now) => writeCaps(table('pacing'), { ...pair, ...caps }, now),
    deleteCaps: (pair) => deleteAllowance(table('pacing'), pair),
    moveAddress: (ip, pool) => moveAddress(ses, ip, names.dedicatedIpPool(pool)),
    putDecision: (decision) => putDecision(evidence, decision),
    publish: (decision) => publishDecision(bus, decision),
    notify: (notice) => notify({ sns, topicArn }, notice),
    wait: (ms) => sleep(ms),
    askAgain: async (notBefore) => {
      const message = { kind: 'again' as const, notBefore };
      await askRotation(sqs, environment.ROTATION_QUEUE_URL, { message, slot: 'again' });
    },
    ...bindMemory(evidence),
  };
}

/** What stands: rotation reads it, and alone writes it beside the deploy's seed. */
function bindStandings(assignments: Table) {
  return {
    readStreamStanding: (stream) => readStreamStanding(assignments, stream),
    readPoolStandings: () => readPoolStandings(assignments),
    readAutomation: () => readAutomation(assignments),
    putOrder: (stream, order) => putOrder(assignments, stream, order),
    deleteOrder: (stream, id) => deleteOrder(assignments, stream, id),
    putAssignment: (item, before) => putAssignment(assignments, item, before),
    putStanding: (item, before) => putStanding(assignments, item, before),
    putAutomation: (item) => putAutomation(assignments, item),
  } satisfies Partial<RotationPorts>;
}

/** Periods and days keep to UTC's full hours and days, as the ladder does. */
function writeCaps(
  pacing: Table,
  { pool, provider, hourCap, dayCap }: Pair & Caps,
  now: EpochMs,
): Promise<void> {
  return writeAllowance(pacing, {
    ...{ pool, provider, dayCap },
    cap: hourCap,
    periodMs: hourMs,
    firstResetsAt: nextMultiple(now, hourMs),
    firstDayResetsAt: nextMultiple(now, dayMs),
  });
}

function nextMultiple(now: EpochMs, periodMs: number): EpochMs {
  return epochMs((Math.floor(now / periodMs) + 1) * periodMs);
}

function bindEvidence({
  evidence,
  ledger,
  pacing,
}: Readonly<Record<'evidence' | 'ledger' | 'pacing', Table>>): Omit<EvidencePorts, 'log'> {
  return {
    readJournal: async (bucket) => rowsOfJournal(await readJournal(ledger, bucket)),
    lastLeaseAt: () => readLastLease(pacing),
    readNews: (window, countMax) => readNews(evidence, window, countMax),
    readSentPeriods: (level, window) => readSentPeriods(evidence, level, window),
    putSentPeriod: (level, period) => putSentPeriod(evidence, level, period),
    readRolled: () => readCursor(evidence, 'rolled', rolled),
    putRolled: (value) => putCursor(evidence, 'rolled', value),
  };
}

function bindMemory(evidence: Table): MemoryPorts {
  return {
    readSlow: () => readCursor(evidence, 'slow', slow),
    putSlow: (value) => putCursor(evidence, 'slow', value),
    readPending: async () => {
      const { pending, last } = (await readCursor(evidence, 'pending', begun)) ?? {};
      return {
        ...(pending
          ? { pending: { ...pending, decisions: pending.decisions.flatMap(begunDecision) } }
          : {}),
        ...(last === undefined ? {} : { last }),
      };
    },
    putPending: ({ decisions, ...words }) =>
      putCursor(evidence, 'pending', {
        pending: { ...words, decisions: decisions.map(writeDecision) },
      }),
    clearPending: (last) => putCursor(evidence, 'pending', { last }),
    readLastGood: async () => (await readCursor(evidence, 'last-good', good))?.assignments,
    putLastGood: (value) => putCursor(evidence, 'last-good', { assignments: [...value] }),
  };
}

const ms = z.number().transform((value): EpochMs => epochMs(value));

const rolled = z.object({ until: ms, sixHoursUntil: ms });
const slow = z.object({ reportedAt: ms, dayClosed: ms });

const begun = z.object({
  pending: z.exactOptional(
    z.object({
      messageId: z.string(),
      decisions: z.array(z.string()),
      failures: z.exactOptional(z.int()),
    }),
  ),
  last: z.exactOptional(z.string()),
});

/** A decision that another version of this code wrote, and this one cannot read, stops nobody. */
function begunDecision(text: string): readonly Decision[] {
  try {
    return [readDecision(text)];
  } catch (error) {
    log('rotation.begun-unreadable', describeError(error));
    return [];
  }
}

const good = z.object({
  assignments: z.array(
    z.object({
      stream: z.string(),
      provider: z.string(),
      pools: z.array(weightedPool),
    }),
  ),
});
