import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, alarmPeriod as period, type Severity } from './alarm-row.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** What starts a function, and so how loud its failures are. */
export type WatchedFunction = {
  readonly about: string;
  readonly fn: PipelineFunction;
  readonly startedBy: 'queue' | 'schedule';
};

/** A queue brings failed messages back, so one bad moment is no news; a failed run by the clock is. */
const urgency: Readonly<
  Record<WatchedFunction['startedBy'], { readonly severity: Severity; readonly periods: number }>
> = {
  queue: { severity: 'page', periods: 2 },
  schedule: { severity: 'ticket', periods: 1 },
};

/** Returns the alarms about one function. */
export function functionAlarms({ about, fn, startedBy }: WatchedFunction): readonly AlarmRow[] {
  return [
    {
      about: `${about}-errors`,
      ...urgency[startedBy],
      text: `The function ${about} fails as a whole. Read the first error in its log; what it could not do is tried again or set aside, not lost.`,
      metric: fn.metricErrors({ period, statistic: Stats.SUM }),
      threshold: 1,
    },
    {
      about: `${about}-throttled`,
      ...urgency[startedBy],
      severity: 'ticket',
      text: `Lambda had no free concurrency for ${about}; a new account has ten in all. Ask AWS for more, or lower limits.dispatchConcurrency.`,
      metric: fn.metricThrottles({ period, statistic: Stats.SUM }),
      threshold: 1,
    },
  ];
}
