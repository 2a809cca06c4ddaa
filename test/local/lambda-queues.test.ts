import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lambdaRequest, openWorkbench, type Workbench } from './lambda-workbench.ts';

/*
 * Goal: a queue feeds a function as an event source mapping on AWS does. Method: real workers, a
 * queue emulator in this process, and handlers that log what they were given.
 */

vi.setConfig({ testTimeout: 30_000 });
const patience = { timeout: 15_000 };

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(() => bench.close());

const logBodies = `
export const handler = async (event) => {
  console.log(JSON.stringify(event.Records.map((record) => record.body)));
};`;

const partial = `
export const handler = async (event) => {
  console.log('batch ' + event.Records.length);
  return JSON.parse(event.Records[0].body.startsWith('{') ? event.Records[0].body : 'null')
    ?? { batchItemFailures: event.Records
      .filter((record) => record.body === 'bad')
      .map((record) => ({ itemIdentifier: record.messageId })) };
};`;

function logged(name: string): string[] {
  return bench.logs
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2));
}

test('a record has the shape Lambda gives it', async () => {
  const queueArn = await bench.addQueue('shape');
  await bench.addFunction(
    'Shape',
    'export const handler = async (event) => console.log(JSON.stringify(event.Records[0]));',
  );
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Shape' });
  const [messageId] = await bench.send('shape', ['hello']);
  bench.box.start();
  await expect.poll(() => logged('Shape').length, patience).toBe(1);
  expect(JSON.parse(logged('Shape')[0] ?? '')).toEqual({
    messageId,
    receiptHandle: expect.any(String),
    body: 'hello',
    attributes: expect.objectContaining({
      ApproximateReceiveCount: '1',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      SenderId: expect.any(String),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    }),
    messageAttributes: {},
    md5OfBody: '5d41402abc4b2a76b9719d911017c592',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'us-east-1',
  });
});

