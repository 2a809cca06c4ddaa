import type { Series } from './math-value.ts';

export type AlarmValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export const alarmValues = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;

export const missingDataTreatments = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;

/** M of N: so many of the evaluated data points must be beyond the threshold. */
export type JudgementRule = {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: (typeof missingDataTreatments)[number];
  readonly isBreaching: (value: number) => boolean;
};

/** What the data points say; `keep` leaves the alarm as it is. */
export type Judgement = {
  readonly value: AlarmValue | 'keep';
  /** Which windows of the evaluation range were evaluated, as indices, oldest first. */
  readonly evaluated: readonly number[];
  /** How many missing data points were filled in. */
  readonly filledCount: number;
};

/**
 * Data points beyond the evaluation periods that are looked at when some are missing. AWS says only
 * that the number depends on the period; its examples have two for three evaluation periods.
 */
const extraPeriods = 2;

/** Returns how many of the latest data points are looked at. */
export function evaluationRange({ evaluationPeriods }: JudgementRule): number {
  return evaluationPeriods + extraPeriods;
}

/**
 * Decides the state of a metric alarm from the data points of its evaluation range, oldest first.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function judge(points: Series, rule: JudgementRule): Judgement {
  const real = points.flatMap((value, index) => (value === undefined ? [] : [index]));
  const needed = rule.evaluationPeriods;
  if (real.length >= needed) {
    const evaluated = real.slice(-needed);
    const value = breachingOf(evaluated, points, rule) >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
    return { value, evaluated, filledCount: 0 };
  }
  const filledCount = needed - real.length;
  return { value: decide(real, points, rule), evaluated: real, filledCount };
}

function decide(real: readonly number[], points: Series, rule: JudgementRule): Judgement['value'] {
  const { treatMissingData, datapointsToAlarm } = rule;
  const breaching = breachingOf(real, points, rule);
  const filled = rule.evaluationPeriods - real.length;
  const filledBreaching = treatMissingData === 'breaching' ? filled : 0;
  if (breaching + filledBreaching >= datapointsToAlarm) return 'ALARM';
  if (treatMissingData === 'breaching' || treatMissingData === 'notBreaching') return 'OK';
  if (real.length === 0) return treatMissingData === 'missing' ? 'INSUFFICIENT_DATA' : 'keep';
  if (breaching < real.length) return 'OK';
  // All that is known is bad. Once the oldest of it is old enough, AWS calls that an alarm.
  const oldest = real[0] ?? 0;
  const isOldEnough = points.length - oldest >= datapointsToAlarm;
  return isOldEnough && treatMissingData === 'missing' ? 'ALARM' : 'keep';
}

function breachingOf(indices: readonly number[], points: Series, rule: JudgementRule): number {
  return indices.filter((index) => rule.isBreaching(points[index] ?? Number.NaN)).length;
}
