import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test, vi } from 'vitest';
import { type Json, type JsonObject, localPlace, type Physical } from '../../local/aws.ts';
import { createEvents } from '../../local/emulators/events/events.ts';
import { openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const account = 'us-east-1:000000000000';
const functionArn = `arn:aws:lambda:${account}:function:Rotate`;
const queueArn = `arn:aws:sqs:${account}:inbox`;
const topicArn = `arn:aws:sns:${account}:alarms`;

/** The emulator with hands that write down what they are asked to carry. */
function openEvents(options: { functionError?: string } = {}) {
  const carried: { arn: string; input: Json; group?: string }[] = [];
  const clock = { nowMs: Date.parse('2026-01-01T00:00:00Z') };
  const write = (arn: string, text: string) => carried.push({ arn, input: JSON.parse(text) });
  const events = createEvents({
    place: localPlace,
    clock: () => clock.nowMs,
    invoke: async (arn, payload) => {
      carried.push({ arn, input: payload });
      const { functionError } = options;
      return functionError ? { error: { type: 'Error', message: functionError } } : {};
    },
    sendMessage: async (arn, body, group) => {
      if (group === undefined) write(arn, body);
      else carried.push({ arn, input: JSON.parse(body), group });
    },
    publish: async (arn, messages) => {
      for (const message of messages) write(arn, message);
    },
  });
  closers.push(events.close);
  const create = async (
    type: string,
    logicalId: string,
    properties: JsonObject,
  ): Promise<Physical> => {
    const provider = events.providers[type];
    if (provider === undefined) throw new Error(`no provider for ${type}`);
    return provider({ type, logicalId, properties });
  };
  const ask = async (method: string, url: string) => {
    const request = { service: '', principal: '', method, url, headers: {}, body: Buffer.alloc(0) };
    const answer = await events.local(request);
    return { status: answer.status, body: JSON.parse(String(answer.body)) };
  };
  return { events, carried, clock, create, ask };
}

async function openClient(events: ReturnType<typeof createEvents>): Promise<EventBridgeClient> {
  const endpoint = await openEndpoint(0, {
    emulators: { events: events.handle },
    localRoutes: {},
    authorize: () => undefined,
    onFailure: () => undefined,
  });
  const client = new EventBridgeClient(clientConfig(endpoint.url));
  closers.push(endpoint.close, () => client.destroy());
  return client;
}

const entry = {
  Source: 'goodstanding',
  DetailType: 'Pool Quarantined',
  Detail: JSON.stringify({ pool: 'marketing-1', ratio: 0.07 }),
};

test('an event put with the SDK reaches the targets of the rules it matches, in its envelope', async () => {
  const { events, carried, create } = openEvents();
  await create('AWS::Events::EventBus', 'Bus', { Name: 'standing' });
  const rule = await create('AWS::Events::Rule', 'Match', {
    EventBusName: 'standing',
    EventPattern: { source: ['goodstanding'], detail: { ratio: [{ numeric: ['>', 0.05] }] } },
    Targets: [
      { Id: 'a', Arn: functionArn },
      { Id: 'b', Arn: queueArn, InputPath: '$.detail.pool' },
      { Id: 'c', Arn: topicArn, Input: '{"constant":true}' },
    ],
  });
  await create('AWS::Events::Rule', 'OtherBus', {
    EventPattern: { source: ['goodstanding'] },
    Targets: [{ Id: 'a', Arn: `${functionArn}Other` }],
  });
  expect(rule.attributes['Arn']).toBe(`arn:aws:events:${account}:rule/standing/Match`);
  const client = await openClient(events);
  const answer = await client.send(
    new PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'standing' }] }),
  );
  expect(answer.FailedEntryCount).toBe(0);
  await expect.poll(() => carried).toHaveLength(3);
  expect(carried).toEqual([
    {
      arn: functionArn,
      input: {
        version: '0',
        id: answer.Entries?.[0]?.EventId,
        'detail-type': 'Pool Quarantined',
        source: 'goodstanding',
        account: '000000000000',
        time: '2026-01-01T00:00:00Z',
        region: 'us-east-1',
        resources: [],
        detail: { pool: 'marketing-1', ratio: 0.07 },
      },
    },
    { arn: queueArn, input: 'marketing-1' },
    { arn: topicArn, input: { constant: true } },
  ]);
});

