import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, alarmPeriod } from './alarm-row.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** How often a function runs at least while something is wrong with it. */
export type WatchedFunction = {
  readonly about: string;
  readonly fn: PipelineFunction;
  readonly runs: 'often' | 'hourly';
};

/**
 * A queue or the clock brings failed work back, so one bad moment is no news: two periods in a row are.
 * That Lambda had no free concurrency is no alarm of its own: what it does to mail and news is one.
 */
const periods = 2;
const periodOf: Readonly<Record<WatchedFunction['runs'], Duration>> = {
  often: alarmPeriod,
  hourly: Duration.hours(1),
};

/** Returns the alarm about the failures of one function. */
export function functionAlarm({ about, fn, runs }: WatchedFunction): AlarmRow {
  return {
    kind: 'pipeline-broken',
    about: `function.${about}`,
    text: `The function ${about} fails as a whole. Read the first error in its log; what it could not do is tried again or set aside, not lost.`,
    metric: fn.metricErrors({ period: periodOf[runs], statistic: Stats.SUM }),
    threshold: 1,
    periods,
  };
}
