import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

function keyOf(text: string): string {
  const address = parseAddress(text);
  if (!isAddress(address)) throw new Error(text);
  return recipientKey(address, aws.secret);
}

async function entry(address: string, scope: string) {
  const items = await aws.items(names.tables.suppression);
  return items.find(({ pk, sk }) => pk === keyOf(address) && sk === scope);
}

test('add suppresses an address for everybody, by hand, for ever, and stores no address', async () => {
  const ran = await cliOn(aws, ['suppress', 'add', 'Ada@Example.org', '--note', 'asked by phone']);
  expect(ran).toMatchObject({ code: 0, stdout: '1 address suppressed (global)\n' });
  expect(ran.stderr).toContain(`local runtime ${aws.endpoint}, deployment test`);
  const item = await entry('ada@example.org', 'global');
  expect(item).toMatchObject({ reason: 'manual', source: 'operator', note: 'asked by phone' });
  expect(item).not.toHaveProperty('expiresAt');
  expect(JSON.stringify(item)).not.toContain('example.org');
});

test('add can mean one tenant only, with a reason and an end', async () => {
  const ran = await cliOn(aws, [
    'suppress',
    'add',
    'bob@example.org',
    '--tenant',
    'acme',
    '--reason',
    'complaint',
    '--expires',
    '30',
  ]);
  expect(ran.code).toBe(0);
  const item = await entry('bob@example.org', 'tenant#acme');
  expect(item).toMatchObject({ reason: 'complaint' });
  const days = (Number(item?.['expiresAt']) - Number(item?.['at'])) / 86_400_000;
  expect(days).toBe(30);
  expect(item?.['ttl']).toBe(Math.floor(Number(item?.['expiresAt']) / 1000));
});

