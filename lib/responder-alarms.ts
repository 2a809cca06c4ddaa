import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type AlarmRow, alarmPeriod as period } from './alarm-row.ts';

/** What tells people of alarms, and what must be watched by something else. */
export type WatchedResponder = {
  readonly fn: IFunction;
  /** Brings it the state changes of the composites. */
  readonly rule: IRule;
  /** Where events go that it failed to answer. */
  readonly dead: IQueue;
};

/** Lambda tries an event three times: as many failures are one that nobody was told of. */
const triesOfLambda = 3;

/** Returns the alarms about the way from an alarm to people; they alone go to the topic without it. */
export function responderAlarms({ fn, rule, dead }: WatchedResponder): readonly AlarmRow[] {
  const kind = 'responder-down';
  return [
    {
      kind,
      about: 'errors',
      text: 'The function that tells people of alarms fails. Look at all alarms now, then at its log: npx goodstanding alarms list',
      metric: fn.metricErrors({ period, statistic: Stats.SUM }),
      threshold: triesOfLambda,
      periods: 1,
    },
    {
      kind,
      about: 'dead-letters',
      text: 'Alarms changed and the function that tells people gave up on them. Look at all alarms now: npx goodstanding alarms list. Then mend the function; its dead letters say which changes it missed.',
      metric: dead.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
      threshold: 1,
      periods: 1,
    },
    {
      kind,
      about: 'not-reached',
      text: 'EventBridge could not hand the change of an alarm to the function that tells people. Look at all alarms now: npx goodstanding alarms list. Then deploy again.',
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensionsMap: { RuleName: rule.ruleName },
        statistic: Stats.SUM,
        period,
      }),
      threshold: 1,
      periods: 1,
    },
  ];
}
