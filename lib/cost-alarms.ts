import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import type { AlarmRow } from './alarm-row.ts';

/** Mail of an hour below which a few writes more or less make a ratio of nothing. */
const mailsPerHourMin = 100;

/**
 * The most write units of the ledger that a mail may need: the dearest that `npm run bench` measured, mail that
 * comes one by one (docs/measured.md), 4.23, and one unit for each feature that writes for every mail.
 */
const unitsOneByOne = 4.23;
const unitsPerFeature = 1;

/** Twice the dearest way to send is no load any more, it is a fault: mail that goes round, or keys that grow. */
const factor = 2;

const period = Duration.hours(1);

/**
 * Returns the alarm about a mail that costs more than it should. Write units of the ledger are half of what a
 * mail costs and are counted by AWS, so they stand for the whole; SES counts the mails, those of others in the
 * account too, which hides as much.
 */
export function costAlarm({ deployment, streams, indexes }: PipelineConfig): AlarmRow {
  const features = [
    Object.values(streams).some(({ deliveryEvents }) => deliveryEvents),
    ...Object.values(indexes),
  ].filter(Boolean).length;
  const unitsMax = factor * (unitsOneByOne + unitsPerFeature * features);
  return {
    kind: 'cost-anomaly',
    about: 'ledger-writes',
    text: `The ledger took ${unitsMax.toFixed(1)} write units or more for each mail of an hour, twice as many as the dearest way to send. Look for mail that goes round (npx goodstanding queue), for requests that are refused or suppressed rather than sent, and at what was deployed last.`,
    metric: new MathExpression({
      expression: `IF(FILL(mails, 0) >= ${mailsPerHourMin}, FILL(units, 0) / mails, 0)`,
      usingMetrics: {
        units: new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'ConsumedWriteCapacityUnits',
          dimensionsMap: { TableName: namesOf(deployment).tables.ledger },
          statistic: Stats.SUM,
          period,
        }),
        mails: new Metric({
          namespace: 'AWS/SES',
          metricName: 'Send',
          statistic: Stats.SUM,
          period,
        }),
      },
      label: 'write units a mail',
      period,
    }),
    threshold: unitsMax,
    periods: 1,
  };
}
