import * as z from 'zod';
import type { JsonObject } from '../../aws.ts';
import { isStatistic, statisticOf } from './aggregate.ts';
import { CloudwatchError } from './errors.ts';
import { metricKey } from './metric.ts';
import {
  answerQueries,
  dimensionsShape,
  type MetricQuery,
  metricNamed,
  metricQueryShape,
  periodOf,
  periodShape,
  type Windows,
} from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';
import { type Operation, operation } from './operation.ts';
import { pageOf } from './paging.ts';
import { putMetricData } from './put-metric-data.ts';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const limits = { datapoints: 100_800, queries: 500, listed: 500, statistics: 1_440 };

/** Returns the calls about metrics, by their names in the API. */
export function metricOperations(
  store: MetricStore,
  now: () => number,
): Readonly<Record<string, Operation>> {
  return {
    PutMetricData: putMetricData(store, now),
    GetMetricData: operation(getShape, (asked) => get(asked, store)),
    GetMetricStatistics: operation(statisticsShape, (asked) => statistics(asked, store)),
    ListMetrics: operation(listShape, (asked) => list(asked, store)),
  };
}

const getShape = z.strictObject({
  MetricDataQueries: z.array(metricQueryShape).min(1).max(limits.queries),
  StartTime: z.number(),
  EndTime: z.number(),
  NextToken: z.string().optional(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MaxDatapoints: z.number().optional(),
  LabelOptions: z.unknown().optional(),
});

/** Queries of different periods are answered in windows of the longest, but each metric in its own. */
function get(asked: z.output<typeof getShape>, store: MetricStore): JsonObject {
  const { MetricDataQueries: queries, ScanBy } = asked;
  const cache = new Map<number, ReturnType<typeof answersIn>>();
  const answers = (widthSeconds: number) => {
    const known = cache.get(widthSeconds) ?? answersIn(widthSeconds, asked, store);
    cache.set(widthSeconds, known);
    return known;
  };
  const results = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map((query) => {
      const width = query.MetricStat?.Period ?? query.Period ?? periodOf(queries);
      const { series, windows } = answers(width);
      const points = (series.get(query.Id) ?? []).flatMap((value, index) =>
        value === undefined ? [] : [{ at: (windows.startsMs[index] ?? 0) / 1_000, value }],
      );
      const ordered = ScanBy === 'TimestampAscending' ? points : points.toReversed();
      return {
        Id: query.Id,
        Label: labelOf(query),
        Timestamps: ordered.map(({ at }) => at),
        Values: ordered.map(({ value }) => value),
        StatusCode: 'Complete',
      };
    });
  return { MetricDataResults: results, Messages: [] };
}

function answersIn(widthSeconds: number, asked: z.output<typeof getShape>, store: MetricStore) {
  const windows = windowsBetween(asked, widthSeconds);
  return { windows, series: answerQueries(asked.MetricDataQueries, windows, store) };
}

/** Windows begin at multiples of the period, the first before or at the start. */
function windowsBetween(
  { StartTime, EndTime }: { readonly StartTime: number; readonly EndTime: number },
  widthSeconds: number,
): Windows {
  if (StartTime >= EndTime) {
    throw new CloudwatchError(
      'ValidationError',
      'The parameter StartTime must be less than the parameter EndTime',
    );
  }
  const first = Math.floor(StartTime / widthSeconds) * widthSeconds;
  const count = Math.ceil((EndTime - first) / widthSeconds);
  if (count > limits.datapoints) {
    throw new CloudwatchError(
      'ValidationError',
      `the time asked for has ${count} periods, allowed are ${limits.datapoints}`,
    );
  }
  return {
    widthMs: widthSeconds * 1_000,
    startsMs: Array.from({ length: count }, (_, index) => (first + index * widthSeconds) * 1_000),
  };
}

function labelOf({ Id, Label, MetricStat }: MetricQuery): string {
  return Label ?? MetricStat?.Metric.MetricName ?? Id;
}

const statisticsShape = z.strictObject({
  Namespace: z.string().min(1),
  MetricName: z.string().min(1),
  Dimensions: dimensionsShape.default([]),
  StartTime: z.number(),
  EndTime: z.number(),
  Period: periodShape,
  Statistics: z.array(z.enum(['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'])).default([]),
  ExtendedStatistics: z.array(z.string().refine(isStatistic, 'allowed are p0 to p100')).default([]),
  Unit: z.string().optional(),
});

function statistics(asked: z.output<typeof statisticsShape>, store: MetricStore): JsonObject {
  const metric = metricNamed(asked);
  const { startsMs, widthMs } = windowsBetween(asked, asked.Period);
  if (startsMs.length > limits.statistics) {
    throw new CloudwatchError(
      'InvalidParameterCombination',
      `You have requested up to ${startsMs.length} datapoints, which exceeds the limit of ${limits.statistics}`,
    );
  }
  const points = startsMs.flatMap((fromMs) => {
    const aggregate = store.read(metric, fromMs, fromMs + widthMs);
    if (aggregate === undefined) return [];
    const simple = asked.Statistics.map((name) => [name, statisticOf(aggregate, name)]);
    const extended = asked.ExtendedStatistics.map((name) => [name, statisticOf(aggregate, name)]);
    return [
      {
        Timestamp: fromMs / 1_000,
        Unit: asked.Unit ?? 'None',
        ...Object.fromEntries(simple),
        ...(extended.length === 0 ? {} : { ExtendedStatistics: Object.fromEntries(extended) }),
      },
    ];
  });
  return { Label: asked.MetricName, Datapoints: points };
}

const listShape = z.strictObject({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
  NextToken: z.string().optional(),
  RecentlyActive: z.string().optional(),
  IncludeLinkedAccounts: z.boolean().optional(),
  OwningAccount: z.string().optional(),
});

function list(asked: z.output<typeof listShape>, store: MetricStore): JsonObject {
  const found = store
    .list()
    .filter(
      ({ namespace, name, dimensions }) =>
        (asked.Namespace === undefined || namespace === asked.Namespace) &&
        (asked.MetricName === undefined || name === asked.MetricName) &&
        asked.Dimensions.every(({ Name, Value }) =>
          Value === undefined ? Name in dimensions : dimensions[Name] === Value,
        ),
    )
    .toSorted((one, other) => (metricKey(one) < metricKey(other) ? -1 : 1));
  const { page, next } = pageOf(found, { token: asked.NextToken, sizeMax: limits.listed });
  return {
    Metrics: page.map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...next,
  };
}
