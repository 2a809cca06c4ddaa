/** Setting alarms by hand, for tests of the way from an alarm to people. */
import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import type { EpochMs } from '../domain/time.ts';

/**
 * Sets the state of a metric alarm. Its next evaluation, within a minute, sets it to what it measures again.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
 */
export async function setAlarm(
  cloudwatch: CloudWatchClient,
  alarmName: string,
  { value, reason }: { readonly value: 'ALARM' | 'OK'; readonly reason: string },
): Promise<void> {
  await cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName: alarmName, StateValue: value, StateReason: reason }),
  );
}

/** Returns how often an alarm has acted by itself since an instant, such as published to its topic; twenty at most. */
export async function countActions(
  cloudwatch: CloudWatchClient,
  alarmName: string,
  since: EpochMs,
): Promise<number> {
  const { AlarmHistoryItems = [] } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({
      AlarmName: alarmName,
      // Without it CloudWatch tells of metric alarms alone.
      AlarmTypes: ['CompositeAlarm'],
      HistoryItemType: 'Action',
      StartDate: new Date(since),
      MaxRecords: 20,
    }),
  );
  return AlarmHistoryItems.filter(({ HistorySummary = '' }) => /^Successfully/.test(HistorySummary))
    .length;
}
