import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAudit } from '../../adapters/audit-log.ts';
import { namesOf } from '../../contract/names.ts';
import { dayMs, epochMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

const list = (...args: string[]) => cliOn(aws, ['audit', 'list', ...args]);

test('what people did is listed, the latest first, with who and why', async () => {
  const empty = await list();
  expect(empty.code).toBe(0);
  expect(empty.stdout).toContain('nothing of that stands in the audit log');
  const at = epochMs(Date.now() - 3 * dayMs);
  await writeAudit(
    { dynamo: aws.dynamo, name: namesOf('test').tables.evidence },
    { action: 'tenants.hold', subject: 'acme', by: 'ada', why: 'spam run', at },
  );
  await cliOn(aws, ['suppress', 'add', 'a@example.com', '--why', 'asked by phone']);
  const ran = await list();
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/tester +suppress\.add +1 address .*phone\n.*ada +tenants\.hold/s);
  expect(ran.stdout).not.toContain('a@example.com');
  expect(ran.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('it is narrowed by time, person and action', async () => {
  const count = async (...args: string[]) =>
    (await list('--json', ...args)).json<readonly unknown[]>().length;
  expect(await count()).toBe(2);
  expect(await count('--since', '2d')).toBe(1);
  expect(await count('--by', 'ada')).toBe(1);
  expect(await count('--action', 'tenants')).toBe(1);
  expect(await count('--limit', '1')).toBe(1);
  expect(await list('--since', 'long')).toMatchObject({ code: 2 });
});

test('what the loop is asked for is written down before it answers', async () => {
  const args = ['automation', 'freeze', '--why', 'we look', '--yes', '--timeout', '1'];
  expect((await cliOn(aws, args)).code).toBe(4);
  const [last] = (await list('--json')).json<readonly { action: string; why: string }[]>();
  expect(last).toMatchObject({
    action: 'rotation.automation',
    subject: 'freeze it',
    why: 'we look',
  });
});