test('add says that a stronger entry stands, and what it did', async () => {
  await cliOn(aws, ['suppress', 'add', 'zoe@example.org']);
  const ran = await cliOn(aws, ['suppress', 'add', 'zoe@example.org', '--expires', '30']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('0 addresses suppressed');
  expect(ran.stdout).toContain('1 address had an entry that lasts as long or longer, which stands');
  expect(await entry('zoe@example.org', 'global')).not.toHaveProperty('expiresAt');
  const again = await cliOn(aws, [
    'suppress',
    'add',
    'zoe@example.org',
    '--expires',
    '9',
    '--json',
  ]);
  expect(again.json()).toMatchObject({ added: 0, stronger: 1 });
});

test('check says whether, why, since when, in which scope and until when', async () => {
  await cliOn(aws, ['suppress', 'add', 'carol@example.org', '--expires', '2099-01-02']);
  const ran = await cliOn(aws, ['suppress', 'check', 'carol@example.org']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(
    /^carol@example.org is suppressed: manual, an operator or app added the address$/m,
  );
  expect(ran.stdout).toMatch(/scope +global/);
  expect(ran.stdout).toMatch(/since +\d{4}-\d\d-\d\d .*by operator/);
  expect(ran.stdout).toMatch(/until +2099-01-02/);
});

test('check says no with exit code 0, and answers JSON for programs', async () => {
  const ran = await cliOn(aws, ['suppress', 'check', 'nobody@example.org']);
  expect(ran).toMatchObject({ code: 0, stdout: 'nobody@example.org is not suppressed\n' });
  const asJson = await cliOn(aws, ['suppress', 'check', 'nobody@example.org', '--json']);
  expect(asJson.json()).toMatchObject([{ address: 'nobody@example.org', result: [] }]);
});

test("check of a tenant sees its own and the global list, not another tenant's", async () => {
  await cliOn(aws, ['suppress', 'add', 'dan@example.org', '--tenant', 'acme']);
  const own = await cliOn(aws, ['suppress', 'check', 'dan@example.org', '--tenant', 'acme']);
  const foreign = await cliOn(aws, ['suppress', 'check', 'dan@example.org', '--tenant', 'other']);
  const all = await cliOn(aws, ['suppress', 'check', 'dan@example.org']);
  expect(own.stdout).toContain('tenant#acme');
  expect(foreign.stdout).toContain('is not suppressed');
  expect(all.stdout).toContain('tenant#acme');
});

test('an ended entry and a remembered block do not count as suppressed', async () => {
  const key = keyOf('erin@example.org');
  await aws.putItem(names.tables.suppression, { pk: key, sk: 'block', at: 1 });
  await aws.putItem(names.tables.suppression, {
    pk: key,
    sk: 'global',
    reason: 'manual',
    source: 'operator',
    at: 1,
    expiresAt: 2,
  });
  const ran = await cliOn(aws, ['suppress', 'check', 'erin@example.org']);
  expect(ran.stdout).toContain('is not suppressed');
});

test("remove takes the address off our list and asks the sync to take it off SES's", async () => {
  await cliOn(aws, ['suppress', 'add', 'frank@example.org']);
  const ran = await cliOn(aws, [
    'suppress',
    'remove',
    'frank@example.org',
    '--yes',
    '--why',
    'mailbox is back',
    '--by',
    'grace',
  ]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain("takes them off SES's account list too");
  expect(await entry('frank@example.org', 'global')).toBeUndefined();
  const items = await aws.items(names.tables.suppression);
  expect(items).toContainEqual(
    expect.objectContaining({
      pk: 'ses-removal',
      sk: keyOf('frank@example.org'),
      address: 'frank@example.org',
    }),
  );
  const audit = await aws.items(names.tables.evidence);
  expect(audit).toContainEqual(
    expect.objectContaining({
      action: 'suppress.remove',
      by: 'grace',
      why: 'mailbox is back',
      subject: '1 address in global',
    }),
  );
});

test("remove for one tenant leaves SES's list, which holds for everybody", async () => {
  await cliOn(aws, ['suppress', 'add', 'fred@example.org', '--tenant', 'acme']);
  const args = ['suppress', 'remove', 'fred@example.org', '--tenant', 'acme', '--yes'];
  const ran = await cliOn(aws, args);
  expect(ran.code).toBe(0);
  expect(ran.stdout).not.toContain("SES's");
  expect(await entry('fred@example.org', 'tenant#acme')).toBeUndefined();
  const items = await aws.items(names.tables.suppression);
  expect(items.filter(({ address }) => address === 'fred@example.org')).toEqual([]);
});

test('remove asks first: without a terminal it refuses, and a no does nothing', async () => {
  await cliOn(aws, ['suppress', 'add', 'heidi@example.org']);
  const unasked = await cliOn(aws, ['suppress', 'remove', 'heidi@example.org']);
  expect(unasked).toMatchObject({ code: 2 });
  expect(unasked.stderr).toMatch(/error: .*pass --yes/);
  const declined = await cliOn(aws, ['suppress', 'remove', 'heidi@example.org'], { answer: 'n' });
  expect(declined.code).toBe(1);
  expect(await entry('heidi@example.org', 'global')).toBeDefined();
  const agreed = await cliOn(aws, ['suppress', 'remove', 'heidi@example.org'], { answer: 'y' });
  expect(agreed.code).toBe(0);
  expect(await entry('heidi@example.org', 'global')).toBeUndefined();
});

test('remove of an address that is not on our list ends with 1', async () => {
  const ran = await cliOn(aws, ['suppress', 'remove', 'ivan@example.org', '--yes']);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('1 address had no entry in this scope');
});

test('a list comes from a file or from stdin; what is no address is told and the rest is done', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'goodstanding-')), 'left.txt');
  await writeFile(file, 'judy@example.org\n\nno address\nkarl@example.org\r\n');
  const fromFile = await cliOn(aws, ['suppress', 'add', '--file', file]);
  expect(fromFile.code).toBe(4);
  expect(fromFile.stdout).toContain('2 addresses suppressed');
  expect(fromFile.stdout).toContain('no address: not an address');
  const fromStdin = await cliOn(aws, ['suppress', 'check', '--file', '-'], {
    stdin: 'judy@example.org\nlea@example.org\n',
  });
  expect(fromStdin.stdout).toMatch(/judy@example.org +manual/);
  expect(fromStdin.stdout).toMatch(/lea@example.org +no/);
});

test.each([
  [['suppress', 'add'], /no address given/],
  [
    ['suppress', 'add', 'a@example.org', '--reason', 'spite'],
    /--reason: got spite; allowed are hard-bounce/,
  ],
  [
    ['suppress', 'add', 'a@example.org', '--expires', 'soon'],
    /--expires: got soon; allowed is a number of days/,
  ],
  [['suppress', 'add', 'a@example.org', '--expires', '2001-01-01'], /a date to come/],
  [['suppress', 'add', 'a@example.org', '--global', '--tenant', 'x'], /exclude each other/],
])('%j is wrong usage', async (args, message) => {
  const ran = await cliOn(aws, args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(message);
});
