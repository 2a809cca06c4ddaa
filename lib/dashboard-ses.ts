import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { ownMetric } from './alarm-row.ts';

/** Returns what SES allows and what is left of it, time until a review included. */
export function limitWidgets(deployment: string): readonly IWidget[] {
  const own = (label: string, name: string, statistic: string) =>
    ownMetric(name, { Deployment: deployment }, statistic).with({ label });
  return [
    new GraphWidget({
      title: "SES's quota of 24 hours, % used",
      left: [own('used', metrics.quotaUsedPercent, Stats.MAXIMUM)],
      leftYAxis: { min: 0, max: 100, showUnits: false },
      width: 8,
      height: 6,
    }),
    new GraphWidget({
      title: 'Mails that SES counts in five minutes, whole account',
      left: [
        new Metric({
          namespace: 'AWS/SES',
          metricName: 'Send',
          statistic: Stats.SUM,
          period: Duration.minutes(5),
          label: 'sent',
        }),
      ],
      leftYAxis: { min: 0, showUnits: false },
      width: 8,
      height: 6,
    }),
    new GraphWidget({
      title: 'Hours until a review at the current rate (empty: more than a week)',
      left: [
        own('bounces', metrics.hoursToBounceReview, Stats.MINIMUM),
        own('complaints', metrics.hoursToComplaintReview, Stats.MINIMUM),
      ],
      leftYAxis: { min: 0, showUnits: false },
      width: 8,
      height: 6,
    }),
  ];
}
