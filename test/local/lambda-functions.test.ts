import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { lambdaRequest, openWorkbench, type Workbench } from './lambda-workbench.ts';

/*
 * Goal: a function in the box behaves as on Lambda, the failures included. Method: real worker
 * processes with small handlers, each under a name of its own.
 */

vi.setConfig({ testTimeout: 30_000 });
const patience = { timeout: 15_000 };

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench({ asyncRetryDelaysMs: [10, 10] });
});

afterAll(() => bench.close());

test('a handler gets its event and a context, and its result is the payload', async () => {
  const arn = await bench.addFunction(
    'Echo',
    `export const handler = async (event, context) => ({
      event,
      name: context.functionName,
      arn: context.invokedFunctionArn,
      memory: context.memoryLimitInMB,
      group: context.logGroupName,
      inTime: context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 3000,
      requestId: /^[0-9a-f-]{36}$/.test(context.awsRequestId),
      trace: process.env._X_AMZN_TRACE_ID.startsWith('Root='),
    });`,
  );
  expect(await bench.box.invoke(arn, { n: 1 })).toEqual({
    payload: {
      event: { n: 1 },
      name: 'Echo',
      arn,
      memory: '128',
      group: '/aws/lambda/Echo',
      inTime: true,
      requestId: true,
      trace: true,
    },
  });
});

test('the environment holds the template variables and those of Lambda, and nothing of the shell', async () => {
  process.env['SHELL_SECRET'] = 'x';
  await bench.addFunction('Env', 'export const handler = async () => process.env;', {
    Environment: { Variables: { TABLE_NAME: 'Ledger' } },
  });
  const { payload } = await bench.box.invoke('Env', null);
  expect(payload).toMatchObject({
    TABLE_NAME: 'Ledger',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'FN-Env',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_LAMBDA_FUNCTION_NAME: 'Env',
    AWS_EC2_METADATA_DISABLED: 'true',
    TZ: 'UTC',
  });
  expect(payload).not.toHaveProperty('SHELL_SECRET');
  for (const ours of ['HOME', 'NODE_COMPILE_CACHE']) expect(payload).not.toHaveProperty(ours);
});

test('a warm environment is used again', async () => {
  await bench.addFunction(
    'Warm',
    'let n = 0; export const handler = async () => [process.pid, ++n];',
  );
  const first = await bench.box.invoke('Warm', null);
  const second = await bench.box.invoke('Warm', null);
  expect(first.payload).toEqual([expect.any(Number), 1]);
  expect(second.payload).toEqual([Array.isArray(first.payload) ? first.payload[0] : 0, 2]);
});

test('two events at the same time get an environment each', async () => {
  await bench.addFunction(
    'Pair',
    `export const handler = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return process.pid;
    };`,
  );
  const both = Promise.all([bench.box.invoke('Pair', null), bench.box.invoke('Pair', null)]);
  expect(bench.box.inFlight()).toBe(2);
  const [a, b] = await both;
  expect(a.payload).not.toBe(b.payload);
  expect(bench.box.inFlight()).toBe(0);
});

test('a thrown error is reported by name and message, and the environment lives on', async () => {
  await bench.addFunction(
    'Thrower',
    `let n = 0;
    export const handler = async () => {
      n += 1;
      if (n === 1) throw new RangeError('too far');
      return n;
    };`,
  );
  expect(await bench.box.invoke('Thrower', null)).toEqual({
    error: { type: 'RangeError', message: 'too far' },
  });
  expect(await bench.box.invoke('Thrower', null)).toEqual({ payload: 2 });
});

test('a function over its timeout is killed, even in an endless loop, and the next event starts fresh', async () => {
  await bench.addFunction(
    'Slow',
    `let n = 0;
    export const handler = async (event) => {
      n += 1;
      if (event.hang) for (;;);
      return n;
    };`,
    { Timeout: 1 },
  );
  const { error } = await bench.box.invoke('Slow', { hang: true });
  expect(error?.type).toBe('Sandbox.Timedout');
  expect(error?.message).toContain('Task timed out after 1.00 seconds');
  expect(await bench.box.invoke('Slow', { hang: false })).toEqual({ payload: 1 });
});

