import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isAllowed } from '../../local/iam/evaluate.ts';
import { openAtFreePort } from '../../local/ports.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { clientConfig } from './clients.ts';
import { bundleFixture, type StackVariation, synthesize } from './runtime-stack.ts';

const logs: string[] = [];
const dirs: string[] = [];
let codeDir: string;
let runtime: Runtime;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
let sns: SNSClient;

beforeAll(async () => {
  codeDir = bundleFixture();
  dirs.push(dirname(codeDir));
  runtime = await startRuntime({
    assemblyDir: assembly('whole'),
    port: 0,
    seed: 1,
    onLog: (source, line) => logs.push(`${source}: ${line}`),
  });
  const config = clientConfig(runtime.endpointUrl);
  dynamodb = new DynamoDBClient(config);
  sqs = new SQSClient(config);
  sns = new SNSClient(config);
}, 60_000);

afterAll(async () => {
  for (const client of [dynamodb, sqs, sns]) client.destroy();
  await runtime.close();
  for (const dir of dirs) rmSync(dir, { recursive: true });
}, 30_000);

test('outputs are resolved, those of a custom resource included', () => {
  expect(runtime.outputs).toMatchObject({
    TableName: expect.stringContaining('Ledger'),
    IntakeUrl: expect.stringMatching(`^${runtime.endpointUrl}/000000000000/Intake`),
    SeedAnswer: '42',
  });
});

test('a message sent to the queue becomes mail, and its SES events come back as items', async () => {
  await request('someone@example.org');
  await quiet();
  const items = await ledger();
  expect(items.get('sent someone@example.org')).toBeTruthy();
  expect([...items.keys()]).toContain('events Send');
  const messages = await fetch(`${runtime.endpointUrl}/_local/messages`);
  expect(await messages.text()).toContain('someone@example.org');
}, 60_000);

test('a topic invokes a function', async () => {
  const { AlarmsArn = '' } = runtime.outputs;
  await sns.send(new PublishCommand({ TopicArn: AlarmsArn, Message: 'pool burns' }));
  await vi.waitFor(async () => expect((await ledger()).get('alarm')).toBe('pool burns'), {
    timeout: 10_000,
    interval: 100,
  });
}, 20_000);

test('what a role does not allow is refused, logged by the function and recorded', async () => {
  await request('forbidden');
  const refused = { action: 'dynamodb:DeleteItem', decision: 'not allowed' };
  await vi.waitFor(() => expect(runtime.calls()).toContainEqual(expect.objectContaining(refused)), {
    timeout: 10_000,
    interval: 100,
  });
  await vi.waitFor(
    () => expect(logs).toContainEqual(expect.stringContaining('not authorized to perform')),
    { timeout: 5_000 },
  );
}, 20_000);

test('every call is covered by the grants that runtime.grants() shows', () => {
  const grants = runtime.grants();
  const calls = runtime.calls().filter((call) => call.decision === 'allowed');
  expect(calls.map((call) => call.action)).toEqual(
    expect.arrayContaining(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'ses:SendEmail']),
  );
  for (const { principal, action, resource } of calls) {
    expect(isAllowed(grants[principal] ?? [], { action, resource })).toBe(true);
  }
});

test('calls and queues are shown to the owner, and the own queues of the box are not', async () => {
  const calls = await (await fetch(`${runtime.endpointUrl}/_local/calls`)).text();
  expect(calls).toContain('dynamodb:PutItem');
  const queues = await (await fetch(`${runtime.endpointUrl}/_local/queues`)).text();
  expect(queues).toContain('Intake');
  expect(queues).not.toContain('sns-to-lambda');
});

test('what the box does not act on is recorded with its reason', () => {
  const types = new Set(runtime.recorded.map((one) => one.type));
  expect([...types]).toEqual(
    expect.arrayContaining(['AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::SQS::QueuePolicy']),
  );
  expect(runtime.recorded.every(({ why }) => why.length > 10)).toBe(true);
});

test('resources tell their type and physical name', () => {
  const { TableName = '' } = runtime.outputs;
  expect(runtime.resources[TableName]).toMatchObject({
    type: 'AWS::DynamoDB::GlobalTable',
    physical: { ref: TableName },
  });
});

test('an unknown type stops the start with its name', async () => {
  const start = startRuntime({ assemblyDir: assembly('unknown type'), port: 0 });
  await expect(start).rejects.toThrow('the box cannot create AWS::Quantum::Computer (Odd)');
});

test('a custom resource that fails stops the start with its reason', async () => {
  const start = startRuntime({ assemblyDir: assembly('failing custom resource'), port: 0 });
  await expect(start).rejects.toThrow('custom resource Seed failed: out of seeds');
}, 20_000);

test('a demanded port that is taken is an error, otherwise the next free one is found', async () => {
  const options = {
    emulators: {},
    localRoutes: {},
    authorize: () => undefined,
    onFailure: () => {},
  };
  await expect(openAtFreePort(runtime.port, options)).rejects.toThrow(
    `port ${runtime.port} is taken`,
  );
  const first = await openAtFreePort(undefined, options);
  const second = await openAtFreePort(undefined, options);
  expect(second.port).toBeGreaterThan(first.port);
  await first.close();
  await second.close();
});

test('after close nothing listens any more', async () => {
  const other = await startRuntime({ assemblyDir: assembly('whole'), port: 0 });
  await other.close();
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(other.port, '127.0.0.1', () => server.close(() => resolve()));
  });
}, 30_000);

function assembly(variation: StackVariation): string {
  const dir = synthesize(codeDir, variation);
  dirs.push(dir);
  return dir;
}

async function request(body: string): Promise<void> {
  const { IntakeUrl } = runtime.outputs;
  await sqs.send(new SendMessageCommand({ QueueUrl: IntakeUrl, MessageBody: body }));
}

async function quiet(): Promise<void> {
  await vi.waitFor(async () => expect(await runtime.idle()).toBe(true), {
    timeout: 45_000,
    interval: 50,
  });
}

async function ledger(): Promise<ReadonlyMap<string, string>> {
  const { TableName } = runtime.outputs;
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
  return new Map(Items.map((item) => [item['pk']?.S ?? '', item['value']?.S ?? '']));
}
