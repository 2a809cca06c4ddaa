import * as z from 'zod';
import { isStatistic, statisticOf } from './aggregate.ts';
import { CloudwatchError } from './errors.ts';
import { evaluateMath } from './math-evaluation.ts';
import { parseMath } from './math-expression.ts';
import { asSeries, type Series } from './math-value.ts';
import type { Metric } from './metric.ts';
import type { MetricStore } from './metric-store.ts';

/** Stretches of time of one length, oldest first. */
export type Windows = { readonly startsMs: readonly number[]; readonly widthMs: number };

export const dimensionsShape = z
  .array(z.object({ Name: z.string().min(1), Value: z.string().min(1) }))
  .max(30);

/** A period of 1, 5, 10, 20, 30 seconds or of whole minutes; templates also write it as a text. */
export const periodShape = z.coerce
  .number()
  .int()
  .refine(
    (seconds) => [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
    {
      message: 'Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds',
    },
  );

const statistic = z.string().refine(isStatistic, {
  message:
    'the statistic must be SampleCount, Sum, Average, Minimum, Maximum or a percentile such as p99',
});

/** `MetricDataQuery` of the API and of CloudFormation. */
export const metricQueryShape = z.object({
  Id: z.string().regex(/^[a-z]\w*$/, 'an Id begins with a small letter'),
  Expression: z.string().min(1).optional(),
  MetricStat: z
    .object({
      Metric: z.object({
        Namespace: z.string().min(1),
        MetricName: z.string().min(1),
        Dimensions: dimensionsShape.default([]),
      }),
      Period: periodShape,
      Stat: statistic,
      Unit: z.string().optional(),
    })
    .optional(),
  Label: z.string().optional(),
  Period: periodShape.optional(),
  ReturnData: z.union([z.boolean(), z.stringbool()]).optional(),
  AccountId: z.string().optional(),
});

export type MetricQuery = z.output<typeof metricQueryShape>;

/** Returns the metric that the API names so. */
export function metricNamed(named: {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: z.output<typeof dimensionsShape>;
}): Metric {
  return {
    namespace: named.Namespace,
    name: named.MetricName,
    dimensions: Object.fromEntries(named.Dimensions.map(({ Name, Value }) => [Name, Value])),
  };
}

/**
 * Returns the values of each query by its id: what the metrics say, and what expressions make of it.
 * @throws CloudwatchError for an id that is not there, is there twice, or needs itself.
 */
export function answerQueries(
  queries: readonly MetricQuery[],
  windows: Windows,
  store: Pick<MetricStore, 'read'>,
): ReadonlyMap<string, Series> {
  const byId = new Map(queries.map((query) => [query.Id, query]));
  if (byId.size < queries.length) throw invalid('the Ids of the queries must differ');
  const answers = new Map<string, Series>();
  const open = new Set<string>();
  const answer = (id: string): Series => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    const query = byId.get(id);
    if (query === undefined) throw invalid(`no query has the Id ${id}`);
    if (open.has(id)) throw invalid(`the expression ${id} needs itself`);
    open.add(id);
    const series = compute(query);
    open.delete(id);
    answers.set(id, series);
    return series;
  };
  const compute = ({ Id, Expression, MetricStat }: MetricQuery): Series => {
    if (MetricStat !== undefined) return readWindows(MetricStat, windows, store);
    if (Expression === undefined) throw invalid(`${Id} needs a MetricStat or an Expression`);
    const value = evaluateMath(parseMath(Expression), {
      series: answer,
      metricIds: queries.filter((one) => one.MetricStat !== undefined).map((one) => one.Id),
      periodSeconds: periodOf(queries),
    });
    return asSeries(value, windows.startsMs.length);
  };
  for (const id of byId.keys()) answer(id);
  return answers;
}

/** Returns the period of a set of queries: the longest of them, in seconds. */
export function periodOf(queries: readonly MetricQuery[]): number {
  const periods = queries.flatMap(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? []);
  return periods.length === 0 ? 60 : Math.max(...periods);
}

function readWindows(
  stat: NonNullable<MetricQuery['MetricStat']>,
  { startsMs, widthMs }: Windows,
  store: Pick<MetricStore, 'read'>,
): Series {
  const metric = metricNamed(stat.Metric);
  return startsMs.map((fromMs) => {
    const aggregate = store.read(metric, fromMs, fromMs + widthMs);
    return aggregate === undefined ? undefined : statisticOf(aggregate, stat.Stat);
  });
}

function invalid(message: string): CloudwatchError {
  return new CloudwatchError('ValidationError', message);
}