test.each([
  ['process.exit(3)', 'exit status 3'],
  ['process.abort()', 'signal: aborted'],
])('%s in the middle of an event is a Runtime.ExitError', async (crash, reason) => {
  const name = `Exit${reason.replaceAll(/\W/g, '')}`;
  await bench.addFunction(name, `export const handler = async () => { ${crash}; };`);
  const { error } = await bench.box.invoke(name, null);
  expect(error?.type).toBe('Runtime.ExitError');
  expect(error?.message).toContain(`Runtime exited with error: ${reason}`);
});

test('an exception outside the handler is reported for the event, and the process is replaced', async () => {
  await bench.addFunction(
    'Stray',
    `export const handler = (event) => {
      if (!event.stray) return process.pid;
      setTimeout(() => { throw new TypeError('stray'); }, 5);
      return new Promise(() => {});
    };`,
  );
  const before = await bench.box.invoke('Stray', { stray: false });
  expect(await bench.box.invoke('Stray', { stray: true })).toEqual({
    error: { type: 'TypeError', message: 'stray' },
  });
  const after = await bench.box.invoke('Stray', { stray: false });
  expect(after.payload).toEqual(expect.any(Number));
  expect(after.payload).not.toBe(before.payload);
});

test('a function that takes far more than its MemorySize is killed, buffers included', async () => {
  await bench.addFunction(
    'Hungry',
    `const kept = [];
    export const handler = async () => {
      for (;;) {
        kept.push(Buffer.alloc(20_000_000, 1));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };`,
    { Timeout: 30 },
  );
  const { error } = await bench.box.invoke('Hungry', null);
  expect(error?.type).toBe('Runtime.ExitError');
  expect(error?.message).toContain('signal: killed');
});

test.each([
  ['throw new Error("no table")', 'Error', 'no table'],
  ['export const other = 1', 'Runtime.HandlerNotFound', 'not exported as a function'],
  [
    'export const handler = (event, context, callback) => callback(null, 1)',
    'Runtime.CallbackHandlerDeprecated',
    'make it an async function',
  ],
])('a bundle with %s fails to start with %s', async (source, type, message) => {
  const name = `Init${type.replaceAll('.', '')}`;
  await bench.addFunction(name, source);
  const { error } = await bench.box.invoke(name, null);
  expect(error?.type).toBe(type);
  expect(error?.message).toContain(message);
});

test('an asset folder that is gone fails the event', async () => {
  await bench.box.providers['AWS::Lambda::Function']?.({
    logicalId: 'Gone',
    type: 'AWS::Lambda::Function',
    properties: { Handler: 'index.handler', Runtime: 'nodejs24.x', Role: 'role', Code: {} },
    assetPath: join(tmpdir(), 'no-such-asset'),
  });
  const { error } = await bench.box.invoke('Gone', null);
  expect(error?.type).toBe('Runtime.ExitError');
  expect(error?.message).toContain('could not be started');
});

test('a response of more than 6 MB fails, and the environment lives on', async () => {
  await bench.addFunction(
    'Large',
    "export const handler = async (event) => 'x'.repeat(event.length);",
    { MemorySize: 512 },
  );
  const { error } = await bench.box.invoke('Large', { length: 6_300_000 });
  expect(error?.type).toBe('Function.ResponseSizeTooLarge');
  expect(await bench.box.invoke('Large', { length: 2 })).toEqual({ payload: 'xx' });
});

test('a request of more than 6 MB is refused before the function starts', async () => {
  const { error } = await bench.box.invoke('Large', 'x'.repeat(6_300_000));
  expect(error?.type).toBe('RequestTooLargeException');
});

test('above its reserved concurrency a function is throttled', async () => {
  await bench.addFunction(
    'Reserved',
    'export const handler = () => new Promise((resolve) => setTimeout(resolve, 200));',
    { ReservedConcurrentExecutions: 1 },
  );
  const url = '/2015-03-31/functions/Reserved/invocations';
  const [first, second] = await Promise.all([
    bench.box.handle(lambdaRequest('POST', url)),
    bench.box.handle(lambdaRequest('POST', url)),
  ]);
  expect(first?.status).toBe(200);
  expect(second?.status).toBe(429);
  expect((await bench.box.handle(lambdaRequest('POST', url))).status).toBe(200);
});

