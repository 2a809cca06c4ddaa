/** What CloudWatch says: how alarms stand, and the latest values of metrics. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { type EpochMs, epochMs, minuteMs } from '../domain/time.ts';

const stateNames = { OK: 'ok', ALARM: 'alarm', INSUFFICIENT_DATA: 'no-data' } as const;
export type AlarmState = (typeof stateNames)[keyof typeof stateNames];

/** An alarm as CloudWatch shows it. */
export type AlarmStanding = {
  readonly name: string;
  /** A composite stands over others; a metric alarm measures by itself. */
  readonly kind: 'metric' | 'composite';
  readonly state: AlarmState;
  /** Since when it is in this state. */
  readonly since?: EpochMs;
  /** Why, in CloudWatch's words. */
  readonly reason?: string;
  readonly description?: string;
};

/** A metric whose latest value is asked for. */
export type MetricQuestion = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Minimum' | 'Average' | 'Sum';
};

/** Alarms of one page, CloudWatch's most. */
const pageMax = 100;

/** Pages that are read: a deployment has some hundred alarms. */
const pagesMax = 20;

/** Metrics of one call, CloudWatch's most. */
const questionsMax = 500;

const periodMs = minuteMs;

/**
 * Returns every alarm whose name begins with the prefix, metric alarms and composites; with `only` those in
 * that state. One call a hundred alarms (10 USD a million calls).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export async function readAlarms(
  cloudwatch: CloudWatchClient,
  prefix: string,
  { only }: { readonly only?: 'ALARM' } = {},
): Promise<readonly AlarmStanding[]> {
  const found: AlarmStanding[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { MetricAlarms, CompositeAlarms, NextToken } = await cloudwatch.send(
      new DescribeAlarmsCommand({
        AlarmNamePrefix: prefix,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: pageMax,
        ...(only === undefined ? {} : { StateValue: only }),
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    for (const alarm of MetricAlarms ?? []) found.push(standingOf(alarm, 'metric'));
    for (const alarm of CompositeAlarms ?? []) found.push(standingOf(alarm, 'composite'));
    if (NextToken === undefined) return found;
    token = NextToken;
  }
  throw new Error(`more than ${pageMax * pagesMax} alarms begin with ${prefix}; name them closer`);
}

/**
 * Returns the latest value of each metric within `windowMs` before now, by its place among the questions;
 * undefined where nothing was measured. One call for up to 500 metrics (0.01 USD a thousand metrics).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export async function readLatestValues(
  cloudwatch: CloudWatchClient,
  questions: readonly MetricQuestion[],
  { now, windowMs }: { readonly now: EpochMs; readonly windowMs: number },
): Promise<readonly (number | undefined)[]> {
  const latest = new Map<string, number>();
  for (let from = 0; from < questions.length; from += questionsMax) {
    const { MetricDataResults = [] } = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - windowMs),
        EndTime: new Date(now + periodMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: questions
          .slice(from, from + questionsMax)
          .map((question, index) => toQuery(question, from + index)),
      }),
    );
    for (const { Id = '', Values } of MetricDataResults)
      if (Values?.[0] !== undefined && !latest.has(Id)) latest.set(Id, Values[0]);
  }
  return questions.map((_, index) => latest.get(idOf(index)));
}

/** Returns the question about one metric by the minute; `idOf(index)` names its answer. */
export function toQuery({ namespace, name, dimensions, statistic }: MetricQuestion, index: number) {
  return {
    Id: idOf(index),
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodMs / 1000,
      Stat: statistic,
    },
  };
}

/** Returns the id of a question by its place. */
export function idOf(index: number): string {
  return `m${index}`;
}

type ToldAlarm = {
  readonly AlarmName?: string | undefined;
  readonly AlarmDescription?: string | undefined;
  readonly StateValue?: string | undefined;
  readonly StateReason?: string | undefined;
  readonly StateTransitionedTimestamp?: Date | undefined;
  readonly StateUpdatedTimestamp?: Date | undefined;
};

function standingOf(told: ToldAlarm, kind: AlarmStanding['kind']): AlarmStanding {
  const { AlarmName = '', AlarmDescription, StateValue = '', StateReason } = told;
  const since = told.StateTransitionedTimestamp ?? told.StateUpdatedTimestamp;
  return {
    name: AlarmName,
    kind,
    state: isState(StateValue) ? stateNames[StateValue] : 'no-data',
    ...(since === undefined ? {} : { since: epochMs(since.getTime()) }),
    ...(StateReason === undefined ? {} : { reason: StateReason }),
    ...(AlarmDescription === undefined ? {} : { description: AlarmDescription }),
  };
}

function isState(value: string): value is keyof typeof stateNames {
  return Object.hasOwn(stateNames, value);
}
