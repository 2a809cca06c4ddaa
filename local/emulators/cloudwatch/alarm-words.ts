import type { AlarmValue, Judgement } from './alarm-judgement.ts';
import { type ComparisonOperator, comparisons } from './comparison.ts';
import type { Series } from './math-value.ts';

/** What a reason is told from. */
export type ReasonFacts = {
  readonly judgement: Judgement;
  readonly points: Series;
  readonly startsMs: readonly number[];
  readonly before: AlarmValue;
  readonly after: AlarmValue;
  readonly operator: ComparisonOperator;
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: string;
};

/** Returns why a metric alarm changed its state, in AWS's words. */
export function reasonOf(facts: ReasonFacts): string {
  const { judgement, evaluationPeriods, after } = facts;
  const { evaluated, filledCount } = judgement;
  if (after === 'INSUFFICIENT_DATA') {
    return `Insufficient Data: ${evaluationPeriods} ${plural(evaluationPeriods, 'datapoint was', 'datapoints were')} unknown.`;
  }
  if (evaluated.length === 0) {
    const treated = facts.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${evaluationPeriods} ${plural(evaluationPeriods, 'period', 'periods')} and ${filledCount} missing ${plural(filledCount, 'datapoint was', 'datapoints were')} treated as [${treated}].`;
  }
  const told = evaluated.filter((index) => isTold(facts, index));
  const isAre = plural(told.length, 'was', 'were');
  const not = after === 'ALARM' ? '' : ' not';
  const needed = needFor(facts);
  return `Threshold Crossed: ${told.length} out of the last ${evaluationPeriods} datapoints [${told.map((index) => pointText(facts, index)).join(', ')}] ${isAre}${not} ${comparisons[facts.operator].words} the threshold (${decimal(facts.threshold)}) (minimum ${needed} ${plural(needed, 'datapoint', 'datapoints')} for ${facts.before} -> ${after} transition).`;
}

/** An alarm is told by what is beyond the threshold, its end by what is not. */
function isTold({ points, operator, threshold, after }: ReasonFacts, index: number): boolean {
  const isBeyond = comparisons[operator].isBreaching(points[index] ?? Number.NaN, threshold);
  return isBeyond === (after === 'ALARM');
}

function needFor({ after, datapointsToAlarm, evaluationPeriods }: ReasonFacts): number {
  return after === 'ALARM' ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
}

function pointText({ points, startsMs }: ReasonFacts, index: number): string {
  const at = new Date(startsMs[index] ?? 0).toISOString();
  const day = `${at.slice(8, 10)}/${at.slice(5, 7)}/${at.slice(2, 4)}`;
  return `${decimal(points[index] ?? 0)} (${day} ${at.slice(11, 19)})`;
}

/** AWS writes whole numbers as Java does, with a zero behind the point. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function plural(count: number, one: string, more: string): string {
  return count === 1 ? one : more;
}

/** Returns an instant as alarms write it: 2019-10-02T17:04:40.985+0000. */
export function alarmTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+0000');
}

/** Returns an instant as the reasons of composite alarms write it: Friday 22 July, 2022 15:57:45 UTC. */
export function longTime(atMs: number): string {
  const at = new Date(atMs);
  const weekday = at.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
  const month = at.toLocaleDateString('en-US', { month: 'long', timeZone: 'UTC' });
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${weekday} ${day} ${month}, ${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)} UTC`;
}
