import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { parkReasons } from '../../domain/reasons.ts';
import { schedulesOf } from '../../operator/prove/schedules.ts';
import { plain, rich } from './support/configs.ts';
import { build, text } from './support/template.ts';

const built = await build(plain);

const alarms = new Map(
  built
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => [text(Properties['AlarmName']), Properties]),
);

test('there is an alarm for everything that stops mail or burns reputation, and no other', () => {
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
    'sending-disabled',
    'quota-nearly-spent',
    'dispatch-broken',
    'return-late',
    ...Object.keys(parkReasons).map((reason) => `parked-${reason}`),
    ...streams.flatMap((stream) => [
      `${stream}-late`,
      `${stream}-stands-still`,
      `${stream}-switched-off`,
      `${stream}-parked`,
      `${stream}-shared-bounce-rate`,
      `${stream}-shared-complaint-rate`,
    ]),
    ...['feedback', 'delivery'].flatMap((lane) => [`${lane}-behind`, `${lane}-dead`]),
    'rotation-behind',
    'rotation-dead',
    ...functions.flatMap((name) => [`${name}-errors`, `${name}-throttled`]),
  ];
  expect([...alarms.keys()].sort()).toEqual(expected.map((name) => `goodstanding-${name}`).sort());
});

test('every alarm says how urgent it is and what to do, and tells the alarm topic', () => {
  const topic = built.ofType('AWS::SNS::Topic').find(([id]) => id.startsWith('EventsAlarms'))?.[0];
  for (const [name, alarm] of alarms) {
    expect(alarm['AlarmDescription'], name).toMatch(/^\[(page|ticket)\] .{60,}/);
    expect(text(alarm['AlarmDescription']).length, name).toBeLessThanOrEqual(1024);
    expect(alarm['AlarmActions'], name).toEqual([{ Ref: topic }]);
  }
});

test('nothing to report is no alarm', () => {
  for (const [name, alarm] of alarms) expect(alarm['TreatMissingData'], name).toBe('notBreaching');
});

test.each(Object.entries(parkReasons))(
  'mail parked as %s rings with its remedy',
  (reason, remedy) => {
    expect(alarms.get(`goodstanding-parked-${reason}`)).toMatchObject({
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
  ['bounce-rate', 'Reputation.BounceRate', 0.05],
  ['complaint-rate', 'Reputation.ComplaintRate', 0.001],
])(
  'the %s of each configuration set rings where SES would review the account',
  (name, metric, threshold) => {
    expect(alarms.get(`goodstanding-marketing-shared-${name}`)).toMatchObject({
      Namespace: 'AWS/SES',
      MetricName: metric,
      Dimensions: [{ Name: 'ses:configuration-set', Value: 'goodstanding-marketing-shared' }],
      Statistic: 'Maximum',
      Threshold: threshold,
    });
  },
);

test('the age that rings is measured from when mail was due, and is set by stream', async () => {
  const { template } = await build(rich);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'acme-mail-marketing-late',
    MetricName: 'DueAgeInSeconds',
    Statistic: 'Maximum',
    Threshold: 7200,
  });
});

test('a queue stands still when mail is visible and none was deleted for ten minutes', () => {
  expect(alarms.get('goodstanding-marketing-stands-still')).toMatchObject({
    EvaluationPeriods: 2,
    Threshold: 1,
    Metrics: [
      { Expression: 'IF(waiting > 0 AND FILL(gone, 0) == 0, 1, 0)' },
      { Id: 'waiting', MetricStat: { Period: 300, Stat: 'Minimum' } },
      { Id: 'gone', MetricStat: { Period: 300, Stat: 'Sum' } },
    ],
  });
});

test('mail of the overflow lane that waits half a day is a ticket, and only with many tenants', async () => {
  const { template } = await build(rich);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'acme-mail-marketing-overflow-late',
    AlarmDescription: Match.stringLikeRegexp('^\\[ticket\\] .*has waited 12 h'),
    MetricName: 'ApproximateAgeOfOldestMessage',
    Threshold: 43_200,
  });
  expect([...alarms.keys()].filter((name) => name.includes('overflow'))).toEqual([]);
});

test('SES refusing to send rings when the account function reads 0', () => {
  expect(alarms.get('goodstanding-sending-disabled')).toMatchObject({
    MetricName: 'SendingEnabled',
    Statistic: 'Minimum',
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
  });
});

test('a stream that SES takes no mail of rings, and so does what only a deploy can mend', () => {
  expect(alarms.get('goodstanding-marketing-switched-off')).toMatchObject({
    AlarmDescription: expect.stringMatching(/^\[page\] .*goes on by itself/),
    MetricName: 'SwitchedOff',
    Dimensions: [
      { Name: 'Deployment', Value: 'goodstanding' },
      { Name: 'Stream', Value: 'marketing' },
    ],
    Statistic: 'Maximum',
    Threshold: 1,
  });
  expect(alarms.get('goodstanding-dispatch-broken')).toMatchObject({
    MetricName: 'Broken',
    Dimensions: [{ Name: 'Deployment', Value: 'goodstanding' }],
    Statistic: 'Sum',
    Threshold: 1,
  });
});

test('alarms go to a mailbox only when one is given', async () => {
  const { template } = await build(rich);
  template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'oncall@example.com',
  });
  const protocols = built
    .ofType('AWS::SNS::Subscription')
    .map(([, { Properties }]) => Properties['Protocol']);
  expect(protocols).not.toContain('email');
});

test('what idles and is billed is what the README counts', () => {
  const metrics = [...alarms.values()].map((alarm) =>
    Array.isArray(alarm['Metrics']) ? alarm['Metrics'].length - 1 : 1,
  );
  const count = (type: string) => built.ofType(type).length;
  expect({
    keys: count('AWS::KMS::Key'),
    secrets: count('AWS::SecretsManager::Secret'),
    alarmMetrics: metrics.reduce((sum, one) => sum + one, 0),
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
    alarmMetrics: 46,
    polledQueues: 5,
    runs: { rotation: 43_200, account: 43_200, due: 8_640, suppression: 720 },
  });
});