test('a successful batch is deleted', async () => {
  const queueArn = await bench.addQueue('ok');
  await bench.addFunction('Ok', logBodies);
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Ok', BatchSize: 5 });
  await bench.send('ok', ['1', '2', '3', '4', '5', '6', '7']);
  bench.box.start();
  await expect.poll(() => bench.depth('ok'), patience).toEqual({ waiting: 0, inFlight: 0 });
  const batches = logged('Ok').map((line): string[] => JSON.parse(line));
  expect(batches.flat().sort()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(5);
});

test('of a partly failed batch only the listed messages stay, in flight until their timeout', async () => {
  const queueArn = await bench.addQueue('partly');
  await bench.addFunction('Partly', partial);
  await bench.addMapping({
    EventSourceArn: queueArn,
    FunctionName: 'Partly',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await bench.send('partly', ['good', 'bad', 'good']);
  bench.box.start();
  await expect.poll(() => bench.depth('partly'), patience).toEqual({ waiting: 0, inFlight: 1 });
});

test.each([
  ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['an unknown identifier', { batchItemFailures: [{ itemIdentifier: 'nobody' }] }],
  ['a wrong key', { batchItemFailures: [{ messageId: 'x' }] }],
  ['a wrong shape', { batchItemFailures: 'all' }],
])('%s in the answer fails the whole batch', async (_what, answer) => {
  const queueArn = await bench.addQueue('wrong');
  await bench.addFunction('Wrong', partial);
  await bench.addMapping({
    EventSourceArn: queueArn,
    FunctionName: 'Wrong',
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  await bench.send('wrong', [JSON.stringify(answer), 'good']);
  bench.box.start();
  await expect.poll(() => logged('Wrong').join(), patience).toContain('left in the queue');
  expect(await bench.depth('wrong')).toEqual({ waiting: 0, inFlight: 2 });
});

test('without ReportBatchItemFailures the answer is not read', async () => {
  const queueArn = await bench.addQueue('plain');
  await bench.addFunction('Plain', partial);
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Plain' });
  await bench.send('plain', ['bad', 'good']);
  bench.box.start();
  await expect.poll(() => logged('Plain').length, patience).toBeGreaterThan(0);
  await expect.poll(() => bench.depth('plain'), patience).toEqual({ waiting: 0, inFlight: 0 });
});

test('a function error leaves the batch to the visibility timeout, after which it comes again', async () => {
  const queueArn = await bench.addQueue('again', 1);
  await bench.addFunction(
    'Again',
    `export const handler = async (event) => {
      const [record] = event.Records;
      console.log('count ' + record.attributes.ApproximateReceiveCount);
      if (record.attributes.ApproximateReceiveCount === '1') throw new Error('not yet');
    };`,
    { Timeout: 1 },
  );
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Again' });
  await bench.send('again', ['x']);
  bench.box.start();
  await expect.poll(() => logged('Again'), patience).toContain('count 2');
  await expect.poll(() => bench.depth('again'), patience).toEqual({ waiting: 0, inFlight: 0 });
});

test('no more batches run at once than MaximumConcurrency allows', async () => {
  const queueArn = await bench.addQueue('narrow');
  await bench.addFunction(
    'Narrow',
    `export const handler = async () => {
      console.log('begin');
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log('end');
    };`,
  );
  await bench.addMapping({
    EventSourceArn: queueArn,
    FunctionName: 'Narrow',
    BatchSize: 1,
    ScalingConfig: { MaximumConcurrency: 2 },
  });
  await bench.send(
    'narrow',
    Array.from({ length: 8 }, (_, n) => `${n}`),
  );
  let seenMax = 0;
  const watch = setInterval(() => {
    seenMax = Math.max(seenMax, bench.box.inFlight());
  }, 5);
  bench.box.start();
  await expect.poll(() => bench.depth('narrow'), patience).toEqual({ waiting: 0, inFlight: 0 });
  clearInterval(watch);
  expect(seenMax).toBe(2);
  expect(logged('Narrow').filter((line) => line === 'begin')).toHaveLength(8);
});

test('a window gathers more than one receive into a batch', async () => {
  const queueArn = await bench.addQueue('wide');
  await bench.addFunction('Wide', logBodies);
  await bench.addMapping({
    EventSourceArn: queueArn,
    FunctionName: 'Wide',
    BatchSize: 25,
    MaximumBatchingWindowInSeconds: 1,
  });
  await bench.send(
    'wide',
    Array.from({ length: 30 }, (_, n) => `${n}`),
  );
  bench.box.start();
  await expect.poll(() => bench.depth('wide'), patience).toEqual({ waiting: 0, inFlight: 0 });
  const sizes = logged('Wide').map((line) => JSON.parse(line).length);
  expect(sizes).toEqual([25, 5]);
});

test('a batch is cut at six megabytes of event', async () => {
  const queueArn = await bench.addQueue('heavy', 60);
  await bench.addFunction(
    'Heavy',
    'export const handler = async (event) => console.log(event.Records.length);',
    { MemorySize: 1024, Timeout: 30 },
  );
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Heavy' });
  for (let n = 0; n < 8; n += 1) await bench.send('heavy', ['x'.repeat(1_000_000)]);
  bench.box.start();
  await expect.poll(() => bench.depth('heavy'), patience).toEqual({ waiting: 0, inFlight: 0 });
  expect(logged('Heavy').map(Number).sort()).toEqual([2, 6]);
});

test('a mapping switched off is not polled until it is switched on', async () => {
  const queueArn = await bench.addQueue('tap');
  await bench.addFunction('Tap', logBodies);
  const uuid = await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Tap' });
  const path = `/2015-03-31/event-source-mappings/${uuid}`;
  const state = async () =>
    JSON.parse(String((await bench.box.handle(lambdaRequest('GET', path))).body)).State;
  bench.box.start();
  const off = await bench.box.handle(lambdaRequest('PUT', path, { Enabled: false }));
  expect(off.status).toBe(202);
  await expect.poll(state, patience).toBe('Disabled');
  await bench.send('tap', ['held']);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await bench.depth('tap')).toEqual({ waiting: 1, inFlight: 0 });

  await bench.box.handle(lambdaRequest('PUT', path, { Enabled: true }));
  expect(await state()).toBe('Enabled');
  await expect.poll(() => logged('Tap'), patience).toEqual(['["held"]']);
  const listed = await bench.box.handle(
    lambdaRequest('GET', '/2015-03-31/event-source-mappings/?FunctionName=Tap'),
  );
  expect(JSON.parse(String(listed.body)).EventSourceMappings).toMatchObject([
    { UUID: uuid, EventSourceArn: queueArn, State: 'Enabled', BatchSize: 10 },
  ]);
});

test('a mapping that begins disabled is not polled', async () => {
  const queueArn = await bench.addQueue('closed');
  await bench.addFunction('Closed', logBodies);
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Closed', Enabled: false });
  await bench.send('closed', ['x']);
  bench.box.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await bench.depth('closed')).toEqual({ waiting: 1, inFlight: 0 });
});

test.each([
  [{ FilterCriteria: { Filters: [] } }, 'property FilterCriteria is not supported'],
  [{ BatchSize: 100 }, 'set MaximumBatchingWindowInSeconds'],
  [{ ScalingConfig: { MaximumConcurrency: 1 } }, 'property ScalingConfig.MaximumConcurrency'],
  [{ FunctionName: 'Nobody' }, 'function got Nobody'],
])('a mapping the box cannot honour stops the start: %o', async (properties, message) => {
  const queueArn = await bench.addQueue('refused');
  await bench.addFunction('Known', logBodies);
  const created = bench.addMapping({
    EventSourceArn: queueArn,
    FunctionName: 'Known',
    ...properties,
  });
  await expect(created).rejects.toThrow(message);
});

test('a queue whose visibility timeout is shorter than the function timeout is refused', async () => {
  const queueArn = await bench.addQueue('short', 5);
  await bench.addFunction('Long', logBodies, { Timeout: 6 });
  const created = bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Long' });
  await expect(created).rejects.toThrow('allowed is at least the function');
});

test('closing ends at once, also while a poll is waiting', async () => {
  const queueArn = await bench.addQueue('quiet');
  await bench.addFunction('Quiet', logBodies);
  await bench.addMapping({ EventSourceArn: queueArn, FunctionName: 'Quiet' });
  await bench.send('quiet', ['x']);
  bench.box.start();
  await expect.poll(() => logged('Quiet'), patience).toHaveLength(1);
  await bench.box.close();
  await bench.send('quiet', ['y']);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(logged('Quiet')).toHaveLength(1);
  expect(bench.box.inFlight()).toBe(0);
});
