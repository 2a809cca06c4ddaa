import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmKind } from '../contract/alarm-kinds.ts';
import { metricNamespace } from '../contract/metrics.ts';

/** One metric alarm as data: it rings when the metric has reached the threshold in every period. */
export type AlarmRow = {
  /** Which kind of trouble it shows: that kind's composite tells people, this alarm tells nobody. */
  readonly kind: AlarmKind;
  /**
   * Which part it watches; its name after the kind's. A stream alone has one word, whatever could be called
   * like a stream has two with a dot between: `marketing`, `marketing.overflow`, `reason.ambiguous`.
   */
  readonly about: string;
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
