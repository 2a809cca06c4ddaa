import * as z from 'zod';
import { CloudwatchError } from './errors.ts';
import { dimensionsShape, metricNamed } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';
import { type Operation, operation } from './operation.ts';

const datumsMax = 1_000;

const datumShape = z.strictObject({
  MetricName: z.string().min(1).max(255),
  Dimensions: dimensionsShape.default([]),
  Timestamp: z.number().optional(),
  Value: z.number().optional(),
  Values: z.array(z.number()).max(150).optional(),
  Counts: z.array(z.number()).max(150).optional(),
  StatisticValues: z
    .strictObject({
      SampleCount: z.number(),
      Sum: z.number(),
      Minimum: z.number(),
      Maximum: z.number(),
    })
    .optional(),
  Unit: z.string().optional(),
  StorageResolution: z.number().optional(),
});

const putShape = z.strictObject({
  Namespace: z.string().min(1),
  MetricData: z.array(datumShape).max(datumsMax).default([]),
  StrictEntityValidation: z.boolean().optional(),
});

/**
 * Returns PutMetricData: values, values with counts, or sets of statistics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function putMetricData(store: MetricStore, now: () => number): Operation {
  return operation(putShape, (asked) => {
    put(asked, store, now());
    return undefined;
  });
}

function put(asked: z.output<typeof putShape>, store: MetricStore, nowMs: number): void {
  for (const datum of asked.MetricData) {
    const metric = metricNamed({ ...datum, Namespace: asked.Namespace });
    const atMs = datum.Timestamp === undefined ? nowMs : datum.Timestamp * 1_000;
    const { values, counts } = valuesOf(datum);
    store.add({ metric, atMs, values, ...(counts === undefined ? {} : { counts }) }, nowMs);
  }
}

function valuesOf(datum: z.output<typeof datumShape>): {
  readonly values: readonly number[];
  readonly counts?: readonly number[];
} {
  const { Value, Values, Counts, StatisticValues } = datum;
  if (Value !== undefined) return { values: [Value] };
  if (Values !== undefined) {
    if (Counts !== undefined && Counts.length !== Values.length) {
      throw new CloudwatchError('InvalidParameterValue', 'Counts must be as many as Values');
    }
    return { values: Values, ...(Counts === undefined ? {} : { counts: Counts }) };
  }
  if (StatisticValues === undefined) {
    throw new CloudwatchError(
      'MissingParameter',
      `${datum.MetricName} needs Value, Values or StatisticValues`,
    );
  }
  return spread(StatisticValues);
}

/** A set of statistics as values that have them: the least, the greatest, and what is left evenly between. */
function spread(set: NonNullable<z.output<typeof datumShape>['StatisticValues']>) {
  const { SampleCount, Sum, Minimum, Maximum } = set;
  if (SampleCount <= 2) {
    return { values: [SampleCount === 1 ? Sum : Minimum, Maximum].slice(0, SampleCount) };
  }
  const others = SampleCount - 2;
  return {
    values: [Minimum, Maximum, (Sum - Minimum - Maximum) / others],
    counts: [1, 1, others],
  };
}
