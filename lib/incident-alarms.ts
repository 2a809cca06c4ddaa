import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  type IAlarmRule,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmKind, alarmKinds } from '../contract/alarm-kinds.ts';
import {
  alarmKindNames,
  causesName,
  compositeName,
  isAlarmKind,
  runbookOf,
} from '../contract/alarm-names.ts';

export interface IncidentAlarmsProps {
  readonly deployment: string;
  /** Metric alarms of each kind, at least one. */
  readonly children: ReadonlyMap<AlarmKind, readonly Alarm[]>;
  /** Where the one kind goes that the responder cannot tell of. */
  readonly topic: ITopic;
}

/** A cause may ring this much later than what it causes: both are read every five minutes. */
const causeWait = Duration.minutes(5);

/** What a cause has kept waiting may ring for as long after the cause has ended. */
const causeExtension = Duration.minutes(15);

/**
 * One composite for each kind of trouble: it rings while any metric alarm of the kind does. The responder hears
 * of its changes by EventBridge and tells people; only the trouble of the responder itself goes straight to the
 * topic. A kind that others cause has them as its suppressor, so that actions of your own stay quiet as well.
 */
export class IncidentAlarms extends Construct {
  readonly composites: readonly CompositeAlarm[];

  constructor(scope: Construct, id: string, props: IncidentAlarmsProps) {
    super(scope, id);
    const composites = new Map<AlarmKind, CompositeAlarm>();
    // Causes stand before what they cause, so each finds the composites that it names.
    for (const kind of alarmKindNames)
      composites.set(kind, this.#composite(kind, props, composites));
    composites.get('responder-down')?.addAlarmAction(new SnsAction(props.topic));
    this.composites = [...composites.values()];
  }

  #composite(
    kind: AlarmKind,
    { deployment, children }: IncidentAlarmsProps,
    composites: ReadonlyMap<AlarmKind, CompositeAlarm>,
  ): CompositeAlarm {
    const causes = alarmKinds[kind].causedBy.flatMap((cause) =>
      isAlarmKind(cause) ? (composites.get(cause) ?? []) : [],
    );
    const suppressor = this.#suppressor(causes, { kind, deployment });
    return new CompositeAlarm(this, kind, {
      compositeAlarmName: compositeName(deployment, kind),
      alarmDescription: describe(kind),
      alarmRule: anyOf(children.get(kind) ?? []),
      ...(suppressor
        ? {
            actionsSuppressor: suppressor,
            actionsSuppressorWaitPeriod: causeWait,
            actionsSuppressorExtensionPeriod: causeExtension,
          }
        : {}),
    });
  }

  /** A composite has one suppressor, so several causes need a helper that rings for any of them. */
  #suppressor(
    causes: readonly CompositeAlarm[],
    { kind, deployment }: { readonly kind: AlarmKind; readonly deployment: string },
  ): CompositeAlarm | undefined {
    if (causes.length < 2) return causes[0];
    return new CompositeAlarm(this, `causes-of-${kind}`, {
      compositeAlarmName: causesName(deployment, kind),
      alarmDescription: 'Rings while a cause of another alarm does; it tells nobody.',
      alarmRule: anyOf(causes),
    });
  }
}

function anyOf(alarms: readonly (Alarm | CompositeAlarm)[]): IAlarmRule {
  return AlarmRule.anyOf(...alarms.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)));
}

/** What happened, what is already done about it, and where to begin; CloudWatch takes 1,024 characters. */
function describe(kind: AlarmKind): string {
  const { severity, title, means, bySystem, look } = alarmKinds[kind];
  return `[${severity}] ${title}. ${means} ${bySystem} First: npx ${look}. Runbook: ${runbookOf(kind)}`;
}
