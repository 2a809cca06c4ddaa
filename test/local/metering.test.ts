import { expect, test } from 'vitest';
import type { AwsRequest, Emulator } from '../../local/aws.ts';
import { createMeter, usedBetween } from '../../local/metering/meter.ts';
import { meterCalls, meterEvents, meterQueues } from '../../local/metering/metered-services.ts';

function request(operation: string, body: object, principal = 'LOCAL'): AwsRequest {
  return {
    service: 'sqs',
    principal,
    method: 'POST',
    url: '/',
    headers: { 'x-amz-target': `AmazonSQS.${operation}` },
    body: Buffer.from(JSON.stringify(body)),
  };
}

const answering =
  (body: object, status = 200): Emulator =>
  async () => ({ status, body: JSON.stringify(body) });

const url = 'http://127.0.0.1:4566/000000000000/mail';

test('a batch of queue messages is billed once for each 64 KB of all its bodies and attributes', async () => {
  const meter = createMeter();
  const sqs = meterQueues(answering({}), meter);
  const entry = {
    MessageBody: 'é'.repeat(16_000),
    MessageAttributes: { a: { DataType: 'String', StringValue: 'x'.repeat(800) } },
  };
  await sqs(request('SendMessageBatch', { QueueUrl: url, Entries: [entry, entry] }, 'FN-app'));
  expect(meter.usage()).toEqual([
    {
      by: 'app',
      operation: 'sqs:SendMessageBatch',
      resource: 'mail',
      calls: 1,
      payloads: 2,
      readUnits: 0,
      writeUnits: 0,
    },
  ]);
});

test('a receive is billed by what it brings; one that brings nothing is idle polling, and no refusal is billed', async () => {
  const meter = createMeter();
  const messages = Array.from({ length: 10 }, () => ({ Body: 'x'.repeat(10_000) }));
  const receive = request('ReceiveMessage', { QueueUrl: url });
  await meterQueues(answering({ Messages: messages }), meter)(receive);
  await meterQueues(answering({}), meter)(receive);
  await meterQueues(answering({}, 400), meter)(request('SendMessage', { QueueUrl: url }));
  expect(meter.usage()).toMatchObject([{ operation: 'sqs:ReceiveMessage', calls: 1, payloads: 2 }]);
});

test('every event of a PutEvents is billed by itself', async () => {
  const meter = createMeter();
  const put = {
    ...request('x', { Entries: [{ Detail: '{}' }, { Detail: 'x'.repeat(65_537) }] }),
    headers: { 'x-amz-target': 'AWSEvents.PutEvents' },
  };
  await meterEvents(answering({}), meter)(put);
  expect(meter.usage()).toMatchObject([{ operation: 'events:PutEvents', calls: 1, payloads: 3 }]);
});

test('between two readings stands what was added between them', () => {
  const meter = createMeter();
  const who = { by: 'f', operation: 'dynamodb:PutItem', resource: 't' };
  meter.add(who, { calls: 1, writeUnits: 2 });
  const before = meter.usage();
  meter.add(who, { calls: 1, writeUnits: 3 });
  meter.add({ ...who, by: 'g' }, { calls: 1 });
  expect(usedBetween(before, meter.usage())).toMatchObject([
    { by: 'f', calls: 1, writeUnits: 3 },
    { by: 'g', calls: 1, writeUnits: 0 },
  ]);
});

test('a list of objects has a name of its own, because S3 bills it as a PUT', async () => {
  const meter = createMeter();
  const get = { ...request('x', {}), service: 's3', method: 'GET', headers: {} };
  const s3 = meterCalls(answering({}), meter);
  await s3({ ...get, url: '/content?list-type=2&prefix=later%2F' });
  await s3({ ...get, url: '/content/later/a' });
  expect(meter.usage().map(({ operation }) => operation)).toEqual(['s3:LIST', 's3:GET']);
});
