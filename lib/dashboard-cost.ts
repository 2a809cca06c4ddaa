import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { namesOf } from '../contract/names.ts';
import { ownMetric } from './alarm-row.ts';
import { dispatchMemoryMb, type SendPath } from './send-path.ts';

/**
 * USD a million units, us-east-1 on demand.
 * @see https://aws.amazon.com/dynamodb/pricing/on-demand/
 * @see https://aws.amazon.com/lambda/pricing/
 */
const usdPerMillion = { writeUnit: 0.625, readUnit: 0.125, run: 0.2, gigabyteSecond: 13.3334 };

const period = Duration.hours(1);

/**
 * Returns what a million mails cost by the counts of an hour: the ledger's writes, the suppression list's reads and
 * dispatch's time are six to nine tenths of what `npm run bench` counts; queues, topics and logs are the rest.
 */
export function costWidget(deployment: string, sendPaths: readonly SendPath[]): IWidget {
  const usingMetrics = metricsOf(deployment, sendPaths);
  const sumOf = (prefix: string) =>
    sendPaths.map((_, index) => `FILL(${prefix}${index}, 0)`).join(' + ');
  const gigabytes = dispatchMemoryMb / 1024;
  const parts = [
    `${usdPerMillion.writeUnit} * FILL(writes, 0)`,
    `${usdPerMillion.readUnit} * FILL(reads, 0)`,
    `${usdPerMillion.run} * (${sumOf('runs')})`,
    `${(usdPerMillion.gigabyteSecond * gigabytes) / 1000} * (${sumOf('ms')})`,
  ];
  return new GraphWidget({
    title: 'USD a million mails, tables and dispatch',
    left: [
      new MathExpression({
        expression: `(${parts.join(' + ')}) / (${sumOf('mails')})`,
        usingMetrics,
        label: 'USD a million',
        period,
      }),
    ],
    leftYAxis: { min: 0, showUnits: false },
    width: 8,
    height: 8,
  });
}

function metricsOf(
  deployment: string,
  sendPaths: readonly SendPath[],
): Readonly<Record<string, IMetric>> {
  const { tables } = namesOf(deployment);
  const ofStreams = sendPaths.flatMap(
    ({ stream, dispatch }, index): readonly [string, IMetric][] => [
      [`runs${index}`, dispatch.metricInvocations({ period, statistic: Stats.SUM })],
      [`ms${index}`, dispatch.metricDuration({ period, statistic: Stats.SUM })],
      [
        `mails${index}`,
        ownMetric(metrics.accepted, { Deployment: deployment, Stream: stream }, Stats.SUM).with({
          period,
        }),
      ],
    ],
  );
  return {
    writes: consumed('ConsumedWriteCapacityUnits', tables.ledger),
    reads: consumed('ConsumedReadCapacityUnits', tables.suppression),
    ...Object.fromEntries(ofStreams),
  };
}

function consumed(metricName: string, table: string): IMetric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table },
    statistic: Stats.SUM,
    period,
  });
}
