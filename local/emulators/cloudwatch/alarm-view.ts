import type { JsonObject } from '../../aws.ts';
import { objectOr } from '../../json-access.ts';
import type { Alarm, AlarmState } from './alarm.ts';
import {
  type CompositeAlarmSettings,
  type MetricAlarmSettings,
  queriesOf,
} from './alarm-settings.ts';
import { alarmTime } from './alarm-words.ts';
import type { MetricQuery } from './metric-query.ts';

/** Returns an alarm as DescribeAlarms shows it; instants are seconds since 1970. */
export function alarmView(alarm: Alarm): JsonObject {
  const { state, cause } = alarm;
  const { Tags: _tags, ...settings } = cause.settings;
  return {
    ...json(settings),
    AlarmArn: alarm.arn,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredMs / 1_000,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: state.updatedMs / 1_000,
    StateTransitionedTimestamp: alarm.transitionedMs / 1_000,
    ...(state.suppressedBy === undefined
      ? {}
      : {
          ActionsSuppressedBy: state.suppressedBy,
          ActionsSuppressedReason: suppressedText(state),
        }),
  };
}

/**
 * Returns the `detail` of the event "CloudWatch Alarm State Change".
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function stateChangeDetail(alarm: Alarm): JsonObject {
  return {
    alarmName: alarm.name,
    state: stateView(alarm.state),
    ...(alarm.previous === undefined ? {} : { previousState: stateView(alarm.previous) }),
    configuration: configurationView(alarm),
  };
}

/**
 * Returns what a Lambda function gets from an alarm that acts on it.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
export function functionPayload(
  alarm: Alarm,
  place: { readonly accountId: string; readonly region: string },
): JsonObject {
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: place.accountId,
    time: alarmTime(alarm.state.updatedMs),
    region: place.region,
    alarmData: stateChangeDetail(alarm),
  };
}

function stateView(state: AlarmState): JsonObject {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData === undefined ? {} : { reasonData: state.reasonData }),
    timestamp: alarmTime(state.updatedMs),
    ...(state.suppressedBy === undefined
      ? {}
      : {
          actionsSuppressedBy: state.suppressedBy,
          actionsSuppressedReason: suppressedText(state),
        }),
  };
}

function suppressedText({ suppressedBy }: AlarmState): string {
  return `Actions suppressed by ${suppressedBy}`;
}

function configurationView({ cause }: Alarm): JsonObject {
  const { AlarmDescription: description } = cause.settings;
  const told = description === undefined ? {} : { description };
  return cause.type === 'CompositeAlarm'
    ? { ...told, ...compositeView(cause.settings) }
    : { ...told, ...metricView(cause.settings) };
}

function compositeView(settings: CompositeAlarmSettings): JsonObject {
  const { ActionsSuppressor } = settings;
  return {
    alarmRule: settings.AlarmRule,
    ...(ActionsSuppressor === undefined
      ? {}
      : {
          actionsSuppressor: ActionsSuppressor,
          actionsSuppressorWaitPeriod: settings.ActionsSuppressorWaitPeriod ?? 0,
          actionsSuppressorExtensionPeriod: settings.ActionsSuppressorExtensionPeriod ?? 0,
        }),
  };
}

function metricView(settings: MetricAlarmSettings): JsonObject {
  return { metrics: queriesOf(settings).map(queryView) };
}

function queryView(query: MetricQuery): JsonObject {
  const { Id, Expression, Label, MetricStat, ReturnData } = query;
  return {
    id: Id,
    ...(Expression === undefined ? {} : { expression: Expression }),
    ...(Label === undefined ? {} : { label: Label }),
    ...(MetricStat === undefined
      ? {}
      : {
          metricStat: {
            metric: {
              namespace: MetricStat.Metric.Namespace,
              name: MetricStat.Metric.MetricName,
              dimensions: Object.fromEntries(
                MetricStat.Metric.Dimensions.map(({ Name, Value }) => [Name, Value]),
              ),
            },
            period: MetricStat.Period,
            stat: MetricStat.Stat,
          },
        }),
    returnData: ReturnData !== false,
  };
}

/** Settings are plain values; what is not there has no place in JSON. */
function json(settings: object): JsonObject {
  return objectOr(JSON.parse(JSON.stringify(settings)));
}
