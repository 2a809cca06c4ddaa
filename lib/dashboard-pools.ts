import {
  GaugeWidget,
  GraphWidget,
  type IWidget,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { type PipelineConfig, warmUpOwner } from '../contract/pipeline-config.ts';
import { reviewLines } from '../domain/review-line.ts';
import { ownMetric } from './alarm-row.ts';
import type { PlannedSet } from './configuration-set-plan.ts';
import { sesRate } from './reputation-alarms.ts';

/** Returns a gauge for each pool whose warm-up is ours; the others have no cap of ours. */
export function capGauges({ deployment, pools }: PipelineConfig): readonly IWidget[] {
  return Object.entries(pools).flatMap(([pool, settings]) =>
    warmUpOwner(settings) === 'ours'
      ? [
          new GaugeWidget({
            title: `${pool}: used of its day's cap, where it is fullest`,
            metrics: [
              ownMetric(
                metrics.warmUpUsedPercent,
                { Deployment: deployment, Pool: pool },
                Stats.MAXIMUM,
              ).with({ label: '%' }),
            ],
            leftYAxis: { min: 0, max: 100 },
            width: 6,
            height: 5,
          }),
        ]
      : [],
  );
}

/** Returns what the reputation loop has stopped, moved or held; nothing shown is nothing held. */
export function loopWidgets(deployment: string): readonly IWidget[] {
  const gauge = (label: string, name: string) =>
    ownMetric(name, { Deployment: deployment }, Stats.MAXIMUM).with({ label });
  return [
    new SingleValueWidget({
      title: 'The reputation loop (empty: nothing)',
      metrics: [
        gauge('quarantined', metrics.poolsQuarantined),
        gauge('streams without room', metrics.streamsWithoutWarmRoom),
        gauge('tenants held', metrics.tenantsHeld),
        gauge('loop stopped', metrics.rotationStopped),
      ],
      width: 12,
      height: 5,
    }),
  ];
}

/** Returns SES's own rates, of the account and of every stream through every pool, with their review lines. */
export function rateWidgets(sets: readonly PlannedSet[]): readonly IWidget[] {
  return (
    [
      ['Bounce rate', 'Reputation.BounceRate', reviewLines.bounce],
      ['Complaint rate', 'Reputation.ComplaintRate', reviewLines.complaint],
    ] as const
  ).map(
    ([title, name, value]) =>
      new GraphWidget({
        title: `${title}, as SES counts`,
        left: [
          sesRate(name, {}, 'account'),
          ...sets.map((set) =>
            sesRate(name, { 'ses:configuration-set': set.name }, `${set.stream} by ${set.pool}`),
          ),
        ],
        leftYAxis: { min: 0, showUnits: false },
        leftAnnotations: [{ value, label: 'review', color: '#d62728' }],
        width: 6,
        height: 7,
      }),
  );
}