test('an input transformer fills its template, within quotes and without', async () => {
  const { events, carried, create } = openEvents();
  await create('AWS::Events::Rule', 'Transform', {
    EventPattern: { source: ['goodstanding'] },
    Targets: [
      {
        Id: 'a',
        Arn: functionArn,
        InputTransformer: {
          InputPathsMap: { pool: '$.detail.pool', ratio: '$.detail.ratio', none: '$.detail.none' },
          InputTemplate:
            '{"ratio":<ratio>,"pool":<pool>,"text":"pool <pool> at <ratio> by <aws.events.rule-name>","none":"<none>"}',
        },
      },
    ],
  });
  events.emit('default', {
    source: 'goodstanding',
    detailType: 'x',
    detail: { pool: 'a "quoted" pool', ratio: 0.5 },
    resources: [],
  });
  await expect.poll(() => carried).toHaveLength(1);
  expect(carried[0]?.input).toEqual({
    ratio: 0.5,
    pool: 'a "quoted" pool',
    text: 'pool a "quoted" pool at 0.5 by Transform',
    none: '',
  });
});

test('each entry of PutEvents succeeds or fails for itself', async () => {
  const { events } = openEvents();
  const client = await openClient(events);
  const answer = await client.send(
    new PutEventsCommand({
      Entries: [
        entry,
        { ...entry, Detail: 'not json' },
        { ...entry, Source: undefined },
        { ...entry, Source: 'aws.ses' },
      ],
    }),
  );
  expect(answer.FailedEntryCount).toBe(3);
  expect(answer.Entries?.map((result) => result.ErrorCode)).toEqual([
    undefined,
    'MalformedDetail',
    'InvalidArgument',
    'NotAuthorizedForSourceException',
  ]);
});

test('a call with more than ten entries, or more than 1 MiB, is refused whole', async () => {
  const { events, ask } = openEvents();
  const client = await openClient(events);
  const many = new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => entry) });
  await expect(client.send(many)).rejects.toMatchObject({ name: 'ValidationException' });
  const Detail = JSON.stringify({ text: 'x'.repeat(600_000) });
  const large = new PutEventsCommand({
    Entries: [
      { ...entry, Detail },
      { ...entry, Detail },
    ],
  });
  await expect(client.send(large)).rejects.toThrow('over the limit');
  expect((await ask('GET', '/_local/events')).body.events).toEqual([]);
});

test('an event for a bus that does not exist is taken without a word and shown in the local list', async () => {
  const { events, ask } = openEvents();
  const client = await openClient(events);
  const answer = await client.send(
    new PutEventsCommand({ Entries: [{ ...entry, EventBusName: 'nowhere' }, entry] }),
  );
  expect(answer.FailedEntryCount).toBe(0);
  const { body } = await ask('GET', '/_local/events');
  expect(body).toMatchObject({
    last: 2,
    events: [
      { sequence: 1, bus: 'nowhere', busExists: false, deliveries: [] },
      { sequence: 2, bus: 'default', busExists: true },
    ],
  });
  const later = await ask('GET', '/_local/events?since=1');
  expect(later.body.events).toHaveLength(1);
});

