import type { Alarm, AlarmState } from './alarm.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { evaluationRange, type Judgement, type JudgementRule, judge } from './alarm-judgement.ts';
import { type MetricAlarmSettings, queriesOf, watchedQuery } from './alarm-settings.ts';
import { alarmTime, reasonOf } from './alarm-words.ts';
import { comparisons } from './comparison.ts';
import type { Series } from './math-value.ts';
import { answerQueries, periodOf, type Windows } from './metric-query.ts';
import type { MetricStore } from './metric-store.ts';

/** An alarm of a period below a minute is evaluated so often, every other one once a minute. */
const evaluationSeconds = { highResolution: 10, standard: 60 };

/** What evaluation needs to know around the alarm. */
export type EvaluationContext = {
  readonly store: Pick<MetricStore, 'read'>;
  readonly clock: AlarmClock;
  readonly nowMs: number;
};

/** Returns the instant up to which a metric alarm is to be evaluated now: the last whole minute. */
export function evaluationEndMs(
  settings: MetricAlarmSettings,
  { clock, nowMs }: Pick<EvaluationContext, 'clock' | 'nowMs'>,
): number {
  const { highResolution, standard } = evaluationSeconds;
  const isHigh = periodOf(queriesOf(settings)) < 60;
  const stepMs = clock.realMs(isHigh ? highResolution : standard);
  return Math.floor(nowMs / stepMs) * stepMs;
}

/**
 * Returns the state that a metric alarm's data points put it in, or nothing when it stays as it is.
 * The windows slide: the last one ends now, not at a multiple of the period.
 */
export function evaluateMetricAlarm(
  alarm: Alarm,
  settings: MetricAlarmSettings,
  context: EvaluationContext,
): AlarmState | undefined {
  const queries = queriesOf(settings);
  const rule = ruleOf(settings);
  const windows = windowsUntil(evaluationEndMs(settings, context), {
    widthMs: context.clock.realMs(periodOf(queries)),
    count: evaluationRange(rule),
  });
  const watched = watchedQuery(queries)?.Id ?? '';
  const points = answerQueries(queries, windows, context.store).get(watched) ?? [];
  const judgement = judge(points, rule);
  if (judgement.value === 'keep' || judgement.value === alarm.state.value) return undefined;
  return stateFrom({ alarm, settings, judgement, points, windows, nowMs: context.nowMs });
}

function ruleOf(settings: MetricAlarmSettings): JudgementRule {
  const { EvaluationPeriods, Threshold } = settings;
  const { isBreaching } = comparisons[settings.ComparisonOperator];
  return {
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: settings.DatapointsToAlarm ?? EvaluationPeriods,
    treatMissingData: settings.TreatMissingData,
    isBreaching: (value) => isBreaching(value, Threshold),
  };
}

function windowsUntil(
  endMs: number,
  { widthMs, count }: { readonly widthMs: number; readonly count: number },
): Windows {
  return {
    widthMs,
    startsMs: Array.from({ length: count }, (_, index) => endMs - (count - index) * widthMs),
  };
}

function stateFrom(found: {
  readonly alarm: Alarm;
  readonly settings: MetricAlarmSettings;
  readonly judgement: Judgement;
  readonly points: Series;
  readonly windows: Windows;
  readonly nowMs: number;
}): AlarmState {
  const { alarm, settings, judgement, points, windows, nowMs } = found;
  const after = judgement.value === 'keep' ? alarm.state.value : judgement.value;
  return {
    value: after,
    reason: reasonOf({
      judgement,
      points,
      startsMs: windows.startsMs,
      before: alarm.state.value,
      after,
      operator: settings.ComparisonOperator,
      threshold: settings.Threshold,
      evaluationPeriods: settings.EvaluationPeriods,
      datapointsToAlarm: settings.DatapointsToAlarm ?? settings.EvaluationPeriods,
      treatMissingData: settings.TreatMissingData,
    }),
    reasonData: reasonData(found),
    updatedMs: nowMs,
    suppressedBy: undefined,
  };
}

function reasonData(found: Parameters<typeof stateFrom>[0]): string {
  const { settings, judgement, points, windows, nowMs } = found;
  const period = periodOf(queriesOf(settings));
  const statistic = settings.Statistic ?? settings.ExtendedStatistic;
  const evaluated = judgement.evaluated.map((index) => ({
    timestamp: alarmTime(windows.startsMs[index] ?? 0),
    value: points[index] ?? null,
  }));
  return JSON.stringify({
    version: '1.0',
    queryDate: alarmTime(nowMs),
    ...(evaluated[0] === undefined ? {} : { startDate: evaluated[0].timestamp }),
    ...(statistic === undefined ? {} : { statistic }),
    period,
    recentDatapoints: evaluated.map(({ value }) => value),
    threshold: settings.Threshold,
    // Latest first, as CloudWatch lists them.
    evaluatedDatapoints: evaluated.toReversed(),
  });
}
