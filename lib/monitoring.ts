import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import type { AlarmRow } from './alarm-row.ts';
import type { PlannedSet } from './configuration-set-plan.ts';
import { type DueMail, dueAlarms } from './due-mail.ts';
import type { FeedbackPath } from './feedback-path.ts';
import { functionAlarms, type WatchedFunction } from './function-alarms.ts';
import { feedbackAlarms, rotationAlarms, streamAlarms } from './queue-alarms.ts';
import type { RotationLoop } from './rotation-loop.ts';
import type { SendPath } from './send-path.ts';
import { accountAlarms, parkedAlarms, reputationAlarms, switchAlarm } from './ses-alarms.ts';
import type { SlowWork } from './slow-work.ts';

export interface MonitoringProps {
  readonly config: PipelineConfig;
  readonly alarms: Topic;
  readonly sendPaths: readonly SendPath[];
  readonly dueMail: DueMail;
  readonly feedbackPath: FeedbackPath;
  readonly rotationLoop: RotationLoop;
  readonly slowWork: SlowWork;
  readonly sets: readonly PlannedSet[];
}

/** Every alarm of a deployment; each acts on the alarm topic, which may lead to a mailbox. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { config, alarms } = props;
    const action = new SnsAction(alarms);
    for (const row of rowsOf(props)) this.#alarm(row, config.deployment).addAlarmAction(action);
    if (config.alarmEmail) alarms.addSubscription(new EmailSubscription(config.alarmEmail));
  }

  #alarm(row: AlarmRow, deployment: string): Alarm {
    return new Alarm(this, row.about, {
      alarmName: namesOf(deployment).alarm(row.about),
      alarmDescription: `[${row.severity}] ${row.text}`,
      metric: row.metric,
      threshold: row.threshold,
      evaluationPeriods: row.periods,
      comparisonOperator: row.bad
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A queue or function that nobody uses reports nothing, and that is no fault.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

function rowsOf(props: MonitoringProps): readonly AlarmRow[] {
  const { deployment } = props.config;
  return [
    ...accountAlarms(deployment),
    ...parkedAlarms(deployment),
    ...props.sendPaths.flatMap((path) => streamAlarms(deployment, path)),
    ...props.sendPaths.map(({ stream }) => switchAlarm(deployment, stream)),
    ...dueAlarms(deployment),
    ...props.feedbackPath.lanes.flatMap(feedbackAlarms),
    ...rotationAlarms(props.rotationLoop.queue),
    ...functionsOf(props).flatMap(functionAlarms),
    ...props.sets.flatMap(reputationAlarms),
  ];
}

/** The seed is not among them: when it fails, the deploy does. */
function functionsOf(props: MonitoringProps): readonly WatchedFunction[] {
  return [
    ...props.sendPaths.map(
      ({ stream, dispatch }) =>
        ({ about: `dispatch-${stream}`, fn: dispatch, startedBy: 'queue' }) as const,
    ),
    { about: 'due', fn: props.dueMail.due, startedBy: 'schedule' },
    { about: 'feedback', fn: props.feedbackPath.feedback, startedBy: 'queue' },
    { about: 'rotation', fn: props.rotationLoop.rotation, startedBy: 'queue' },
    { about: 'account', fn: props.slowWork.account, startedBy: 'schedule' },
    { about: 'suppression', fn: props.slowWork.suppression, startedBy: 'schedule' },
  ];
}
