import * as z from 'zod';
import type { JsonObject } from '../../aws.ts';
import type { Alarm } from './alarm.ts';
import type { AlarmBook } from './alarm-book.ts';
import type { HistoryItem } from './alarm-history.ts';
import { alarmValues } from './alarm-judgement.ts';
import { alarmNameOf, alarmsIn } from './alarm-rule.ts';
import { compositeAlarmShape, metricAlarmShape } from './alarm-settings.ts';
import { alarmView } from './alarm-view.ts';
import { alarmTime } from './alarm-words.ts';
import { CloudwatchError } from './errors.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './paging.ts';

const names = z.array(z.string()).max(100);
const types = z.array(z.enum(['MetricAlarm', 'CompositeAlarm']));
const instant = z.number();

/** Returns the calls about alarms, by their names in the API. */
export function alarmOperations(book: AlarmBook): Readonly<Record<string, Operation>> {
  return {
    PutMetricAlarm: operation(metricAlarmShape, (settings) => {
      book.putMetric(settings);
    }),
    PutCompositeAlarm: operation(compositeAlarmShape, (settings) => {
      book.putComposite(settings);
    }),
    DeleteAlarms: operation(z.strictObject({ AlarmNames: names }), ({ AlarmNames }) => {
      const missing = AlarmNames.filter((name) => book.find(name) === undefined);
      if (missing.length > 0) {
        throw new CloudwatchError('ResourceNotFound', `Unknown alarms [${missing.join(', ')}]`);
      }
      book.delete(AlarmNames);
    }),
    DescribeAlarms: operation(describeShape, (asked) => describe(book, asked)),
    DescribeAlarmHistory: operation(historyShape, (asked) => history(book, asked)),
    SetAlarmState: operation(setStateShape, (asked) => {
      book.setState(asked.AlarmName, {
        value: asked.StateValue,
        reason: asked.StateReason,
        reasonData: asked.StateReasonData,
      });
    }),
    EnableAlarmActions: operation(z.strictObject({ AlarmNames: names }), ({ AlarmNames }) => {
      for (const name of AlarmNames) book.enableActions(name, true);
    }),
    DisableAlarmActions: operation(z.strictObject({ AlarmNames: names }), ({ AlarmNames }) => {
      for (const name of AlarmNames) book.enableActions(name, false);
    }),
  };
}

const setStateShape = z.strictObject({
  AlarmName: z.string().min(1),
  StateValue: z.enum(alarmValues),
  StateReason: z.string().max(1_023),
  StateReasonData: z.string().max(4_000).optional(),
});

const describeShape = z.strictObject({
  AlarmNames: names.optional(),
  AlarmNamePrefix: z.string().optional(),
  AlarmTypes: types.default(['MetricAlarm']),
  ChildrenOfAlarmName: z.string().optional(),
  ParentsOfAlarmName: z.string().optional(),
  StateValue: z.enum(alarmValues).optional(),
  ActionPrefix: z.string().optional(),
  MaxRecords: z.number().int().min(1).max(100).default(50),
  NextToken: z.string().optional(),
});

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
function describe(book: AlarmBook, asked: z.output<typeof describeShape>): JsonObject {
  if (asked.AlarmNames !== undefined && asked.AlarmNamePrefix !== undefined) {
    throw new CloudwatchError(
      'InvalidParameterCombination',
      'AlarmNames and AlarmNamePrefix cannot be specified together',
    );
  }
  const { found, view } = selection(book, asked);
  const sorted = found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const { page, next } = pageOf(sorted, { token: asked.NextToken, sizeMax: asked.MaxRecords });
  const ofType = (type: Alarm['cause']['type']) =>
    page.filter(({ cause }) => cause.type === type).map(view);
  return {
    MetricAlarms: ofType('MetricAlarm'),
    CompositeAlarms: ofType('CompositeAlarm'),
    ...next,
  };
}

type Selection = {
  readonly found: readonly Alarm[];
  readonly view: (alarm: Alarm) => JsonObject;
};

function selection(book: AlarmBook, asked: z.output<typeof describeShape>): Selection {
  const { ChildrenOfAlarmName, ParentsOfAlarmName } = asked;
  if (ChildrenOfAlarmName !== undefined) {
    const cause = book.find(alarmNameOf(ChildrenOfAlarmName))?.cause;
    const children = cause?.type === 'CompositeAlarm' ? alarmsIn(cause.rule) : [];
    return { found: children.flatMap((name) => book.find(name) ?? []), view: childView };
  }
  if (ParentsOfAlarmName !== undefined) {
    const child = alarmNameOf(ParentsOfAlarmName);
    const found = book
      .list()
      .filter(
        ({ cause }) => cause.type === 'CompositeAlarm' && alarmsIn(cause.rule).includes(child),
      );
    return { found, view: ({ name, arn }) => ({ AlarmName: name, AlarmArn: arn }) };
  }
  return { found: book.list().filter((alarm) => isAsked(alarm, asked)), view: alarmView };
}

/** All that AWS tells of a child. */
function childView({ name, arn, state }: Alarm): JsonObject {
  return {
    AlarmName: name,
    AlarmArn: arn,
    StateValue: state.value,
    StateUpdatedTimestamp: state.updatedMs / 1_000,
  };
}

function isAsked(alarm: Alarm, asked: z.output<typeof describeShape>): boolean {
  const { AlarmNames, AlarmNamePrefix = '', ActionPrefix, StateValue } = asked;
  const { settings, type } = alarm.cause;
  const actions = [
    ...settings.AlarmActions,
    ...settings.OKActions,
    ...settings.InsufficientDataActions,
  ];
  return (
    asked.AlarmTypes.includes(type) &&
    (AlarmNames === undefined || AlarmNames.includes(alarm.name)) &&
    alarm.name.startsWith(AlarmNamePrefix) &&
    (StateValue === undefined || alarm.state.value === StateValue) &&
    (ActionPrefix === undefined || actions.some((arn) => arn.startsWith(ActionPrefix)))
  );
}

const historyShape = z.strictObject({
  AlarmName: z.string().optional(),
  AlarmTypes: types.default(['MetricAlarm']),
  HistoryItemType: z.enum(['ConfigurationUpdate', 'StateUpdate', 'Action']).optional(),
  StartDate: instant.optional(),
  EndDate: instant.optional(),
  MaxRecords: z.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});

function history(book: AlarmBook, asked: z.output<typeof historyShape>): JsonObject {
  const { StartDate = 0, EndDate = Number.POSITIVE_INFINITY } = asked;
  const found = book.history
    .list()
    .filter(
      (item) =>
        (asked.AlarmName === undefined || item.alarmName === asked.AlarmName) &&
        asked.AlarmTypes.includes(item.alarmType) &&
        (asked.HistoryItemType === undefined || item.kind === asked.HistoryItemType) &&
        item.atMs >= StartDate * 1_000 &&
        item.atMs < EndDate * 1_000,
    );
  const ordered = asked.ScanBy === 'TimestampAscending' ? found : found.toReversed();
  const { page, next } = pageOf(ordered, { token: asked.NextToken, sizeMax: asked.MaxRecords });
  return { AlarmHistoryItems: page.map(historyView), ...next };
}

function historyView(item: HistoryItem): JsonObject {
  return {
    AlarmName: item.alarmName,
    AlarmType: item.alarmType,
    Timestamp: item.atMs / 1_000,
    HistoryItemType: item.kind,
    HistorySummary: item.summary,
    HistoryData: JSON.stringify({ ...item.data, timestamp: alarmTime(item.atMs) }),
  };
}
