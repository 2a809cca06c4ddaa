import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { parkReasons } from '../domain/reasons.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';
import type { PlannedSet } from './configuration-set-plan.ts';

/**
 * Rates at which SES puts an account under review, as fractions.
 * @see https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html
 */
const reviewRates = [
  { kind: 'bounce', metricName: 'Reputation.BounceRate', threshold: 0.05 },
  { kind: 'complaint', metricName: 'Reputation.ComplaintRate', threshold: 0.001 },
] as const;

const quotaPercent = 80;

/** Returns the alarms about what SES lets the account do. */
export function accountAlarms(deployment: string): readonly AlarmRow[] {
  const dimensions = { Deployment: deployment };
  return [
    {
      about: 'sending-disabled',
      severity: 'page',
      text: 'SES does not let this account send. Read the SES console and the mail from AWS, mend the cause, ask for a review. Mail waits in its queues and goes on by itself.',
      metric: ownMetric(metrics.sendingEnabled, dimensions, Stats.MINIMUM),
      threshold: 1,
      bad: 'below',
      periods: 1,
    },
    {
      about: 'quota-nearly-spent',
      severity: 'ticket',
      text: `${quotaPercent} % of SES's quota for 24 hours is used. Mail beyond it waits: ask AWS for a higher quota, or send less.`,
      metric: ownMetric(metrics.quotaUsedPercent, dimensions, Stats.MAXIMUM),
      threshold: quotaPercent,
      periods: 1,
    },
    {
      about: 'dispatch-broken',
      severity: 'page',
      text: 'Mail waits because of a failure of ours that does not pass by itself: a table, bucket, queue or permission is not as it must be. Read dispatch.broken in the log of the dispatch functions and deploy again, or mend what it names. Mail goes on by itself then.',
      metric: ownMetric(metrics.broken, dimensions, Stats.SUM),
      threshold: 1,
      periods: 1,
    },
  ];
}

/** Returns the alarm about a stream of which SES takes no mail, whatever the cause. */
export function switchAlarm(deployment: string, stream: string): AlarmRow {
  return {
    about: `${stream}-switched-off`,
    severity: 'page',
    text: `SES takes no mail of the ${stream} stream: its quota is spent, or sending is paused or suspended for the account or a configuration set. The cause stands as switch.off in the log of the account function and as the reason of held mail. Mend it in SES; the mail waits and goes on by itself, what has waited for a day within six hours.`,
    metric: ownMetric(
      metrics.switchedOff,
      { Deployment: deployment, Stream: stream },
      Stats.MAXIMUM,
    ),
    threshold: 1,
    periods: 1,
  };
}

/** Returns an alarm for each reason to park mail, with that reason's remedy. */
export function parkedAlarms(deployment: string): readonly AlarmRow[] {
  return Object.entries(parkReasons).map(([reason, remedy]) => ({
    about: `parked-${reason}`,
    severity: 'page',
    text: `Mail is parked: ${remedy}. See it with: npx goodstanding dlq list`,
    metric: ownMetric(metrics.parked, { Deployment: deployment, Reason: reason }, Stats.SUM),
    threshold: 1,
    periods: 1,
  }));
}

/** Returns the alarms about SES's own view of one configuration set. */
export function reputationAlarms({ stream, pool, name }: PlannedSet): readonly AlarmRow[] {
  return reviewRates.map(({ kind, metricName, threshold }) => ({
    about: `${stream}-${pool}-${kind}-rate`,
    severity: 'page',
    text: `SES puts an account under review at this ${kind} rate (${threshold}). Find the tenant or list behind it and hold it: npx goodstanding tenants hold`,
    metric: new Metric({
      namespace: 'AWS/SES',
      metricName,
      dimensionsMap: { 'ses:configuration-set': name },
      statistic: Stats.MAXIMUM,
      // SES computes the rate over a volume of mail and publishes it at no fixed pace.
      period: Duration.hours(1),
    }),
    threshold,
    periods: 1,
  }));
}
