import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { listAllowances } from '../../adapters/allowance-store.ts';
import { readAlarms } from '../../adapters/cloudwatch.ts';
import { readDecisions } from '../../adapters/decision-log.ts';
import { changeBoard, putIncident, readBoard } from '../../adapters/incident-store.ts';
import type { Table } from '../../adapters/items.ts';
import { log } from '../../adapters/log.ts';
import { tellPeople } from '../../adapters/people-notice.ts';
import { askRotation } from '../../adapters/rotation-queue.ts';
import {
  readAutomation,
  readPoolStandings,
  readStreamStanding,
} from '../../adapters/standing-store.ts';
import { readSwitches } from '../../adapters/switch-store.ts';
import type { responderEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import type { OrderItem } from '../../contract/rotation-items.ts';
import { type Clock, epochMs } from '../../domain/time.ts';
import type { ResponderPorts } from './ports.ts';

type Clients = {
  readonly cloudwatch: CloudWatchClient;
  readonly dynamo: DynamoDBClient;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
};

/** Binds what the responder asks for to this deployment's tables, alarms, topic and loop. */
export function bindPorts(
  environment: z.output<typeof responderEnvironment>,
  { cloudwatch, dynamo, sns, sqs }: Clients,
  clock: Clock = () => epochMs(Date.now()),
): ResponderPorts {
  const { DEPLOYMENT: deployment, STREAMS: streams, ALARM_TOPIC_ARN: topicArn } = environment;
  const { tables } = namesOf(deployment);
  const table = (name: keyof typeof tables): Table => ({ dynamo, name: tables[name] });
  const [assignments, evidence] = [table('assignments'), table('evidence')];
  return {
    clock,
    deployment,
    log,
    readRinging: () => readAlarms(cloudwatch, `${deployment}-`, { only: 'ALARM' }),
    readBoard: () => readBoard(evidence),
    changeBoard: (change) => changeBoard(evidence, change),
    putIncident: (incident) => putIncident(evidence, incident),
    readDecisions: (since, now) => readDecisions(evidence, since, now),
    readSwitches: async () => {
      const known = await readSwitches(table('pacing'), streams);
      return new Map([...known].map(([stream, { state }]) => [stream, state]));
    },
    readAutomation: () => readAutomation(assignments),
    readOrders: async () => {
      const all = await Promise.all(
        streams.map((stream) => readStreamStanding(assignments, stream)),
      );
      // An order that concerns several streams stands with each of them.
      const byId = new Map<string, OrderItem>(
        all.flatMap(({ orders }) => orders.map((order) => [order.id, order] as const)),
      );
      return [...byId.values()];
    },
    readPoolStandings: () => readPoolStandings(assignments),
    readAllowances: () => listAllowances(table('pacing')),
    askRotation: async (what, slot) => {
      const asked = { message: { kind: 'alarm', what }, slot } as const;
      await askRotation(sqs, environment.ROTATION_QUEUE_URL, asked);
    },
    tellPeople: (notice) => tellPeople({ sns, topicArn }, notice),
  };
}
