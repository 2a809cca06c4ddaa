/** Alarms, a topic and tables on 127.0.0.1, with the responder's work behind them as its function would do it. */
import {
  type CloudWatchClient,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { createCloudwatch, createDynamo, createSns, createSqs } from '../../adapters/clients.ts';
import type { AlarmKind } from '../../contract/alarm-kinds.ts';
import { compositeName, metricAlarmName } from '../../contract/alarm-names.ts';
import { namesOf } from '../../contract/names.ts';
import { bindPorts } from '../../lambdas/responder/bind-ports.ts';
import { readEvent } from '../../lambdas/responder/read-event.ts';
import { respond } from '../../lambdas/responder/respond.ts';
import { type JsonObject, localPlace } from '../../local/aws.ts';
import { createCloudwatch as createLocalCloudwatch } from '../../local/emulators/cloudwatch/cloudwatch.ts';
import { createDynamodb } from '../../local/emulators/dynamodb/dynamodb.ts';
import { createMessaging } from '../../local/emulators/messaging/messaging.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { createTable } from './create-table.ts';

const deployment = 'test';
const names = namesOf(deployment);
const nothing = () => undefined;

const published = z.object({
  notifications: z.array(z.object({ subject: z.string(), message: z.string() })),
});

export type AlarmAws = Awaited<ReturnType<typeof openAlarmAws>>;

/** Opens them; the composite of every kind that is created rings while one of its metric alarms does. */
export async function openAlarmAws() {
  const box = await openBox();
  const { endpoint } = box;
  const target = {
    endpoint: endpoint.url,
    region: localPlace.region,
    credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
  };
  const clients = {
    cloudwatch: createCloudwatch(target),
    dynamo: createDynamo(target),
    sns: createSns(target),
    sqs: createSqs(target),
  };
  for (const TableName of [names.tables.evidence, names.tables.assignments, names.tables.pacing])
    await createTable(clients.dynamo, TableName);
  await clients.sqs.send(new CreateQueueCommand({ QueueName: names.feedbackQueue }));
  const { QueueUrl = '' } = await clients.sqs.send(
    new CreateQueueCommand({
      QueueName: names.rotationQueue,
      Attributes: { FifoQueue: 'true' },
    }),
  );
  const { TopicArn = '' } = await clients.sns.send(
    new CreateTopicCommand({ Name: names.alarmTopic }),
  );
  const ports = bindPorts(
    {
      DEPLOYMENT: deployment,
      STREAMS: ['marketing'],
      ROTATION_QUEUE_URL: QueueUrl,
      ALARM_TOPIC_ARN: TopicArn,
    },
    clients,
  );
  box.onEvent((event) => respond(readEvent(deployment, event), { ...ports, log: nothing }));
  return {
    endpoint: endpoint.url,
    deployment,
    evidence: { dynamo: clients.dynamo, name: names.tables.evidence },
    /** Creates the alarms of a kind: its composite and one metric alarm. */
    create: (kind: AlarmKind) => createKind(clients.cloudwatch, kind, TopicArn),
    subscribe: async (Protocol: string, Endpoint: string) => {
      await clients.sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
    },
    /** What was published: subject, and the text for mailboxes. */
    notices: async () => {
      const answer = await fetch(`${endpoint.url}/_local/notifications`);
      return published.parse(await answer.json()).notifications;
    },
    /** Waits for what the responder has begun. */
    settled: box.settled,
    close: async () => {
      await box.settled();
      for (const client of Object.values(clients)) client.destroy();
      await box.close();
    },
  };
}

async function createKind(
  cloudwatch: CloudWatchClient,
  kind: AlarmKind,
  topicArn: string,
): Promise<void> {
  const child = metricAlarmName(deployment, { kind, about: 'marketing' });
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: child,
      AlarmDescription: `The marketing part of ${kind}.`,
      ...{ Namespace: 'Test', MetricName: 'Trouble', Statistic: 'Maximum', Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 1, TreatMissingData: 'notBreaching' },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    }),
  );
  await cloudwatch.send(
    new PutCompositeAlarmCommand({
      AlarmName: compositeName(deployment, kind),
      AlarmRule: `ALARM("${child}")`,
      ...(kind === 'responder-down' ? { AlarmActions: [topicArn] } : {}),
    }),
  );
}

/** The emulators behind one endpoint, and what an alarm's event starts. */
async function openBox() {
  const running = new Set<Promise<void>>();
  let hear: (event: JsonObject) => Promise<void> = async () => undefined;
  const messaging = await createMessaging({
    place: localPlace,
    endpointUrl: () => endpoint.url,
    note: nothing,
    onDropped: nothing,
    invokeAsync: async () => ({}),
  });
  const dynamodb = createDynamodb({ place: localPlace, note: nothing });
  const cloudwatch = createLocalCloudwatch({
    place: localPlace,
    clock: () => Date.now(),
    publish: (topicArn, notice) => messaging.notify(topicArn, notice),
    invoke: async () => ({}),
    emit: ({ detailType, detail }) => {
      const run = hear({ 'detail-type': detailType, detail }).finally(() => running.delete(run));
      running.add(run);
    },
  });
  const endpoint: Endpoint = await openEndpoint(0, {
    emulators: {
      sqs: messaging.sqs,
      sns: messaging.sns,
      dynamodb: dynamodb.handle,
      monitoring: cloudwatch.handle,
    },
    localRoutes: { '/_local/notifications': messaging.local },
    authorize: nothing,
    onFailure: (_request, cause) => {
      throw cause;
    },
  });
  return {
    endpoint,
    onEvent: (to: typeof hear) => {
      hear = to;
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    close: async () => {
      cloudwatch.close();
      await endpoint.close();
      await messaging.close();
      await dynamodb.close();
    },
  };
}
