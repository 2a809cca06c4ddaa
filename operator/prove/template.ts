import { bundleBytesMax, overBudget, stageOf } from '../bench/budgets.ts';
import { idleReceivesPerMonth, prices } from '../bench/prices.ts';
import type { Synthesized } from './assembly.ts';
import { measureIdleRuns } from './idle-runs.ts';
import { number, type Section, table } from './section.ts';

/** Measures the template that a newcomer deploys: its checks, its size, and what it costs idle. */
export async function measureTemplate(made: Synthesized): Promise<readonly Section[]> {
  return [checksOf(made), await idleCostOf(made)];
}

function checksOf({ resources, bundles, findings }: Synthesized): Section {
  const count = Object.keys(resources).length;
  return {
    title: 'The template',
    method:
      'The configuration of the clone is synthesized with cdk-nag (AwsSolutions) and CDK’s own CloudFormation rules on; findings are those of its validation report. Bundles are minified and hold the AWS SDK.',
    promises: [
      {
        promise: 'cdk-nag without an unexplained finding',
        measured: `${findings} findings`,
        kept: findings === 0,
      },
      {
        promise: 'every bundle within its budget',
        measured: `${overBudget(bundles).length} beyond`,
        kept: overBudget(bundles).length === 0,
      },
    ],
    body: [
      `${count} CloudFormation resources; 500 is the limit of a stack.`,
      '',
      table(
        ['function', 'bundle, KB', 'budget, KB', 'compressed, KB'],
        Object.entries(bundles).map(([name, { bytes, gzipBytes }]) => [
          name,
          number(bytes / 1000),
          number((bundleBytesMax[stageOf(name)] ?? 0) / 1000),
          number(gzipBytes / 1000),
        ]),
      ),
    ].join('\n'),
    data: { findings, resources: count, bundles },
  };
}

async function idleCostOf(made: Synthesized): Promise<Section> {
  const { resources } = made;
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);
  const alarmMetrics = of('AWS::CloudWatch::Alarm').reduce(
    (sum, { Properties }) => sum + metricsOf(Properties),
    0,
  );
  const { runs, metrics: customMetrics } = await measureIdleRuns(made);
  const row = (item: string, count: number, price: number) => ({ item, count, price });
  const rows = [
    row('KMS keys', of('AWS::KMS::Key').length, prices.keyMonth.usd),
    row('secrets', of('AWS::SecretsManager::Secret').length, prices.secretMonth.usd),
    row('alarm metrics', alarmMetrics, prices.alarmMetricMonth.usd),
    row(
      'composite alarms',
      of('AWS::CloudWatch::CompositeAlarm').length,
      prices.compositeAlarmMonth.usd,
    ),
    row('dashboards', of('AWS::CloudWatch::Dashboard').length, prices.dashboardMonth.usd),
    row(
      'polled queues',
      of('AWS::Lambda::EventSourceMapping').length,
      idleReceivesPerMonth * prices.queueRequest.usd,
    ),
    row(
      `custom metrics (${customMetrics.join(', ')})`,
      customMetrics.length,
      prices.customMetricMonth.usd,
    ),
    ...runs.map(({ functionName, runsPerMonth, usdPerRun }) =>
      row(`runs of ${functionName}`, runsPerMonth, usdPerRun),
    ),
  ];
  // Of whole cents, so that the lines add up for who counts them.
  const sum =
    rows.reduce((total, { count, price }) => total + Math.round(count * price * 100), 0) / 100;
  return {
    title: 'What it costs while nobody sends',
    method:
      'Counted in the synthesized template, for thirty days; the custom metrics and the calls of a run are those of the schedules’ functions in a runtime to which nobody sent, each run billed for 0.1 s. List prices of us-east-1, before free allowances.',
    promises: [],
    body: table(
      ['item', 'count', 'USD each', 'USD a month'],
      [
        ...rows.map(({ item, count, price }) => [
          item,
          number(count),
          price < 0.01 ? price.toExponential(1) : number(price, 2),
          number(count * price, 2),
        ]),
        ['**sum**', '', '', `**${number(sum, 2)}**`],
      ],
    ),
    data: { rows, usdPerMonth: sum },
  };
}

/** An alarm on an expression is billed for each metric that the expression reads. */
function metricsOf(alarm: Readonly<Record<string, unknown>>): number {
  const read = alarm['Metrics'];
  return Array.isArray(read) ? read.length - 1 : 1;
}
