import { expect, test } from 'vitest';
import * as z from 'zod';
import { metricNamespace, metrics } from '../../contract/metrics.ts';
import type { PipelineConfigInput } from '../../contract/pipeline-config.ts';
import { parkReasons } from '../../domain/reasons.ts';
import { schedulesOf } from '../../operator/prove/schedules.ts';
import { plain, rich } from './support/configs.ts';
import { type Built, build, text } from './support/template.ts';

const [built, large] = [await build(plain), await build(rich)];

const alarms = new Map(
  built
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => [text(Properties['AlarmName']), Properties]),
);

const named = (name: string) => alarms.get(`goodstanding-${name}`);

test('there is a metric alarm for everything that stops mail or burns reputation, and no other', () => {
  const streams = ['transactional', 'marketing'];
  const functions = [
    ...streams.map((stream) => `dispatch-${stream}`),
    'feedback',
    'rotation',
    'account',
    'due',
    'suppression',
  ];
  const expected = [
    'ses-stopped.account.disabled',
    'ses-stopped.account.in-review',
    'ses-quota.nearly-spent',
    ...['bounce-rate', 'complaint-rate'].flatMap((kind) => [
      `${kind}.account`,
      `${kind}.time.left`,
    ]),
    'pipeline-broken.store.broken',
    'pipeline-broken.store.failing',
    ...functions.map((name) => `pipeline-broken.function.${name}`),
    ...['feedback', 'delivery', 'rotation'].map((lane) => `pipeline-broken.dead.${lane}`),
    ...['feedback', 'delivery'].map((lane) => `feedback-silent.lane.${lane}`),
    'rotation-frozen.stopped',
    'rotation-frozen.behind',
    'pool-quarantined.pools',
    'no-warm-capacity.mail.waits',
    'no-warm-capacity.streams.full',
    'tenant-held.tenants',
    'mail-late.due.return',
    ...Object.keys(parkReasons).map((reason) => `mail-parked.reason.${reason}`),
    ...streams.flatMap((stream) =>
      ['ses-stopped', 'feedback-silent', 'mail-late', 'mail-stuck', 'mail-parked'].map(
        (kind) => `${kind}.${stream}`,
      ),
    ),
    'cost-anomaly.ledger-writes',
    ...['errors', 'dead-letters', 'not-reached'].map((about) => `responder-down.${about}`),
  ];
  expect([...alarms.keys()].sort()).toEqual(expected.map((name) => `goodstanding-${name}`).sort());
});

test('every metric alarm says how urgent it is and what to do, and tells nobody itself', () => {
  for (const [name, alarm] of alarms) {
    expect(alarm['AlarmDescription'], name).toMatch(/^\[(page|ticket)\] .{60,}/);
    expect(text(alarm['AlarmDescription']).length, name).toBeLessThanOrEqual(1024);
    expect(alarm['AlarmActions'], name).toBeUndefined();
  }
});

test('nothing to report is no alarm', () => {
  for (const [name, alarm] of alarms) expect(alarm['TreatMissingData'], name).toBe('notBreaching');
});

test('every metric of ours that an alarm reads is one that a function writes', () => {
  const written: readonly string[] = Object.values(metrics);
  const read = [...alarms.values()].flatMap((alarm) => ownMetricsIn(alarm));
  expect(read.length).toBeGreaterThan(25);
  expect(read.filter((name) => !written.includes(name))).toEqual([]);
});

test.each(Object.entries(parkReasons))(
  'mail parked as %s rings with its remedy',
  (reason, remedy) => {
    expect(named(`mail-parked.reason.${reason}`)).toMatchObject({
      AlarmDescription: expect.stringContaining(
        `${remedy}. See it with: npx goodstanding dlq list`,
      ),
      Namespace: 'Goodstanding',
      MetricName: 'Parked',
      Dimensions: [
        { Name: 'Deployment', Value: 'goodstanding' },
        { Name: 'Reason', Value: reason },
      ],
      Statistic: 'Sum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  },
);

test.each([
  ['bounce-rate', 'Reputation.BounceRate', 0.05, 'HoursToBounceReview'],
  ['complaint-rate', 'Reputation.ComplaintRate', 0.001, 'HoursToComplaintReview'],
])(
  'the %s of the account rings before SES would review it, and a day before it comes to that',
  (kind, rate, line, hours) => {
    const byUs = named(`${kind}.time.left`);
    const bySes = named(`${kind}.account`);
    expect(bySes).toMatchObject({ Namespace: 'AWS/SES', MetricName: rate, Statistic: 'Maximum' });
    expect(bySes?.['Dimensions']).toBeUndefined();
    expect(bySes?.['Threshold']).toBeCloseTo(0.8 * line, 6);
    expect(byUs).toMatchObject({
      MetricName: hours,
      Statistic: 'Minimum',
      Threshold: 24,
      ComparisonOperator: 'LessThanThreshold',
    });
  },
);

test('the age that rings is measured from when mail was due, and is set by stream', () => {
  large.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'acme-mail-mail-late.marketing',
    MetricName: 'DueAgeInSeconds',
    Statistic: 'Maximum',
    Threshold: 7200,
  });
});

test('a queue stands still when mail is visible and none was deleted for ten minutes', () => {
  expect(named('mail-stuck.marketing')).toMatchObject({
    EvaluationPeriods: 2,
    Threshold: 1,
    Metrics: [
      { Expression: 'IF(waiting > 0 AND FILL(gone, 0) == 0, 1, 0)' },
      { Id: 'waiting', MetricStat: { Period: 300, Stat: 'Minimum' } },
      { Id: 'gone', MetricStat: { Period: 300, Stat: 'Sum' } },
    ],
  });
});

test('mail of the overflow lane rings only when it has waited for a day, and only with many tenants', () => {
  large.template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'acme-mail-mail-late.marketing.overflow',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: 86_400,
  });
  expect([...alarms.keys()].filter((name) => name.includes('overflow'))).toEqual([]);
});