test('what cannot be delivered is listed with its error and goes to the dead-letter queue', async () => {
  const { events, carried, create, ask } = openEvents({ functionError: 'down' });
  await create('AWS::Events::Rule', 'Lossy', {
    EventPattern: { source: ['goodstanding'] },
    Targets: [{ Id: 'a', Arn: functionArn, DeadLetterConfig: { Arn: queueArn } }],
  });
  events.emit('default', { source: 'goodstanding', detailType: 'x', detail: {}, resources: [] });
  await expect.poll(() => carried.map((one) => one.arn)).toEqual([functionArn, queueArn]);
  expect(carried[1]?.input).toMatchObject({ source: 'goodstanding' });
  await expect
    .poll(async () => (await ask('GET', '/_local/events')).body.events[0].deliveries)
    .toEqual([{ rule: 'Lossy', target: functionArn, error: expect.stringContaining('down') }]);
});

test('a disabled rule gets nothing', async () => {
  const { events, carried, create } = openEvents();
  const properties = { EventPattern: { source: ['goodstanding'] } };
  const targets = (arn: string) => ({ Targets: [{ Id: 'a', Arn: arn }] });
  await create('AWS::Events::Rule', 'Off', {
    ...properties,
    ...targets(topicArn),
    State: 'DISABLED',
  });
  await create('AWS::Events::Rule', 'On', { ...properties, ...targets(queueArn) });
  events.emit('default', { source: 'goodstanding', detailType: 'x', detail: {}, resources: [] });
  await expect.poll(() => carried.map((one) => one.arn)).toEqual([queueArn]);
});

test('a FIFO queue gets its message group, and a body of its own with the time in it', async () => {
  const { events, carried, create } = openEvents();
  await create('AWS::Events::Rule', 'Rule', {
    EventPattern: { source: ['goodstanding'] },
    Targets: [
      {
        Id: 'a',
        Arn: `${queueArn}.fifo`,
        SqsParameters: { MessageGroupId: 'one' },
        InputTransformer: {
          InputPathsMap: { time: '$.time' },
          InputTemplate: '{"kind":"alarm","at":<time>}',
        },
      },
    ],
  });
  events.emit('default', { source: 'goodstanding', detailType: 'x', detail: {}, resources: [] });
  await expect
    .poll(() => carried)
    .toEqual([
      {
        arn: `${queueArn}.fifo`,
        group: 'one',
        input: { kind: 'alarm', at: expect.stringMatching(/^2026-/) },
      },
    ]);
});

test('schedules of both families fire by the clock of the box', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  closers.push(() => vi.useRealTimers());
  const { events, carried, clock, create, ask } = openEvents();
  await create('AWS::Events::Rule', 'Minutely', {
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ Id: 'a', Arn: functionArn }],
  });
  await create('AWS::Scheduler::ScheduleGroup', 'Group', { Name: 'nightly' });
  const schedule = await create('AWS::Scheduler::Schedule', 'Nightly', {
    GroupName: 'nightly',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'Etc/UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: queueArn,
      RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
      Input: '{"at":"<aws.scheduler.scheduled-time>"}',
    },
  });
  const arn = `arn:aws:scheduler:${account}:schedule/nightly/Nightly`;
  expect(schedule).toEqual({ ref: 'Nightly', attributes: { Arn: arn } });
  events.start();
  vi.advanceTimersByTime(1_000);
  expect(carried).toEqual([]);

  clock.nowMs += 60_000;
  vi.advanceTimersByTime(1_000);
  expect(carried).toMatchObject([
    { arn: functionArn, input: { source: 'aws.events', 'detail-type': 'Scheduled Event' } },
  ]);

  clock.nowMs = Date.parse('2026-01-01T03:00:00Z');
  vi.advanceTimersByTime(1_000);
  expect(carried.slice(1)).toEqual([
    { arn: functionArn, input: expect.anything() },
    { arn: queueArn, input: { at: '2026-01-01T03:00:00Z' } },
  ]);
  const listed = (await ask('GET', '/_local/schedules')).body.schedules;
  expect(listed).toMatchObject([
    { kind: 'rule', name: 'Minutely', nextMs: clock.nowMs + 60_000, lastFiredMs: clock.nowMs },
    { kind: 'schedule', arn, expression: 'cron(0 3 * * ? *)', state: 'ENABLED' },
  ]);
});

