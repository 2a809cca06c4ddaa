import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
let aws: LocalAws;
let count = 0;
let tenant: string;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(() => {
  count += 1;
  tenant = `acme-${count}`;
});

async function added(over: Record<string, unknown> = {}): Promise<void> {
  await aws.putItem(names.tables.directory, {
    pk: `tenant#${tenant}`,
    sk: 'profile',
    tenant,
    status: 'active',
    fromOwned: ['acme.example'],
    createdAt: 1,
    updatedAt: 1,
    ...over,
  });
}

async function stored() {
  const items = await aws.items(names.tables.directory);
  return items.find(({ pk }) => pk === `tenant#${tenant}`);
}

async function hold(requests: number, stream = 'transactional'): Promise<void> {
  for (let index = 0; index < requests; index += 1)
    await aws.putObject(
      `held/${tenant}/message-${index}.json`,
      JSON.stringify({
        stream,
        body: `body ${index}`,
        queueMessageId: `q-${index}`,
        enqueuedAt: 1,
      }),
    );
}

test('add writes an active tenant with what it owns, in the form in which it is compared', async () => {
  const ran = await cliOn(aws, [
    'tenants',
    'add',
    tenant,
    '--from',
    'Bücher.Example',
    '--from',
    'Ada@Example.com',
    '--stream',
    'marketing',
  ]);
  expect(ran.code).toBe(0);
  expect(await stored()).toMatchObject({
    tenant,
    status: 'active',
    fromOwned: ['xn--bcher-kva.example', 'ada@example.com'],
    streams: ['marketing'],
  });
});

test('add never overwrites, and says how to change', async () => {
  await added({ status: 'held' });
  const again = await cliOn(aws, ['tenants', 'add', tenant, '--from', 'other.example']);
  expect(again.code).toBe(1);
  expect(again.stdout).toContain('--update');
  expect(await stored()).toMatchObject({ status: 'held', fromOwned: ['acme.example'] });
  const update = await cliOn(aws, [
    'tenants',
    'add',
    tenant,
    '--update',
    '--from',
    'other.example',
  ]);
  expect(update.code).toBe(0);
  expect(await stored()).toMatchObject({ status: 'held', fromOwned: ['other.example'] });
});

test('add warns of a domain that the deployment cannot send from, and says what to do', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'goodstanding-'));
  const text =
    "export const config = { deployment: 'test', sendingDomains: [{ domain: 'acme.example' }] };";
  await writeFile(join(cwd, 'goodstanding.config.ts'), text);
  const from = ['--from', 'news.acme.example', '--from', 'other.example'];
  const ran = await cliOn(aws, ['tenants', 'add', tenant, ...from], { cwd });
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(
    /cannot send from other\.example yet.*add the domain to sendingDomains/,
  );
  const elsewhere = await cliOn(aws, ['tenants', 'add', `${tenant}-2`, ...from]);
  expect(elsewhere.stderr).not.toContain('sendingDomains');
});

test('--update of a tenant that is not there adds none', async () => {
  const ran = await cliOn(aws, ['tenants', 'add', tenant, '--update', '--from', 'other.example']);
  expect(ran.code).toBe(1);
  expect(await stored()).toBeUndefined();
});

