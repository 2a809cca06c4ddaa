import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';

const quotaPercent = 80;

/** Returns the alarms about what SES lets the account do. */
export function accountAlarms(deployment: string): readonly AlarmRow[] {
  const dimensions = { Deployment: deployment };
  return [
    {
      kind: 'ses-stopped',
      about: 'account.disabled',
      text: 'SES does not let this account send. Read the SES console and the mail from AWS, mend the cause, ask for a review. Mail waits in its queues and goes on by itself.',
      metric: ownMetric(metrics.sendingEnabled, dimensions, Stats.MINIMUM),
      threshold: 1,
      bad: 'below',
      periods: 1,
    },
    {
      kind: 'ses-stopped',
      about: 'account.in-review',
      text: 'AWS has put this account under review: it still sends, and AWS pauses it if the cause stays. Read the mail from AWS and the SES console, mend the cause, and answer the case.',
      metric: ownMetric(metrics.inReview, dimensions, Stats.MAXIMUM),
      threshold: 1,
      periods: 1,
    },
    {
      kind: 'ses-quota',
      about: 'nearly-spent',
      text: `${quotaPercent} % of SES's quota for 24 hours is used. Mail beyond it waits: ask AWS for a higher quota, or send less.`,
      metric: ownMetric(metrics.quotaUsedPercent, dimensions, Stats.MAXIMUM),
      threshold: quotaPercent,
      periods: 1,
    },
  ];
}

/** Returns the alarm about a stream of which SES takes no mail although quota is left, whatever the cause. */
export function switchAlarm(deployment: string, stream: string): AlarmRow {
  return {
    kind: 'ses-stopped',
    about: stream,
    text: `SES takes no mail of the ${stream} stream: sending is paused or suspended for the account or a configuration set. The cause stands as switch.off in the log of the account function and as the reason of held mail. Mend it in SES; the mail waits and goes on by itself, what has waited for a day within six hours.`,
    metric: ownMetric(
      metrics.switchedOff,
      { Deployment: deployment, Stream: stream },
      Stats.MAXIMUM,
    ),
    threshold: 1,
    periods: 1,
  };
}