test('a schedule is fired by hand, even a disabled one, and an unknown name is answered with the known', async () => {
  const { carried, create, ask } = openEvents();
  await create('AWS::Scheduler::Schedule', 'Rotate', {
    ScheduleExpression: 'rate(1 day)',
    State: 'DISABLED',
    Target: { Arn: functionArn, RoleArn: 'role' },
  });
  expect((await ask('POST', '/_local/schedules/Rotate')).status).toBe(200);
  expect(carried).toMatchObject([{ arn: functionArn, input: { source: 'aws.scheduler' } }]);
  const unknown = await ask('POST', '/_local/schedules/Nothing');
  expect(unknown).toMatchObject({ status: 404, body: { schedules: ['Rotate'] } });
});

test.each([
  ['AWS::Events::Rule', { Targets: [{ Id: 'a', Arn: functionArn }] }],
  ['AWS::Scheduler::Schedule', { Target: { Arn: functionArn, RoleArn: 'role' } }],
])('%s fired by hand says the time that it is told', async (type, target) => {
  const { carried, create, ask } = openEvents();
  await create(type, 'Daily', { ScheduleExpression: 'rate(1 day)', ...target });
  await ask('POST', '/_local/schedules/Daily?time=2031-05-01T10:00:00Z');
  expect(carried).toMatchObject([{ input: { time: '2031-05-01T10:00:00Z' } }]);
  const wrong = await ask('POST', '/_local/schedules/Daily?time=noon');
  expect(wrong).toMatchObject({ status: 400, body: { message: expect.stringContaining('noon') } });
});

test('firing by hand tells when the target fails', async () => {
  const { create, ask } = openEvents({ functionError: 'down' });
  await create('AWS::Events::Rule', 'Daily', {
    ScheduleExpression: 'rate(1 day)',
    Targets: [{ Id: 'a', Arn: functionArn }],
  });
  const answer = await ask('POST', '/_local/schedules/Daily');
  expect(answer.status).toBe(500);
  expect(answer.body.message).toContain('down');
});

const pattern = { EventPattern: { source: ['x'] } };

test.each<[string, JsonObject, string]>([
  ['AWS::Events::Rule', {}, 'neither EventPattern nor ScheduleExpression'],
  ['AWS::Events::Rule', { ...pattern, EventBusName: 'nowhere' }, 'event bus got nowhere'],
  ['AWS::Events::Rule', { EventPattern: { source: 'x' } }, 'allowed is a list of values'],
  [
    'AWS::Events::Rule',
    { ...pattern, Targets: [{ Id: 'a', Arn: `arn:aws:logs:${account}:log-group:x` }] },
    'allowed in the local runtime are Lambda functions, SQS queues and SNS topics',
  ],
  [
    'AWS::Events::Rule',
    { ...pattern, Targets: [{ Id: 'a', Arn: queueArn, HttpParameters: {} }] },
    'HttpParameters is not supported',
  ],
  [
    'AWS::Events::Rule',
    { ...pattern, Targets: [{ Id: 'a', Arn: queueArn, Input: 'no json' }] },
    'Input got no json',
  ],
  [
    'AWS::Scheduler::Schedule',
    { ScheduleExpression: 'rate(1 day)', Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:x' } },
    'allowed in the local runtime are Lambda functions',
  ],
  [
    'AWS::Scheduler::Schedule',
    {
      ScheduleExpression: 'rate(1 day)',
      ScheduleExpressionTimezone: 'Europe/Paris',
      Target: { Arn: queueArn },
    },
    'only UTC is supported',
  ],
])('%s that the box cannot honour stops the start: %o', async (type, properties, message) => {
  const { create } = openEvents();
  await expect(create(type, 'Odd', properties)).rejects.toThrow(message);
});
