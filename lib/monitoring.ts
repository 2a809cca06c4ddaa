import {
  Alarm,
  ComparisonOperator,
  type CompositeAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { alarmKinds } from '../contract/alarm-kinds.ts';
import { metricAlarmName } from '../contract/alarm-names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import type { AlarmRow } from './alarm-row.ts';
import { costAlarm } from './cost-alarms.ts';
import { type DueMail, dueAlarms } from './due-mail.ts';
import type { FeedbackPath } from './feedback-path.ts';
import { functionAlarm, type WatchedFunction } from './function-alarms.ts';
import { IncidentAlarms } from './incident-alarms.ts';
import { loopAlarms } from './loop-alarms.ts';
import { feedbackAlarms, rotationAlarms, streamAlarms } from './queue-alarms.ts';
import { rateAlarms } from './reputation-alarms.ts';
import { responderAlarms, type WatchedResponder } from './responder-alarms.ts';
import type { RotationLoop } from './rotation-loop.ts';
import type { SendPath } from './send-path.ts';
import { accountAlarms, switchAlarm } from './ses-alarms.ts';
import type { SlowWork } from './slow-work.ts';
import { parkedAlarms, roomAlarm, silenceAlarm, storeAlarms } from './stage-alarms.ts';

export interface MonitoringProps {
  readonly config: PipelineConfig;
  readonly alarms: Topic;
  readonly sendPaths: readonly SendPath[];
  readonly dueMail: DueMail;
  readonly feedbackPath: FeedbackPath;
  readonly rotationLoop: RotationLoop;
  readonly slowWork: SlowWork;
  readonly responder: WatchedResponder;
}

/**
 * Every alarm of a deployment, by impact: metric alarms that tell nobody, and above them one composite for each
 * kind of trouble, of which people are told once.
 */
export class Monitoring extends Construct {
  /** One for each kind of trouble. */
  readonly composites: readonly CompositeAlarm[];

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { config, alarms } = props;
    const { deployment } = config;
    const rows = Map.groupBy(rowsOf(props), ({ kind }) => kind);
    const children = new Map(
      [...rows].map(([kind, some]) => [kind, some.map((row) => this.#alarm(row, deployment))]),
    );
    const incidents = { deployment, children, topic: alarms };
    this.composites = new IncidentAlarms(this, 'Incidents', incidents).composites;
    if (config.alarmEmail) alarms.addSubscription(new EmailSubscription(config.alarmEmail));
  }

  #alarm(row: AlarmRow, deployment: string): Alarm {
    return new Alarm(this, `${row.kind}.${row.about}`, {
      alarmName: metricAlarmName(deployment, row),
      alarmDescription: `[${alarmKinds[row.kind].severity}] ${row.text}`,
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
  const { config, sendPaths, feedbackPath, rotationLoop, responder } = props;
  const { deployment } = config;
  return [
    ...accountAlarms(deployment),
    ...sendPaths.map(({ stream }) => switchAlarm(deployment, stream)),
    ...rateAlarms(deployment),
    ...storeAlarms(deployment),
    ...functionsOf(props).map(functionAlarm),
    ...sendPaths.map((path) => silenceAlarm(config, path)),
    ...feedbackPath.lanes.flatMap(feedbackAlarms),
    ...loopAlarms(deployment),
    ...rotationAlarms(rotationLoop.queue),
    roomAlarm(deployment),
    ...sendPaths.flatMap((path) => streamAlarms(deployment, path)),
    ...dueAlarms(deployment),
    ...parkedAlarms(deployment),
    costAlarm(config),
    ...responderAlarms(responder),
  ];
}

/** The seed is not among them: when it fails, the deploy does. The responder has alarms of its own. */
function functionsOf(props: MonitoringProps): readonly WatchedFunction[] {
  return [
    ...props.sendPaths.map(
      ({ stream, dispatch }) =>
        ({ about: `dispatch-${stream}`, fn: dispatch, runs: 'often' }) as const,
    ),
    { about: 'due', fn: props.dueMail.due, runs: 'often' },
    { about: 'feedback', fn: props.feedbackPath.feedback, runs: 'often' },
    { about: 'rotation', fn: props.rotationLoop.rotation, runs: 'often' },
    { about: 'account', fn: props.slowWork.account, runs: 'often' },
    { about: 'suppression', fn: props.slowWork.suppression, runs: 'hourly' },
  ];
}
