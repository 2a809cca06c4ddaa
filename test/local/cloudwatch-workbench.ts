import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type Json, type JsonObject, localPlace } from '../../local/aws.ts';
import { createCloudwatch } from '../../local/emulators/cloudwatch/cloudwatch.ts';
import { openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

export const startMs = Date.parse('2026-03-02T10:00:00Z');
export const topicArn = 'arn:aws:sns:us-east-1:000000000000:people';
export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Respond';

/** CloudWatch behind a real endpoint, with a clock in the test's hand and hands that write down. */
export async function openCloudwatch() {
  const clock = { nowMs: startMs };
  const notices: { topicArn: string; subject: string; message: JsonObject }[] = [];
  const payloads: { functionArn: string; payload: Json }[] = [];
  const events: { detailType: string; detail: JsonObject; resources: readonly string[] }[] = [];
  const cloudwatch = createCloudwatch({
    place: localPlace,
    clock: () => clock.nowMs,
    publish: async (arn, { subject, message }) => {
      notices.push({ topicArn: arn, subject, message: JSON.parse(message) });
    },
    invoke: async (arn, payload) => {
      payloads.push({ functionArn: arn, payload });
      return {};
    },
    emit: ({ detailType, detail, resources }) => {
      events.push({ detailType, detail, resources });
    },
  });
  const endpoint = await openEndpoint(0, {
    emulators: { monitoring: cloudwatch.handle },
    localRoutes: { '/_local/alarms': cloudwatch.local },
    authorize: () => undefined,
    onFailure: () => undefined,
  });
  const client = new CloudWatchClient(clientConfig(endpoint.url));
  return {
    ...{ cloudwatch, clock, client, notices, payloads, events },
    url: endpoint.url,
    create: async (type: string, logicalId: string, properties: JsonObject) => {
      const provider = cloudwatch.providers[type];
      if (provider === undefined) throw new Error(`no provider for ${type}`);
      return provider({ type, logicalId, properties });
    },
    /** Lets so many minutes pass, each with an evaluation at its end. */
    pass: (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        clock.nowMs += 60_000;
        cloudwatch.evaluate();
      }
    },
    measure: (name: string, value: number) => {
      cloudwatch.measure({
        metric: { namespace: 'Shop', name, dimensions: {} },
        atMs: clock.nowMs,
        values: [value],
      });
    },
    close: async () => {
      cloudwatch.close();
      client.destroy();
      await endpoint.close();
    },
  };
}

/** Input of PutMetricAlarm about a metric of the shop. */
export function alarmInput(name: string, metricName: string) {
  return {
    AlarmName: name,
    Namespace: 'Shop',
    MetricName: metricName,
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 5,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  } as const;
}
