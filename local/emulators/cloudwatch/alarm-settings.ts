import * as z from 'zod';
import { acceptedUnread } from '../../lambda/resource-properties.ts';
import { isStatistic } from './aggregate.ts';
import { missingDataTreatments } from './alarm-judgement.ts';
import type { ComparisonOperator } from './comparison.ts';
import {
  dimensionsShape,
  type MetricQuery,
  metricQueryShape,
  periodShape,
} from './metric-query.ts';

const actions = z.array(z.string().min(1)).max(5).default([]);
const flag = z.union([z.boolean(), z.stringbool()]);
const name = z.string().min(1).max(255);
const count = z.coerce.number().int().min(1);

const common = {
  AlarmName: name,
  AlarmDescription: z.string().max(1_024).optional(),
  ActionsEnabled: flag.default(true),
  AlarmActions: actions,
  OKActions: actions,
  InsufficientDataActions: actions,
  Tags: acceptedUnread,
};

const operators = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const satisfies readonly ComparisonOperator[];

/** Input of PutMetricAlarm, and the properties of `AWS::CloudWatch::Alarm`, which are the same. */
export const metricAlarmShape = z
  .strictObject({
    ...common,
    MetricName: z.string().min(1).optional(),
    Namespace: z.string().min(1).optional(),
    Statistic: z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum']).optional(),
    ExtendedStatistic: z.string().refine(isStatistic, 'allowed are p0 to p100').optional(),
    Dimensions: dimensionsShape.default([]),
    Period: periodShape.optional(),
    Unit: z.string().optional(),
    EvaluationPeriods: count,
    DatapointsToAlarm: count.optional(),
    Threshold: z.coerce.number(),
    ComparisonOperator: z.enum(operators),
    TreatMissingData: z.enum(missingDataTreatments).default('missing'),
    EvaluateLowSampleCountPercentile: z.enum(['evaluate', 'ignore']).optional(),
    Metrics: z.array(metricQueryShape).max(20).optional(),
  })
  .superRefine((alarm, context) => {
    const problem = problemOf(alarm);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export type MetricAlarmSettings = z.output<typeof metricAlarmShape>;

/** Input of PutCompositeAlarm, and the properties of `AWS::CloudWatch::CompositeAlarm`. */
export const compositeAlarmShape = z
  .strictObject({
    ...common,
    AlarmRule: z.string().min(1),
    ActionsSuppressor: z.string().min(1).optional(),
    ActionsSuppressorWaitPeriod: z.coerce.number().int().min(0).optional(),
    ActionsSuppressorExtensionPeriod: z.coerce.number().int().min(0).optional(),
  })
  .refine(
    (alarm) =>
      alarm.ActionsSuppressor === undefined ||
      (alarm.ActionsSuppressorWaitPeriod !== undefined &&
        alarm.ActionsSuppressorExtensionPeriod !== undefined),
    'an ActionsSuppressor needs ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod',
  );

export type CompositeAlarmSettings = z.output<typeof compositeAlarmShape>;

/** Returns the queries of an alarm; a plain metric is one query of one metric. */
export function queriesOf(settings: MetricAlarmSettings): readonly MetricQuery[] {
  if (settings.Metrics !== undefined) return settings.Metrics;
  const { Namespace = '', MetricName = '', Dimensions, Period = 60 } = settings;
  const Stat = settings.Statistic ?? settings.ExtendedStatistic ?? 'Average';
  return [
    {
      Id: 'm1',
      MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat },
      ReturnData: true,
    },
  ];
}

/** Returns the query whose values an alarm compares with its threshold. */
export function watchedQuery(queries: readonly MetricQuery[]): MetricQuery | undefined {
  return queries.find(({ ReturnData }) => ReturnData !== false);
}

type Draft = Omit<MetricAlarmSettings, 'Tags'>;

function problemOf(alarm: Draft): string | undefined {
  const { DatapointsToAlarm, EvaluationPeriods, Metrics } = alarm;
  if (DatapointsToAlarm !== undefined && DatapointsToAlarm > EvaluationPeriods) {
    return `DatapointsToAlarm got ${DatapointsToAlarm}, allowed is at most EvaluationPeriods, ${EvaluationPeriods}`;
  }
  if (Metrics === undefined) {
    const { Namespace, MetricName, Period, Statistic, ExtendedStatistic } = alarm;
    const isWhole = Namespace !== undefined && MetricName !== undefined && Period !== undefined;
    if (!isWhole) return 'an alarm needs Metrics, or MetricName, Namespace and Period';
    const isOne = (Statistic === undefined) !== (ExtendedStatistic === undefined);
    return isOne ? undefined : 'an alarm needs one of Statistic and ExtendedStatistic';
  }
  if (alarm.MetricName !== undefined) return 'allowed is one of Metrics and MetricName, got both';
  const returned = Metrics.filter(({ ReturnData }) => ReturnData !== false).length;
  return returned === 1 ? undefined : `exactly one query may return data, got ${returned}`;
}
