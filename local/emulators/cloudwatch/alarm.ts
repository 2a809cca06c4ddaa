import type { Place } from '../../aws.ts';
import type { AlarmValue } from './alarm-judgement.ts';
import type { AlarmRule } from './alarm-rule.ts';
import type { CompositeAlarmSettings, MetricAlarmSettings } from './alarm-settings.ts';
import type { SuppressedBy } from './suppression.ts';

/** What an alarm says at one time, and why. */
export type AlarmState = {
  readonly value: AlarmValue;
  readonly reason: string;
  /** JSON, as CloudWatch hands it out. */
  readonly reasonData: string | undefined;
  readonly updatedMs: number;
  readonly suppressedBy: SuppressedBy | undefined;
};

export type AlarmCause =
  | { readonly type: 'MetricAlarm'; readonly settings: MetricAlarmSettings }
  | {
      readonly type: 'CompositeAlarm';
      readonly settings: CompositeAlarmSettings;
      readonly rule: AlarmRule;
    };

/** One alarm: what it watches, and how it stands. */
export type Alarm = {
  readonly name: string;
  readonly arn: string;
  readonly cause: AlarmCause;
  readonly configuredMs: number;
  readonly actionsEnabled: boolean;
  readonly state: AlarmState;
  readonly previous: AlarmState | undefined;
  /** When its value last changed. */
  readonly transitionedMs: number;
  /** When it last left ALARM. */
  readonly leftAlarmMs: number | undefined;
  /** The value that its actions last told of, or that it began with. */
  readonly toldValue: AlarmValue;
  /** End of the windows that were last evaluated; it is not evaluated again before them. */
  readonly evaluatedUntilMs: number;
};

/** Returns an alarm as it is created. */
export function newAlarm(made: {
  readonly place: Place;
  readonly cause: AlarmCause;
  readonly atMs: number;
  /** Of a composite alarm, whose rule has a value at once. */
  readonly ruleHolds?: boolean;
}): Alarm {
  const { cause, atMs, ruleHolds } = made;
  const name = cause.settings.AlarmName;
  const arn = alarmArn(made.place, name);
  const value = ruleHolds === undefined ? 'INSUFFICIENT_DATA' : ruleHolds ? 'ALARM' : 'OK';
  const reason =
    ruleHolds === undefined
      ? 'Unchecked: Initial alarm creation'
      : `${arn} was created and its alarm rule evaluates to ${value}`;
  return {
    name,
    arn,
    cause,
    configuredMs: atMs,
    actionsEnabled: cause.settings.ActionsEnabled,
    state: { value, reason, reasonData: undefined, updatedMs: atMs, suppressedBy: undefined },
    previous: undefined,
    transitionedMs: atMs,
    leftAlarmMs: undefined,
    toldValue: value,
    evaluatedUntilMs: 0,
  };
}

/** Returns an alarm in another state; reason and time change even where the value does not. */
export function withState(alarm: Alarm, state: AlarmState): Alarm {
  const isOther = state.value !== alarm.state.value;
  const hasLeft = isOther && alarm.state.value === 'ALARM';
  return {
    ...alarm,
    state,
    previous: alarm.state,
    transitionedMs: isOther ? state.updatedMs : alarm.transitionedMs,
    leftAlarmMs: hasLeft ? state.updatedMs : alarm.leftAlarmMs,
  };
}

function alarmArn({ partition, region, accountId }: Place, name: string): string {
  return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
}
