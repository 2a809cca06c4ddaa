/** While SES takes no mail, every command that is asked about mail says so. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { directoryKeys, pacingKeys } from '../../contract/table-keys.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const { tables } = namesOf('test');
const stopped =
  /stream transactional is switched off since 2026-03-01 07:51:00Z: sending-paused; .*; its mail waits in the queue/;
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
  await aws.putItem(tables.directory, {
    ...directoryKeys.tenant('acme'),
    tenant: 'acme',
    status: 'active',
    fromOwned: ['acme.example'],
    createdAt: 1,
    updatedAt: 1,
  });
  const since = Date.parse('2026-03-01T07:51:00Z');
  const common = { since, trips: 0, mappings: [], version: 1 };
  await aws.putItem(tables.pacing, {
    ...pacingKeys.switchState('transactional'),
    ...common,
    on: false,
    reason: 'sending-paused',
  });
  await aws.putItem(tables.pacing, {
    ...pacingKeys.switchState('marketing'),
    ...common,
    on: true,
  });
});
afterAll(() => aws.close());

const mail = ['--from', 'a@acme.example', '--to', 'b@example.org', '--subject', 's', '--text', 't'];

test.each([
  [['outcome', 'order-4711'], 1],
  [['dlq', 'list'], 0],
  [['tenants', 'show', 'acme'], 0],
  [['send', ...mail, '--wait', '0'], 1],
])('%j names the stream that is switched off, since when and why', async (args, code) => {
  const ran = await cliOn(aws, args);
  expect(ran.stderr).toMatch(stopped);
  expect(ran.stderr).not.toContain('stream marketing');
  expect(ran.code).toBe(code);
});

test('the answer itself stays one line of JSON', async () => {
  const ran = await cliOn(aws, ['dlq', 'list', '--json']);
  expect(ran.json()).toEqual({ groups: [], cutShort: {} });
});

test('a stream whose queues are drained meanwhile is told too', async () => {
  await aws.putItem(tables.pacing, {
    ...pacingKeys.switchState('marketing'),
    ...{ since: 1, trips: 0, mappings: [], version: 2, on: true },
    ...{ reason: 'quota-spent', drainUntil: 2 },
  });
  const ran = await cliOn(aws, ['outcome', 'order-4711']);
  expect(ran.stderr).toMatch(/SES takes no mail of stream marketing: quota-spent; /);
});
