import { metricNamespace } from '../contract/metrics.ts';

export type Measure = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Count' | 'Seconds' | 'Percent' | 'None';
};

/** Writes one JSON line; never an address, a subject or any content. */
export function log(code: string, fields: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ code, ...fields }));
}

/**
 * Writes metrics as one embedded-metric-format line; zero counts are left out, they cost the same.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function logMetrics(
  now: number,
  dimensions: Readonly<Record<string, string>>,
  measures: readonly Measure[],
): void {
  const told = measures.filter(({ value, unit }) => value !== 0 || unit !== 'Count');
  if (told.length === 0) return;
  console.log(
    JSON.stringify({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: metricNamespace,
            Dimensions: [Object.keys(dimensions)],
            Metrics: told.map(({ name, unit }) => ({ Name: name, Unit: unit })),
          },
        ],
      },
      ...dimensions,
      ...Object.fromEntries(told.map(({ name, value }) => [name, value])),
    }),
  );
}

/** Returns what may be logged of a failure: its name and message, shortened. */
export function describeError(error: unknown): Record<string, string> {
  return error instanceof Error
    ? { error: error.name, message: error.message.slice(0, 500) }
    : { error: 'Unknown', message: String(error).slice(0, 500) };
}
