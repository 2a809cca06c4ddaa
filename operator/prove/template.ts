import type { Synthesized } from './assembly.ts';
import { withRuntime } from './run-local.ts';
import { number, type Section, table } from './section.ts';

/** List prices of us-east-1 in USD a month, before free allowances. */
const prices = {
  key: 1,
  secret: 0.4,
  alarmMetric: 0.1,
  /** Five pollers of three receives a minute each, at 0.40 per million. */
  polledQueue: 0.26,
  customMetric: 0.3,
  /** Per million. */
  lambdaRequests: 0.2,
  dynamoWrites: 0.625,
  /** Per GB-second on arm64. */
  lambdaGbSecond: 0.0000133334,
} as const;

/** Twelve runs an hour for thirty days. */
const accountRuns = 12 * 24 * 30;
const accountMemoryGb = 0.25;
/** A run reads one answer of SES and writes one item; its bill is assumed, not measured, to be this. */
const accountBilledSeconds = 0.5;

/** Measures the template that a newcomer deploys: its checks, its size, and what it costs idle. */
export async function measureTemplate(made: Synthesized): Promise<readonly Section[]> {
  return [checksOf(made), await idleCostOf(made)];
}

function checksOf({ resources, bundleBytes, findings }: Synthesized): Section {
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
    ],
    body: [
      `${count} CloudFormation resources; 500 is the limit of a stack.`,
      '',
      table(
        ['function', 'bundle, KB'],
        Object.entries(bundleBytes).map(([name, bytes]) => [name, number(bytes / 1000)]),
      ),
    ].join('\n'),
    data: { findings, resources: count, bundleBytes },
  };
}

async function idleCostOf(made: Synthesized): Promise<Section> {
  const { resources } = made;
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);
  const alarmMetrics = of('AWS::CloudWatch::Alarm').reduce(
    (sum, { Properties }) => sum + metricsOf(Properties),
    0,
  );
  const customMetrics = await idleMetrics(made);
  const row = (item: string, count: number, price: number) => ({ item, count, price });
  const rows = [
    row('KMS keys', of('AWS::KMS::Key').length, prices.key),
    row('secrets', of('AWS::SecretsManager::Secret').length, prices.secret),
    row('alarm metrics', alarmMetrics, prices.alarmMetric),
    row('polled queues', of('AWS::Lambda::EventSourceMapping').length, prices.polledQueue),
    row(`custom metrics (${customMetrics.join(', ')})`, customMetrics.length, prices.customMetric),
    row('runs of the account function', accountRuns, accountRunPrice()),
  ];
  const sum = rows.reduce((total, { count, price }) => total + count * price, 0);
  return {
    title: 'What it costs while nobody sends',
    method:
      'Counted in the synthesized template; the custom metrics are those that the schedules’ functions wrote to their logs in a runtime to which nobody sent. List prices of us-east-1, before free allowances.',
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

function accountRunPrice(): number {
  return (
    (prices.lambdaRequests + prices.dynamoWrites) / 1e6 +
    accountMemoryGb * accountBilledSeconds * prices.lambdaGbSecond
  );
}

/** An alarm on an expression is billed for each metric that the expression reads. */
function metricsOf(alarm: Readonly<Record<string, unknown>>): number {
  const read = alarm['Metrics'];
  return Array.isArray(read) ? read.length - 1 : 1;
}

/** Returns the metrics that the functions write although nobody sends. */
async function idleMetrics(made: Synthesized): Promise<readonly string[]> {
  return withRuntime(made, async ({ fireSchedules, metricsLogged }) => {
    await fireSchedules();
    return metricsLogged();
  });
}
