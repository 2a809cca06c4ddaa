import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  type CompositeAlarm,
  Dashboard,
  type IWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import type { PlannedSet } from './configuration-set-plan.ts';
import { costWidget } from './dashboard-cost.ts';
import { flowTable, poolTable, riskTable } from './dashboard-lines.ts';
import { moneyPath } from './dashboard-mail.ts';
import { capGauges, loopWidgets, rateWidgets } from './dashboard-pools.ts';
import { queueWidgets } from './dashboard-queues.ts';
import { limitWidgets } from './dashboard-ses.ts';
import type { FeedbackPath } from './feedback-path.ts';
import type { RotationLoop } from './rotation-loop.ts';
import type { SendPath } from './send-path.ts';

export interface PipelineDashboardProps {
  readonly config: PipelineConfig;
  readonly sendPaths: readonly SendPath[];
  readonly feedbackPath: FeedbackPath;
  readonly rotationLoop: RotationLoop;
  readonly sets: readonly PlannedSet[];
  readonly composites: readonly CompositeAlarm[];
}

/**
 * One page of CloudWatch: what rings, the way of the mail, pools, queues, tenants at risk, cost and SES's limits.
 * It names no metric that only it needs, so beyond CloudWatch's price of a dashboard it costs nothing.
 */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, props: PipelineDashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      dashboardName: namesOf(props.config.deployment).dashboard,
      defaultInterval: Duration.hours(3),
      widgets: rowsOf(props).map((row) => [...row]),
    });
  }
}

function rowsOf(props: PipelineDashboardProps): readonly (readonly IWidget[])[] {
  const { config, sendPaths, sets } = props;
  const { deployment } = config;
  return [
    [
      new AlarmStatusWidget({
        title: 'What rings',
        alarms: [...props.composites],
        width: 24,
        height: 4,
      }),
    ],
    [heading('Mail')],
    moneyPath(config, sendPaths),
    [flowTable(deployment)],
    [heading('Pools and warm-up')],
    [...capGauges(config), ...loopWidgets(deployment)],
    [...rateWidgets(sets), poolTable(deployment)],
    [heading('Queues and age')],
    queueWidgets(props),
    [heading('Tenants at risk, cost, and what SES allows')],
    [riskTable(deployment), costWidget(deployment, sendPaths)],
    limitWidgets(deployment),
  ];
}

function heading(text: string): IWidget {
  return new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 });
}