test('lines of standard output and error reach the log under the name of the function', async () => {
  await bench.addFunction(
    'Chatty',
    "export const handler = async () => { console.log('to out'); console.error('to err'); };",
  );
  await bench.box.invoke('Chatty', null);
  await expect
    .poll(() => bench.logs, patience)
    .toEqual(expect.arrayContaining(['Chatty: to out', 'Chatty: to err']));
});

test.each([
  [{ AWS_REGION: 'eu-west-1' }, 'AWS_REGION, which Lambda reserves'],
  [{ '1ST': 'x' }, 'got "1ST"'],
  [{ POLICY: 'x'.repeat(4_090) }, 'bytes as JSON, allowed 4096'],
])('variables Lambda would refuse stop the start: %o', async (variables, message) => {
  const created = bench.addFunction('Refused', 'export const handler = async () => 1;', {
    Environment: { Variables: variables },
  });
  await expect(created).rejects.toThrow(message);
});

test.each([
  [{ Timeout: 901 }, 'property Timeout'],
  [{ Runtime: 'python3.13' }, 'only nodejs runtimes'],
  [{ Layers: ['arn'] }, 'property Layers is not supported'],
])('a property the box cannot honour stops the start: %o', async (properties, message) => {
  const created = bench.addFunction('Odd', 'export const handler = async () => 1;', properties);
  await expect(created).rejects.toThrow(message);
});

test('the REST interface invokes by name or ARN and marks function errors', async () => {
  const ok = await bench.box.handle(
    lambdaRequest('POST', '/2015-03-31/functions/Echo/invocations', { n: 2 }),
  );
  expect(ok.status).toBe(200);
  expect(JSON.parse(String(ok.body))).toMatchObject({ event: { n: 2 } });
  const arn = encodeURIComponent('arn:aws:lambda:us-east-1:000000000000:function:InitError');
  const failed = await bench.box.handle(
    lambdaRequest('POST', `/2015-03-31/functions/${arn}/invocations`),
  );
  expect(failed.headers?.['x-amz-function-error']).toBe('Unhandled');
  expect(JSON.parse(String(failed.body))).toMatchObject({ errorMessage: 'no table' });
  const missing = await bench.box.handle(
    lambdaRequest('POST', '/2015-03-31/functions/Nobody/invocations'),
  );
  expect(missing.status).toBe(404);
  expect(missing.headers?.['x-amzn-errortype']).toBe('ResourceNotFoundException');
});

test('GetFunction tells the configuration of the template', async () => {
  const answer = await bench.box.handle(lambdaRequest('GET', '/2015-03-31/functions/Env'));
  expect(JSON.parse(String(answer.body))).toMatchObject({
    Configuration: {
      FunctionName: 'Env',
      Timeout: 3,
      Environment: { Variables: { TABLE_NAME: 'Ledger' } },
    },
  });
});

test('an event is retried twice, then its record goes to the on-failure queue', async () => {
  const queueArn = await bench.addQueue('failures');
  const functionArn = await bench.addFunction(
    'Failing',
    "export const handler = async () => { console.log('tried'); throw new Error('never'); };",
  );
  await bench.box.providers['AWS::Lambda::EventInvokeConfig']?.({
    logicalId: 'Config',
    type: 'AWS::Lambda::EventInvokeConfig',
    properties: {
      FunctionName: functionArn,
      Qualifier: '$LATEST',
      DestinationConfig: { OnFailure: { Destination: queueArn } },
    },
  });
  const accepted = await bench.box.handle(
    lambdaRequest(
      'POST',
      '/2015-03-31/functions/Failing/invocations',
      { n: 1 },
      {
        'x-amz-invocation-type': 'Event',
      },
    ),
  );
  expect(accepted.status).toBe(202);
  await expect.poll(async () => (await bench.depth('failures')).waiting, patience).toBe(1);
  expect(bench.logs.filter((line) => line === 'Failing: tried')).toHaveLength(3);
});
