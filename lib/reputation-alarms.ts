import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { reviewLines } from '../domain/review-line.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';

/** SES's own rate rings at this share of its review line: at the line AWS acts, and then it is late. */
const nearShare = 0.8;

/** Time left at the current rate below which somebody is called: a day is enough to find a list and hold it. */
const hoursLeftMin = 24;

/** What SES calls its rates, and what we call the time that is left. */
const rates = [
  {
    kind: 'bounce-rate',
    word: 'bounce',
    line: reviewLines.bounce,
    sesMetric: 'Reputation.BounceRate',
    hoursLeft: metrics.hoursToBounceReview,
  },
  {
    kind: 'complaint-rate',
    word: 'complaint',
    line: reviewLines.complaint,
    sesMetric: 'Reputation.ComplaintRate',
    hoursLeft: metrics.hoursToComplaintReview,
  },
] as const;

/**
 * Returns the alarms about the account's rates: as SES counts them, and the time left as we count. AWS reviews
 * accounts, not configuration sets; whose rate it is in which pool stands on the dashboard and in the evidence.
 */
export function rateAlarms(deployment: string): readonly AlarmRow[] {
  return rates.flatMap(({ kind, word, line, sesMetric, hoursLeft }): readonly AlarmRow[] => [
    {
      kind,
      about: 'account',
      text: `By SES's own count the ${word} rate of this account is at ${100 * nearShare} % of its review line (${percent(line)}) or beyond it. Find the tenant or list behind it and hold it: npx goodstanding tenants hold`,
      metric: sesRate(sesMetric, {}),
      threshold: nearShare * line,
      periods: 1,
    },
    {
      kind,
      about: 'time.left',
      text: `At the current rate this account reaches SES's ${word} review line (${percent(line)}) within ${hoursLeftMin} h; the metric says in how many. Find the tenant or list behind it and hold it: npx goodstanding tenants hold`,
      metric: ownMetric(hoursLeft, { Deployment: deployment }, Stats.MINIMUM),
      threshold: hoursLeftMin,
      bad: 'below',
      periods: 1,
    },
  ]);
}

/** Returns SES's own rate of an account (no dimensions) or of a configuration set, 0..1. */
export function sesRate(
  metricName: string,
  dimensionsMap: Record<string, string>,
  label?: string,
): IMetric {
  return new Metric({
    ...(label === undefined ? {} : { label }),
    namespace: 'AWS/SES',
    metricName,
    dimensionsMap,
    statistic: Stats.MAXIMUM,
    // SES computes the rate over a volume of mail and publishes it at no fixed pace.
    period: Duration.hours(1),
  });
}

function percent(ratio: number): string {
  return `${100 * ratio} %`;
}