test('SES refusing to send rings when the account function reads 0', () => {
  expect(named('ses-stopped.account.disabled')).toMatchObject({
    MetricName: 'SendingEnabled',
    Statistic: 'Minimum',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
  });
});

test('a stream that SES takes no mail of rings by its name', () => {
  expect(named('ses-stopped.marketing')).toMatchObject({
    AlarmDescription: expect.stringMatching(/^\[page\] .*goes on by itself/),
    MetricName: 'SwitchedOff',
    Dimensions: [
      { Name: 'Deployment', Value: 'goodstanding' },
      { Name: 'Stream', Value: 'marketing' },
    ],
    Statistic: 'Maximum',
    Threshold: 1,
  });
});

test.each<[string, Partial<PipelineConfigInput>, string, number]>([
  ['one mail is enough where a canary follows it', {}, 'marketing', 1],
  ['with Delivery events a few may still be on their way', {}, 'transactional', 20],
  [
    'with neither, silence means something after ten thousand mails',
    { canary: false },
    'marketing',
    5_000,
  ],
])('mail without any news rings after half an hour: %s', async (_, over, stream, mails) => {
  const { ofType } = Object.keys(over).length === 0 ? built : await build({ ...plain, ...over });
  const found = ofType('AWS::CloudWatch::Alarm').find(
    ([, { Properties }]) => Properties['AlarmName'] === `goodstanding-feedback-silent.${stream}`,
  );
  expect(found?.[1].Properties).toMatchObject({
    EvaluationPeriods: 2,
    Threshold: 1,
    Metrics: [
      { Expression: `IF(FILL(accepted, 0) >= ${mails} AND FILL(news, 0) == 0, 1, 0)` },
      { Id: 'accepted', MetricStat: { Period: 900, Stat: 'Sum' } },
      { Id: 'news', MetricStat: { Period: 900, Stat: 'Sum' } },
    ],
  });
});

test('a mail that costs twice the dearest way to send rings, and the dearest way follows the switches', async () => {
  const thresholdOf = ({ ofType }: Built) =>
    ofType('AWS::CloudWatch::Alarm').find(([, { Properties }]) =>
      text(Properties['AlarmName']).endsWith('-cost-anomaly.ledger-writes'),
    )?.[1].Properties['Threshold'];
  // Mail that comes one by one needs 4.23 write units; Delivery events and an index one more each.
  expect(thresholdOf(built)).toBeCloseTo(2 * (4.23 + 1), 6);
  const indexed = await build({ ...plain, indexes: { recipient: true } });
  expect(thresholdOf(indexed)).toBeCloseTo(2 * (4.23 + 2), 6);
});

test('no composite has more than the hundred children that CloudWatch takes', () => {
  const rules = large
    .ofType('AWS::CloudWatch::CompositeAlarm')
    .map(([, { Properties }]) => text(Properties['AlarmRule']));
  expect(rules).toHaveLength(18);
  for (const rule of rules) expect(rule.split('ALARM(').length - 1).toBeLessThanOrEqual(100);
});

test('alarms go to a mailbox only when one is given', () => {
  large.template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'oncall@example.com',
  });
  const protocols = built
    .ofType('AWS::SNS::Subscription')
    .map(([, { Properties }]) => Properties['Protocol']);
  expect(protocols).not.toContain('email');
});

test('what idles and is billed is what the README counts', () => {
  const read = [...alarms.values()].map((alarm) =>
    Array.isArray(alarm['Metrics']) ? alarm['Metrics'].length - 1 : 1,
  );
  const count = (type: string) => built.ofType(type).length;
  expect({
    keys: count('AWS::KMS::Key'),
    secrets: count('AWS::SecretsManager::Secret'),
    alarmMetrics: read.reduce((sum, one) => sum + one, 0),
    composites: count('AWS::CloudWatch::CompositeAlarm'),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    polledQueues: count('AWS::Lambda::EventSourceMapping'),
    runs: Object.fromEntries(
      schedulesOf({ resources: built.resources }).map(({ functionName, runsPerMonth }) => [
        functionName.replace(/^.*-/, ''),
        runsPerMonth,
      ]),
    ),
  }).toEqual({
    keys: 1,
    secrets: 1,
    alarmMetrics: 55,
    composites: 18,
    dashboards: 1,
    polledQueues: 5,
    runs: { rotation: 43_200, account: 43_200, responder: 43_200, due: 8_640, suppression: 720 },
  });
});

const metricsRead = z.object({
  Namespace: z.exactOptional(z.string()),
  MetricName: z.exactOptional(z.string()),
  Metrics: z
    .array(
      z.object({
        MetricStat: z.exactOptional(
          z.object({ Metric: z.object({ Namespace: z.string(), MetricName: z.string() }) }),
        ),
      }),
    )
    .default([]),
});

/** Names of the metrics of our own namespace that an alarm reads. */
function ownMetricsIn(alarm: Readonly<Record<string, unknown>>): readonly string[] {
  const { Metrics, ...own } = metricsRead.parse(alarm);
  return [own, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])].flatMap(
    ({ Namespace, MetricName }) =>
      Namespace === metricNamespace && MetricName !== undefined ? [MetricName] : [],
  );
}
