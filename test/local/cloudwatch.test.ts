import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListDashboardsCommand,
  ListMetricsCommand,
  PutCompositeAlarmCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  alarmInput,
  functionArn,
  openCloudwatch,
  startMs,
  topicArn,
} from './cloudwatch-workbench.ts';

let box: Awaited<ReturnType<typeof openCloudwatch>>;

beforeEach(async () => {
  box = await openCloudwatch();
});

afterEach(() => box.close());

async function stateOf(name: string) {
  const { MetricAlarms = [], CompositeAlarms = [] } = await box.client.send(
    new DescribeAlarmsCommand({
      AlarmNames: [name],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    }),
  );
  return [...MetricAlarms, ...CompositeAlarms][0];
}

async function local(method: string, path: string, body?: object) {
  const answer = await fetch(`${box.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

test('metrics that are put come back by statistic, by period and in expressions', async () => {
  const Dimensions = [{ Name: 'City', Value: 'Delft' }];
  const at = (second: number) => new Date(startMs + second * 1_000);
  await box.client.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [
        { MetricName: 'Sold', Dimensions, Timestamp: at(1), Value: 4 },
        { MetricName: 'Sold', Dimensions, Timestamp: at(2), Values: [1, 10], Counts: [3, 1] },
        {
          MetricName: 'Sold',
          Dimensions,
          Timestamp: at(61),
          StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 2, Maximum: 9 },
        },
      ],
    }),
  );
  const Metric = { Namespace: 'Shop', MetricName: 'Sold', Dimensions };
  const { MetricDataResults } = await box.client.send(
    new GetMetricDataCommand({
      StartTime: at(0),
      EndTime: at(180),
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [
        { Id: 'sum', MetricStat: { Metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
        { Id: 'most', MetricStat: { Metric, Period: 60, Stat: 'Maximum' } },
        { Id: 'rest', Expression: 'FILL(sum, 0) - FILL(most, 0)', Period: 60 },
      ],
    }),
  );
  expect(MetricDataResults?.map(({ Id, Values }) => [Id, Values])).toEqual([
    ['most', [10, 9]],
    ['rest', [7, 11, 0]],
  ]);
  expect(MetricDataResults?.[0]?.Timestamps?.[1]).toEqual(at(60));
  const { Datapoints } = await box.client.send(
    new GetMetricStatisticsCommand({
      ...Metric,
      StartTime: at(0),
      EndTime: at(120),
      Period: 120,
      Statistics: ['Sum', 'SampleCount', 'Average'],
      ExtendedStatistics: ['p50'],
    }),
  );
  expect(Datapoints).toMatchObject([{ Sum: 37, SampleCount: 9, ExtendedStatistics: { p50: 4 } }]);
  const { Metrics } = await box.client.send(new ListMetricsCommand({ Namespace: 'Shop' }));
  expect(Metrics).toEqual([{ ...Metric }]);
});

test('a large body, which the SDK packs, is read', async () => {
  const MetricData = Array.from({ length: 400 }, (_, index) => ({
    MetricName: `Metric${index}`,
    Value: index,
  }));
  await box.client.send(new PutMetricDataCommand({ Namespace: 'Many', MetricData }));
  const { Metrics } = await box.client.send(new ListMetricsCommand({ Namespace: 'Many' }));
  expect(Metrics).toHaveLength(400);
});

test('an alarm rings when its metric is beyond the threshold, says why, acts, and ends', async () => {
  await box.client.send(
    new PutMetricAlarmCommand({
      ...alarmInput('too-much', 'Sold'),
      AlarmDescription: 'Somebody buys everything.',
      AlarmActions: [topicArn, functionArn],
      OKActions: [topicArn],
    }),
  );
  expect(await stateOf('too-much')).toMatchObject({
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
  });
  box.pass(1);
  expect((await stateOf('too-much'))?.StateReason).toBe(
    'Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].',
  );
  box.measure('Sold', 6);
  box.pass(1);
  expect(await stateOf('too-much')).toMatchObject({
    StateValue: 'ALARM',
    StateReason:
      'Threshold Crossed: 1 out of the last 1 datapoints [6.0 (02/03/26 10:01:00)] was greater than the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).',
    StateUpdatedTimestamp: new Date(startMs + 120_000),
  });
  expect(box.notices.at(-1)).toMatchObject({
    topicArn,
    subject: 'ALARM: "too-much" in us-east-1',
    message: {
      AlarmName: 'too-much',
      AlarmDescription: 'Somebody buys everything.',
      OldStateValue: 'OK',
      NewStateValue: 'ALARM',
      StateChangeTime: '2026-03-02T10:02:00.000+0000',
      Trigger: { MetricName: 'Sold', Statistic: 'SUM', Threshold: 5, Dimensions: [] },
    },
  });
  await expect.poll(() => box.payloads).toHaveLength(1);
  expect(box.payloads[0]).toMatchObject({
    functionArn,
    payload: { source: 'aws.cloudwatch', alarmData: { state: { value: 'ALARM' } } },
  });
  // The evaluation range is two periods longer than the evaluation periods.
  box.pass(3);
  expect((await stateOf('too-much'))?.StateValue).toBe('OK');
  await expect
    .poll(() => box.notices.map(({ subject }) => subject))
    .toEqual([
      'OK: "too-much" in us-east-1',
      'ALARM: "too-much" in us-east-1',
      'OK: "too-much" in us-east-1',
    ]);
});

test('every change of state is an event of the bus, in the shape that AWS documents', async () => {
  await box.client.send(new PutMetricAlarmCommand(alarmInput('too-much', 'Sold')));
  box.pass(1);
  box.measure('Sold', 7);
  box.pass(1);
  expect(box.events.at(-1)).toEqual({
    detailType: 'CloudWatch Alarm State Change',
    resources: ['arn:aws:cloudwatch:us-east-1:000000000000:alarm:too-much'],
    detail: {
      alarmName: 'too-much',
      state: {
        value: 'ALARM',
        reason: expect.stringContaining('greater than the threshold (5.0)'),
        reasonData: expect.stringContaining('"recentDatapoints":[7]'),
        timestamp: '2026-03-02T10:02:00.000+0000',
      },
      previousState: expect.objectContaining({ value: 'OK' }),
      configuration: {
        metrics: [
          {
            id: 'm1',
            metricStat: {
              metric: { namespace: 'Shop', name: 'Sold', dimensions: {} },
              period: 60,
              stat: 'Sum',
            },
            returnData: true,
          },
        ],
      },
    },
  });
});

test('an alarm on metric math rings by the value of its expression', async () => {
  const stat = (MetricName: string) => ({
    Metric: { Namespace: 'Shop', MetricName },
    Period: 60,
    Stat: 'Sum',
  });
  await box.client.send(
    new PutMetricAlarmCommand({
      AlarmName: 'waits',
      EvaluationPeriods: 2,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Metrics: [
        { Id: 'e', Expression: 'IF(waiting > 0 AND FILL(gone, 0) == 0, 1, 0)' },
        { Id: 'waiting', MetricStat: stat('Waiting'), ReturnData: false },
        { Id: 'gone', MetricStat: stat('Gone'), ReturnData: false },
      ],
    }),
  );
  for (const gone of [1, 0, 0]) {
    box.measure('Waiting', 3);
    if (gone > 0) box.measure('Gone', gone);
    box.pass(1);
  }
  expect((await stateOf('waits'))?.StateValue).toBe('ALARM');
});

/** One composite alarm over two, and one that silences it. */
async function family(periods: { wait: number; extension: number }) {
  for (const name of ['a', 'b', 'maintenance']) {
    await box.client.send(new PutMetricAlarmCommand(alarmInput(name, name)));
  }
  await box.client.send(
    new PutCompositeAlarmCommand({
      AlarmName: 'parent',
      AlarmRule: 'ALARM(a) OR ALARM("b")',
      AlarmActions: [topicArn],
      OKActions: [topicArn],
      ActionsSuppressor: 'maintenance',
      ActionsSuppressorWaitPeriod: periods.wait,
      ActionsSuppressorExtensionPeriod: periods.extension,
    }),
  );
}

function set(name: string, value: 'ALARM' | 'OK') {
  return box.client.send(
    new SetAlarmStateCommand({ AlarmName: name, StateValue: value, StateReason: 'a test' }),
  );
}

test('a composite alarm follows its children once, whichever of them ring', async () => {
  await family({ wait: 0, extension: 0 });
  await set('a', 'ALARM');
  await set('b', 'ALARM');
  await set('a', 'OK');
  expect(await stateOf('parent')).toMatchObject({
    StateValue: 'ALARM',
    StateReason: expect.stringMatching(/alarm:a transitioned to ALARM at Monday 02 March, 2026/),
  });
  await set('b', 'OK');
  await expect
    .poll(() => box.notices.map(({ message }) => message['NewStateValue']))
    .toEqual(['ALARM', 'OK']);
  expect(box.notices[0]?.message).toMatchObject({
    AlarmRule: 'ALARM(a) OR ALARM("b")',
    TriggeringChildren: [{ State: { Value: 'ALARM' } }],
  });
  const children = await box.client.send(
    new DescribeAlarmsCommand({ ChildrenOfAlarmName: 'parent' }),
  );
  expect(children.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['a', 'b']);
  const parents = await box.client.send(new DescribeAlarmsCommand({ ParentsOfAlarmName: 'a' }));
  expect(parents.CompositeAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(['parent']);
});

test('while its suppressor rings a composite alarm changes, tells the bus and does not act', async () => {
  await family({ wait: 60, extension: 120 });
  await set('a', 'ALARM');
  expect((await stateOf('parent'))?.StateValue).toBe('ALARM');
  expect(box.events.at(-1)?.detail).toMatchObject({
    state: { value: 'ALARM', actionsSuppressedBy: 'WaitPeriod' },
    configuration: { actionsSuppressor: 'maintenance', actionsSuppressorWaitPeriod: 60 },
  });
  await set('maintenance', 'ALARM');
  expect(await stateOf('parent')).toMatchObject({ ActionsSuppressedBy: 'Alarm' });
  await set('maintenance', 'OK');
  expect(await stateOf('parent')).toMatchObject({ ActionsSuppressedBy: 'ExtensionPeriod' });
  expect(box.notices).toEqual([]);
  await set('a', 'ALARM');
  box.clock.nowMs += 120_000;
  await set('a', 'ALARM');
  box.cloudwatch.evaluate();
  await expect.poll(() => box.notices).toHaveLength(1);
});

test('what was never told of is not told to be over', async () => {
  await family({ wait: 60, extension: 60 });
  await set('a', 'ALARM');
  await set('a', 'OK');
  box.pass(5);
  expect((await stateOf('parent'))?.StateValue).toBe('OK');
  expect(box.notices).toEqual([]);
});

test('a state that was set lasts a minute, and the alarm then says again what is true', async () => {
  await box.client.send(new PutMetricAlarmCommand(alarmInput('quiet', 'Sold')));
  await set('quiet', 'ALARM');
  box.pass(1);
  expect((await stateOf('quiet'))?.StateValue).toBe('ALARM');
  box.pass(1);
  expect((await stateOf('quiet'))?.StateValue).toBe('OK');
  const { AlarmHistoryItems = [] } = await box.client.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'quiet', HistoryItemType: 'StateUpdate' }),
  );
  expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
    'Alarm updated from ALARM to OK',
    'Alarm updated from INSUFFICIENT_DATA to ALARM',
  ]);
});

test('an alarm whose actions are switched off changes and does nothing', async () => {
  const alarm = { ...alarmInput('mute', 'Sold'), AlarmActions: [topicArn] };
  await box.client.send(new PutMetricAlarmCommand(alarm));
  await box.client.send(new DisableAlarmActionsCommand({ AlarmNames: ['mute'] }));
  await set('mute', 'ALARM');
  expect(await stateOf('mute')).toMatchObject({ StateValue: 'ALARM', ActionsEnabled: false });
  expect(box.notices).toEqual([]);
});

test('more alarms than a page holds are listed page by page', async () => {
  for (let index = 100; index < 160; index += 1) {
    await box.create('AWS::CloudWatch::Alarm', `Alarm${index}`, {
      ...alarmInput(`alarm-${index}`, 'Sold'),
      Threshold: '5',
    });
  }
  const first = await box.client.send(new DescribeAlarmsCommand({ AlarmNamePrefix: 'alarm-1' }));
  const { NextToken = '' } = first;
  const second = await box.client.send(new DescribeAlarmsCommand({ NextToken }));
  expect([first.MetricAlarms?.length, second.MetricAlarms?.length]).toEqual([50, 10]);
  expect(second.NextToken).toBeUndefined();
});

test('a template’s alarms and dashboard are made, and its dashboard comes back as it was put', async () => {
  await box.create('AWS::CloudWatch::Alarm', 'Alarm', { ...alarmInput('a', 'Sold') });
  const parent = await box.create('AWS::CloudWatch::CompositeAlarm', 'Parent', {
    AlarmRule: 'ALARM("arn:aws:cloudwatch:us-east-1:000000000000:alarm:a")',
  });
  expect(parent).toEqual({
    ref: 'Parent',
    attributes: { Arn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:Parent' },
  });
  await box.create('AWS::CloudWatch::Dashboard', 'Board', {
    DashboardName: 'shop',
    DashboardBody: '{"widgets":[]}',
  });
  await box.client.send(
    new PutDashboardCommand({ DashboardName: 'other', DashboardBody: '{"widgets":[1]}' }),
  );
  const board = await box.client.send(new GetDashboardCommand({ DashboardName: 'shop' }));
  expect(board.DashboardBody).toBe('{"widgets":[]}');
  const { DashboardEntries } = await box.client.send(new ListDashboardsCommand({}));
  expect(DashboardEntries?.map(({ DashboardName }) => DashboardName)).toEqual(['shop', 'other']);
  await expect(
    box.create('AWS::CloudWatch::Alarm', 'Odd', { ...alarmInput('odd', 'x'), Colour: 'red' }),
  ).rejects.toThrow('property Colour is not supported');
});

test('what is wrong is refused with the error that AWS gives it', async () => {
  const wrong = { ...alarmInput('wrong', 'Sold'), Period: 61 };
  await expect(box.client.send(new PutMetricAlarmCommand(wrong))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringContaining('Period'),
  });
  await expect(set('nobody', 'OK')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  await expect(
    box.client.send(new DeleteAlarmsCommand({ AlarmNames: ['nobody'] })),
  ).rejects.toMatchObject({ name: 'ResourceNotFound' });
  await expect(
    box.client.send(new PutCompositeAlarmCommand({ AlarmName: 'p', AlarmRule: 'ALARM(nobody)' })),
  ).rejects.toThrow('alarms [nobody] in the alarm rule do not exist');
  await expect(
    box.client.send(new TagResourceCommand({ ResourceARN: 'arn', Tags: [] })),
  ).rejects.toThrow('does not support TagResource of CloudWatch, it supports');
});

test('composite alarms cannot lead back to themselves, nor lose a child', async () => {
  await family({ wait: 0, extension: 0 });
  const over = { AlarmName: 'over', AlarmRule: 'ALARM(parent)' };
  await box.client.send(new PutCompositeAlarmCommand(over));
  await expect(
    box.client.send(new PutCompositeAlarmCommand({ AlarmName: 'parent', AlarmRule: 'OK(over)' })),
  ).rejects.toThrow('leads back to itself');
  await expect(box.client.send(new DeleteAlarmsCommand({ AlarmNames: ['a'] }))).rejects.toThrow(
    'depending on it: parent',
  );
});

test('the alarm clock can run faster: five minutes of an alarm then last five seconds', async () => {
  await box.client.send(
    new PutMetricAlarmCommand({ ...alarmInput('fast', 'Sold'), Period: 300, Threshold: 0 }),
  );
  expect(await local('PUT', '/_local/alarms', { speed: 60 })).toEqual({
    status: 200,
    body: { speed: 60 },
  });
  box.measure('Sold', 1);
  box.clock.nowMs += 1_000;
  box.cloudwatch.evaluate();
  expect((await stateOf('fast'))?.StateValue).toBe('ALARM');
  // Three windows of five seconds are the evaluation range; then the value is too old.
  box.clock.nowMs += 15_000;
  box.cloudwatch.evaluate();
  expect((await stateOf('fast'))?.StateValue).toBe('OK');
  expect((await local('PUT', '/_local/alarms', { speed: 1_000 })).status).toBe(400);
});

test('the laptop’s owner sees every alarm with its reason, and can set one', async () => {
  await box.client.send(new PutMetricAlarmCommand(alarmInput('mine', 'Sold')));
  const fired = await local('POST', '/_local/alarms/mine', { reason: 'a rehearsal' });
  expect(fired.body).toMatchObject({ name: 'mine', state: 'ALARM', reason: 'a rehearsal' });
  const listed = await local('GET', '/_local/alarms?state=ALARM');
  expect(listed.body).toMatchObject({ speed: 1, alarms: [{ name: 'mine', type: 'MetricAlarm' }] });
  expect(await local('POST', '/_local/alarms/nobody')).toMatchObject({
    status: 404,
    body: { alarms: ['mine'] },
  });
});

test('a line of a function’s log is a metric that an alarm can look at', async () => {
  await box.client.send(new PutMetricAlarmCommand(alarmInput('logged', 'Sold')));
  box.cloudwatch.readLog(
    JSON.stringify({
      _aws: {
        Timestamp: box.clock.nowMs,
        CloudWatchMetrics: [
          { Namespace: 'Shop', Dimensions: [[]], Metrics: [{ Name: 'Sold', Unit: 'Count' }] },
        ],
      },
      Sold: 9,
    }),
  );
  box.pass(1);
  expect((await stateOf('logged'))?.StateValue).toBe('ALARM');
});