test('list shows every tenant within 80 columns', async () => {
  await added({ fromOwned: Array.from({ length: 9 }, (_, n) => `sub-${n}.acme.example`) });
  const ran = await cliOn(aws, ['tenants', 'list']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain(tenant);
  expect(ran.stdout).toContain('sub-8.acme.example');
  for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('show tells the status, why, and how many requests wait', async () => {
  await added({ status: 'held', why: 'spam run' });
  await hold(3);
  const ran = await cliOn(aws, ['tenants', 'show', tenant]);
  expect(ran.stdout).toMatch(/status +held: spam run/);
  expect(ran.stdout).toMatch(/held +3 requests/);
  expect((await cliOn(aws, ['tenants', 'show', tenant, '--json'])).json()).toMatchObject({
    waiting: 3,
  });
});

test('hold stops a tenant with a reason, and records who and why', async () => {
  await added();
  const ran = await cliOn(aws, ['tenants', 'hold', tenant, '--why', 'spam run', '--yes']);
  expect(ran.code).toBe(0);
  expect(await stored()).toMatchObject({ status: 'held', why: 'spam run' });
  expect(await aws.items(names.tables.evidence)).toContainEqual(
    expect.objectContaining({
      action: 'tenants.hold',
      subject: tenant,
      by: 'tester',
      why: 'spam run',
    }),
  );
});

test('hold leaves a suspended tenant suspended', async () => {
  await added({ status: 'suspended' });
  const ran = await cliOn(aws, ['tenants', 'hold', tenant, '--why', 'x', '--yes']);
  expect(ran.code).toBe(1);
  expect(await stored()).toMatchObject({ status: 'suspended' });
});

test('release makes the tenant active and puts all that waits back into its queues, in its group', async () => {
  await added({ status: 'held', why: 'spam run' });
  await hold(23);
  const ran = await cliOn(aws, ['tenants', 'release', tenant, '--yes', '--json']);
  expect(ran.code).toBe(0);
  expect(ran.json()).toMatchObject({ released: 23, failed: {} });
  expect(await stored()).toMatchObject({ status: 'active' });
  expect(await stored()).not.toHaveProperty('why');
  const received = await aws.receiveAll(names.intakeQueue('transactional'));
  expect(received.map(({ Body }) => Body).sort()).toEqual(
    Array.from({ length: 23 }, (_, index) => `body ${index}`).sort(),
  );
  expect(new Set(received.map(({ Attributes }) => Attributes?.MessageGroupId))).toEqual(
    new Set([tenant]),
  );
  expect(await aws.objectKeys(`held/${tenant}/`)).toEqual([]);
});

test('release asks with the number of waiting requests', async () => {
  await added({ status: 'held' });
  await hold(2);
  const ran = await cliOn(aws, ['tenants', 'release', tenant], { answer: 'n' });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('with 2 waiting requests?');
  expect(await stored()).toMatchObject({ status: 'held' });
});

test('release goes on where an interrupted one ended', async () => {
  await added({ status: 'active' });
  await hold(2, 'marketing');
  const ran = await cliOn(aws, ['tenants', 'release', tenant, '--yes']);
  expect(ran.code).toBe(0);
  expect(await aws.receiveAll(names.intakeQueue('marketing'))).toHaveLength(2);
});

test('release keeps what it cannot place, releases the rest, and says so', async () => {
  await added({ status: 'held' });
  await hold(1);
  await aws.putObject(`held/${tenant}/odd.json`, 'not what dispatch writes');
  await aws.putObject(
    `held/${tenant}/gone.json`,
    JSON.stringify({ stream: 'gone', body: 'b', queueMessageId: 'q', enqueuedAt: 1 }),
  );
  const ran = await cliOn(aws, ['tenants', 'release', tenant, '--yes']);
  expect(ran.code).toBe(4);
  expect(ran.stdout).toContain('1 request back in the queues');
  expect(ran.stdout).toContain('1 request not released: stream gone is gone');
  expect(await aws.objectKeys(`held/${tenant}/`)).toHaveLength(2);
  await aws.receiveAll(names.intakeQueue('transactional'));
});

test.each([
  [['show', 'nobody'], 1, /no tenant nobody/],
  [['hold', 'nobody', '--why', 'x', '--yes'], 1, /no tenant nobody/],
  [['release', 'nobody', '--yes'], 1, /no tenant nobody/],
  [['hold', 'nobody'], 2, /--why: got none/],
  [['add', 'a/b', '--from', 'x.example'], 2, /tenant: got a\/b/],
  [['add', 'acme'], 2, /--from: got none/],
  [['add', 'acme', '--from', 'nodot'], 2, /--from: got nodot/],
  [
    ['add', 'acme', '--from', 'x.example', '--stream', 'nope'],
    2,
    /--stream: got nope; allowed are marketing, transactional/,
  ],
])('tenants %j ends with %i and says why', async (args, code, message) => {
  const ran = await cliOn(aws, ['tenants', ...args]);
  expect(ran.code).toBe(code);
  expect(ran.stdout + ran.stderr).toMatch(message);
});
