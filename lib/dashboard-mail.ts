import { GraphWidget, type IMetric, type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { ownMetric } from './alarm-row.ts';
import type { SendPath } from './send-path.ts';

/** What each event of SES is called on the way of the mail, by the kind that feedback counts. */
const kinds = [
  { label: 'delivered', kind: 'delivery' },
  { label: 'deferred', kind: 'deliverydelay' },
  { label: 'bounced', kind: 'bounce' },
  { label: 'complained', kind: 'complaint' },
] as const;

/** Streams that stand side by side. */
const besideMax = 3;

/** Returns a graph a stream: accepted, and what became of it; where Deliveries are not heard of, they are left out. */
export function moneyPath(
  { deployment, streams }: PipelineConfig,
  sendPaths: readonly SendPath[],
): readonly IWidget[] {
  return sendPaths.map(({ stream }) => {
    const of = { Deployment: deployment, Stream: stream };
    const heard = kinds.filter(
      ({ kind }) => kind !== 'delivery' || streams[stream]?.deliveryEvents === true,
    );
    const left: IMetric[] = [
      labelled('accepted', metrics.accepted, of),
      ...heard.map(({ label, kind }) => labelled(label, metrics.feedback, { ...of, Kind: kind })),
    ];
    return new GraphWidget({
      title: `${stream}: recipients in five minutes`,
      left,
      leftYAxis: { min: 0, showUnits: false },
      width: Math.floor(24 / Math.min(besideMax, sendPaths.length)),
      height: 7,
    });
  });
}

function labelled(label: string, name: string, dimensions: Record<string, string>): IMetric {
  return ownMetric(name, dimensions, Stats.SUM).with({ label });
}
