import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { metrics } from '../contract/metrics.ts';
import { type AlarmRow, ownMetric, alarmPeriod as period } from './alarm-row.ts';
import type { DurableQueue } from './durable-queue.ts';
import type { FeedbackLane } from './feedback-path.ts';
import type { SendPath } from './send-path.ts';

/** Mail of the overflow lane is meant to be late: a million takes half a day at 23/s. A whole day is too late. */
const overflowAge = Duration.days(1);

/** Seconds after which suppression runs behind the mail. */
const feedbackAgeSeconds = 900;

/** Seconds after which the reputation loop runs behind the evidence; it is asked every minute. */
const rotationAgeSeconds = 300;

/** Returns the alarms about one stream's queues. */
export function streamAlarms(
  deployment: string,
  { stream, intake, overflow, ageAlarmSeconds }: SendPath,
): readonly AlarmRow[] {
  return [
    {
      kind: 'mail-late',
      about: stream,
      text: `Mail of the ${stream} stream left ${ageAlarmSeconds} s or more after it was due. Compare what is enqueued with SES's send rate, and look for throttling and for a tenant that has most of it.`,
      // Our own measure: SQS's age also counts the wait for a sendAt or for the release of a tenant.
      metric: ownMetric(
        metrics.dueAgeSeconds,
        { Deployment: deployment, Stream: stream },
        Stats.MAXIMUM,
      ),
      threshold: ageAlarmSeconds,
      periods: 1,
    },
    {
      kind: 'mail-stuck',
      about: stream,
      text: `Mail of the ${stream} stream waits and none left for ten minutes. Look at the errors and throttles of its dispatch function; SQS forgets mail that nobody has read for 14 days.`,
      // Mail that waits for its sendAt is in flight to SQS, not visible, so it does not count here.
      metric: new MathExpression({
        expression: 'IF(waiting > 0 AND FILL(gone, 0) == 0, 1, 0)',
        usingMetrics: {
          waiting: intake.queue.metricApproximateNumberOfMessagesVisible({
            period,
            statistic: Stats.MINIMUM,
          }),
          gone: intake.queue.metricNumberOfMessagesDeleted({ period, statistic: Stats.SUM }),
        },
        label: 'waiting while none leave',
        period,
      }),
      threshold: 1,
      periods: 2,
    },
    depthAlarm({ kind: 'mail-parked', about: stream }, intake.dead),
    ...(overflow ? [overflowAlarm(stream, overflow)] : []),
  ];
}

function overflowAlarm(stream: string, { queue }: DurableQueue): AlarmRow {
  return {
    kind: 'mail-late',
    about: `${stream}.overflow`,
    text: `Mail of tenants beyond their share of the ${stream} stream has waited ${overflowAge.toHours()} h. Ask AWS for a higher send rate, or agree with the tenant when its campaigns leave.`,
    metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
    threshold: overflowAge.toSeconds(),
    periods: 1,
  };
}

/** Returns the alarms about one queue of SES events. */
export function feedbackAlarms({
  lane,
  queue: { queue, dead },
}: FeedbackLane): readonly AlarmRow[] {
  return [
    {
      kind: 'feedback-silent',
      about: `lane.${lane}`,
      text: `What SES reports has waited ${feedbackAgeSeconds} s or more: addresses that bounced may still be sent to. Look at the errors and throttles of the feedback function.`,
      metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      threshold: feedbackAgeSeconds,
      periods: 1,
    },
    depthAlarm({ kind: 'pipeline-broken', about: `dead.${lane}` }, dead),
  ];
}

/** Returns the alarms about the queue of the reputation loop. */
export function rotationAlarms({ queue, dead }: DurableQueue): readonly AlarmRow[] {
  return [
    {
      kind: 'rotation-frozen',
      about: 'behind',
      text: `What asks the reputation loop has waited ${rotationAgeSeconds} s or more: nothing is held, moved or released meanwhile. Read the first error of the rotation function; operators can still hold a tenant with: npx goodstanding tenants hold`,
      metric: queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM }),
      threshold: rotationAgeSeconds,
      periods: 1,
    },
    {
      ...depthAlarm({ kind: 'pipeline-broken', about: 'dead.rotation' }, dead),
      text: 'The reputation loop gave up on a message after five tries; the next minute looks at the same evidence again, but an operator’s command is lost. Read its errors, mend the cause, then ask again.',
    },
  ];
}

function depthAlarm(of: Pick<AlarmRow, 'kind' | 'about'>, queue: IQueue): AlarmRow {
  return {
    ...of,
    text: 'Messages wait for a person, and SQS deletes them 14 days after they first came. See them with: npx goodstanding dlq list. Return them with: npx goodstanding dlq redrive',
    metric: queue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
    threshold: 1,
    periods: 1,
  };
}
