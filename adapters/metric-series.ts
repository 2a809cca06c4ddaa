import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { EpochMs } from '../domain/time.ts';
import { type MetricQuestion, toQuery } from './cloudwatch.ts';

/** Metrics of one call, CloudWatch's most; more are left out rather than paid for. */
export const seriesMax = 500;

/** A metric's value by the minute that begins at the key, epoch milliseconds; minutes without a value are not there. */
export type MetricSeries = ReadonlyMap<number, number>;

/**
 * Returns each metric's values minute by minute, by its place among the questions. One call for up to
 * `seriesMax` metrics (0.01 USD a thousand metrics).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export async function readSeries(
  cloudwatch: CloudWatchClient,
  questions: readonly MetricQuestion[],
  { since, until }: { readonly since: EpochMs; readonly until: EpochMs },
): Promise<readonly MetricSeries[]> {
  const found = questions.map(() => new Map<number, number>());
  if (questions.length === 0) return found;
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(since),
      EndTime: new Date(until),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: questions.slice(0, seriesMax).map(toQuery),
    }),
  );
  for (const { Id = '', Timestamps = [], Values = [] } of MetricDataResults)
    for (const [place, at] of Timestamps.entries())
      found[Number(Id.slice(1))]?.set(at.getTime(), Values[place] ?? 0);
  return found;
}
