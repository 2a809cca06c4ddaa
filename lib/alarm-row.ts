import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace } from '../contract/metrics.ts';

/** By impact: `page` wakes somebody, because mail stops or reputation burns; `ticket` waits for the day. */
export type Severity = 'page' | 'ticket';

/** One alarm as data: it rings when the metric has reached the threshold in every period. */
export type AlarmRow = {
  /** Its name after the deployment's. */
  readonly about: string;
  readonly severity: Severity;
  /** What happened and what to do, for somebody who has just been woken. */
  readonly text: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Which side of the threshold is bad. @default at the threshold or above it */
  readonly bad?: 'below';
  /** Consecutive periods of the metric that must agree. */
  readonly periods: number;
};

/** How long one data point of most alarms is. */
export const alarmPeriod = Duration.minutes(5);

/** Returns a metric that our functions write themselves. */
export function ownMetric(
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic: string,
): Metric {
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap,
    statistic,
    period: alarmPeriod,
  });
}
