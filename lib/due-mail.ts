import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { metrics } from '../contract/metrics.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';
import type { ContentBucket } from './content-bucket.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { SendPath } from './send-path.ts';

export interface DueMailProps {
  readonly config: PipelineConfig;
  readonly content: ContentBucket;
  readonly sendPaths: readonly SendPath[];
}

/** A run ends before the next begins, so that two seldom return the same mail. */
const every = Duration.minutes(5);

/** One whole processor: a run that has much to return is bound by it, and a short one costs the same. */
const memorySize = 1_769;

/** Seconds after which mail that is still in the bucket counts as late. */
const lateSeconds = 900;

/** The way back for mail that left its queue to wait for its time. */
export class DueMail extends Construct {
  readonly due: PipelineFunction;

  constructor(scope: Construct, id: string, { config, content, sendPaths }: DueMailProps) {
    super(scope, id);
    this.due = new PipelineFunction(this, 'Due', {
      config,
      stage: 'due',
      functionName: namesOf(config.deployment).dueFunction,
      description: 'Returns mail to its queue shortly before the time it waits for',
      timeout: every,
      memorySize,
      environment: { STREAMS: JSON.stringify(sendPaths.map(({ stream }) => stream)) },
    });
    content.grantLater(this.due);
    this.due.allow(
      ['sqs:GetQueueUrl', 'sqs:SendMessage'],
      ...sendPaths.map(({ intake }) => intake.queue.queueArn),
    );
    // A missed run is not repeated: the next one looks as far ahead and finds the same mail.
    new Rule(this, 'DueSchedule', {
      description: this.due.functionName,
      schedule: Schedule.rate(every),
      targets: [new LambdaFunction(this.due, { retryAttempts: 0 })],
    });
  }
}

/** Returns the alarm about mail that waited for its time and then for us. */
export function dueAlarms(deployment: string): readonly AlarmRow[] {
  return [
    {
      kind: 'mail-late',
      about: 'due.return',
      text: `Mail that waited for its time in the content bucket (folder later/) is ${lateSeconds} s or more late. The lines due.left in the log of the due function say what stays there, an example and why; what it cannot read and what belongs to a stream that is gone waits for you.`,
      metric: ownMetric(metrics.lateReturnSeconds, { Deployment: deployment }, Stats.MAXIMUM),
      threshold: lateSeconds,
      periods: 1,
    },
  ];
}
