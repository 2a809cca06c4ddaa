import type { JsonObject, Place } from '../../aws.ts';
import { listOr, objectOr, parseJson } from '../../json-access.ts';
import type { Alarm } from './alarm.ts';
import { type MetricAlarmSettings, queriesOf } from './alarm-settings.ts';
import { alarmTime } from './alarm-words.ts';
import { type MetricQuery, periodOf } from './metric-query.ts';

/** Returns the subject of an alarm's mail; AWS writes the region's long name. SNS takes 100 characters. */
export function notificationSubject({ name, state }: Alarm, { region }: Place): string {
  return `${state.value}: "${name}" in ${region}`.slice(0, 100);
}

/**
 * Returns the JSON text that an alarm publishes to its topics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export function notificationText(alarm: Alarm, { accountId, region }: Place): string {
  const { cause, state, previous } = alarm;
  const { settings } = cause;
  return JSON.stringify({
    AlarmName: alarm.name,
    AlarmDescription: settings.AlarmDescription ?? null,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: alarmTime(alarm.configuredMs),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: alarmTime(state.updatedMs),
    Region: region,
    AlarmArn: alarm.arn,
    OldStateValue: previous?.value ?? 'INSUFFICIENT_DATA',
    OKActions: settings.OKActions,
    AlarmActions: settings.AlarmActions,
    InsufficientDataActions: settings.InsufficientDataActions,
    ...(cause.type === 'CompositeAlarm'
      ? { AlarmRule: cause.settings.AlarmRule, TriggeringChildren: childrenOf(state.reasonData) }
      : { Trigger: triggerOf(cause.settings) }),
  });
}

function childrenOf(reasonData: string | undefined): readonly JsonObject[] {
  const { triggeringAlarms } = objectOr(parseJson(reasonData ?? ''));
  return listOr(triggeringAlarms).map((child) => {
    const { arn = null, state } = objectOr(child);
    const { value = null, timestamp = null } = objectOr(state);
    return { Arn: arn, State: { Value: value, Timestamp: timestamp } };
  });
}

function triggerOf(settings: MetricAlarmSettings): JsonObject {
  return {
    ...(settings.Metrics === undefined ? plainTrigger(settings) : mathTrigger(settings)),
    EvaluationPeriods: settings.EvaluationPeriods,
    DatapointsToAlarm: settings.DatapointsToAlarm ?? settings.EvaluationPeriods,
    ComparisonOperator: settings.ComparisonOperator,
    Threshold: settings.Threshold,
    TreatMissingData: settings.TreatMissingData,
    EvaluateLowSampleCountPercentile: settings.EvaluateLowSampleCountPercentile ?? '',
  };
}

function plainTrigger(settings: MetricAlarmSettings): JsonObject {
  const { ExtendedStatistic, Statistic } = settings;
  return {
    MetricName: settings.MetricName ?? null,
    Namespace: settings.Namespace ?? null,
    ...(ExtendedStatistic === undefined
      ? { StatisticType: 'Statistic', Statistic: (Statistic ?? '').toUpperCase() }
      : { StatisticType: 'ExtendedStatistic', ExtendedStatistic }),
    Unit: settings.Unit ?? null,
    Dimensions: settings.Dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: settings.Period ?? null,
  };
}

function mathTrigger(settings: MetricAlarmSettings): JsonObject {
  const queries = queriesOf(settings);
  return { Period: periodOf(queries), Metrics: queries.map(queryText) };
}

function queryText({ Id, Expression, Label, MetricStat, ReturnData }: MetricQuery): JsonObject {
  return {
    Id,
    ...(Expression === undefined ? {} : { Expression }),
    ...(Label === undefined ? {} : { Label }),
    ...(MetricStat === undefined
      ? {}
      : {
          MetricStat: {
            Metric: {
              Dimensions: MetricStat.Metric.Dimensions.map(({ Name, Value }) => ({
                value: Value,
                name: Name,
              })),
              MetricName: MetricStat.Metric.MetricName,
              Namespace: MetricStat.Metric.Namespace,
            },
            Period: MetricStat.Period,
            Stat: MetricStat.Stat,
          },
        }),
    ReturnData: ReturnData !== false,
  };
}
