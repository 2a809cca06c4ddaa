import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { ownMetric } from './alarm-row.ts';
import type { DurableQueue } from './durable-queue.ts';
import type { FeedbackPath } from './feedback-path.ts';
import type { RotationLoop } from './rotation-loop.ts';
import type { SendPath } from './send-path.ts';

type Queues = {
  readonly config: PipelineConfig;
  readonly sendPaths: readonly SendPath[];
  readonly feedbackPath: FeedbackPath;
  readonly rotationLoop: RotationLoop;
};

const period = Duration.minutes(5);

/** Returns what waits, how old it is, whose most of the late mail is, and what waits for a person. */
export function queueWidgets({
  config,
  sendPaths,
  feedbackPath,
  rotationLoop,
}: Queues): readonly IWidget[] {
  const own = (label: string, name: string, stream: string): IMetric =>
    ownMetric(name, { Deployment: config.deployment, Stream: stream }, Stats.MAXIMUM).with({
      label,
    });
  const internal = [
    ...feedbackPath.lanes.map(({ lane, queue }) => ageOf(lane, queue)),
    ageOf('rotation', rotationLoop.queue),
  ];
  return [
    graph('Mail that waits', [
      ...sendPaths.flatMap(({ stream, intake, overflow }) => [
        depthOf(stream, intake),
        ...(overflow ? [depthOf(`${stream}, overflow`, overflow)] : []),
      ]),
    ]),
    graph('Age of the mail that left, seconds', [
      ...sendPaths.map(({ stream }) => own(stream, metrics.dueAgeSeconds, stream)),
      ...(config.tenancy === 'many'
        ? sendPaths.map(({ stream }) =>
            own(`${stream}: % of the greatest tenant`, metrics.greatestTenantPercent, stream),
          )
        : []),
    ]),
    graph('Age of news and of what asks the loop, seconds', internal),
    graph(
      'Parked: waits for a person',
      sendPaths.map(({ stream, intake }) =>
        intake.dead.metricApproximateNumberOfMessagesVisible({
          label: stream,
          period,
          statistic: Stats.MAXIMUM,
        }),
      ),
    ),
  ];
}

function depthOf(label: string, { queue }: DurableQueue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({
    label,
    period,
    statistic: Stats.MAXIMUM,
  });
}

function ageOf(label: string, { queue }: DurableQueue): IMetric {
  return queue.metricApproximateAgeOfOldestMessage({ label, period, statistic: Stats.MAXIMUM });
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({
    title,
    left,
    leftYAxis: { min: 0, showUnits: false },
    width: 6,
    height: 6,
  });
}
