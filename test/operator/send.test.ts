import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { message } from '../client/requests.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const minimal = [
  'send',
  '--from',
  'shop@example.com',
  '--to',
  'ada@example.org',
  '--subject',
  'Hi',
  '--text',
  'Hello',
];
let aws: LocalAws;
let folder: string;

beforeAll(async () => {
  aws = await startLocalAws();
  folder = await mkdtemp(join(tmpdir(), 'goodstanding-'));
});
afterAll(() => aws.close());

async function queued(stream = 'transactional'): Promise<readonly Record<string, unknown>[]> {
  const received = await aws.receiveAll(names.intakeQueue(stream));
  return received.map(({ Body = '' }) => JSON.parse(Body));
}

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

test('one mail is enqueued under a random id, which is printed', async () => {
  const ran = await cliOn(aws, minimal);
  expect(ran.code).toBe(0);
  const [body] = await queued();
  expect(body).toMatchObject({ kind: 'message', stream: 'transactional', to: 'ada@example.org' });
  expect(ran.stdout).toBe(
    `enqueued: id ${body?.['id']}, message ${messageIdOf('default', String(body?.['id']))}\n`,
  );
});

test('every part of a mail has its option', async () => {
  const attachment = await file('report.pdf', Buffer.from([1, 2, 3]));
  const ran = await cliOn(aws, [
    ...['send', '--from', 'Shop <shop@example.com>', '--to', '"Ada" <ada@example.org>'],
    ...['--subject', 'Grüße', '--text', 't', '--html', '<p>h</p>', '--attach', attachment],
    ...[
      '--header',
      'X-Campaign: spring',
      '--tag',
      'campaign=spring',
      '--id',
      'my-1',
      '--stream',
      'marketing',
    ],
    ...['--tenant', 'acme', '--send-at', '2026-01-01T00:00:00Z'],
  ]);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(await queued('marketing')).toEqual([
    {
      version: 1,
      kind: 'message',
      id: 'my-1',
      tenant: 'acme',
      stream: 'marketing',
      from: { name: 'Shop', address: 'shop@example.com' },
      to: { name: 'Ada', address: 'ada@example.org' },
      content: { subject: 'Grüße', text: 't', html: '<p>h</p>' },
      headers: { 'X-Campaign': 'spring' },
      tags: { campaign: 'spring' },
      attachments: [{ filename: 'report.pdf', contentType: 'application/pdf', content: 'AQID' }],
      sendAt: '2026-01-01T00:00:00.000Z',
    },
  ]);
});

test('without --from the mail comes from what the tenant owns first', async () => {
  const own = async (tenant: string, fromOwned: readonly string[]) =>
    aws.putItem(names.tables.directory, {
      ...directoryKeys.tenant(tenant),
      tenant,
      status: 'active',
      fromOwned,
      createdAt: 1,
      updatedAt: 1,
    });
  await own('default', ['example.net']);
  await own('acme', ['me@example.net', 'example.com']);
  const mail = ['send', '--to', 'ada@example.org', '--subject', 's', '--text', 't'];
  await cliOn(aws, mail);
  expect(await queued()).toMatchObject([{ from: 'hello@example.net' }]);
  await cliOn(aws, [...mail, '--tenant', 'acme']);
  expect(await queued()).toMatchObject([{ from: 'me@example.net' }]);
});

test('more than one recipient makes batches of up to 50 under numbered ids', async () => {
  const to = Array.from({ length: 51 }, (_, index) => ['--to', `user-${index}@example.org`]).flat();
  const ran = await cliOn(aws, [
    'send',
    '--from',
    'a@example.com',
    ...to,
    '--template',
    'news',
    '--data',
    '{"n":1}',
    '--id',
    'x',
  ]);
  expect(ran.code).toBe(0);
  const bodies = await queued();
  expect(
    bodies.map(({ id, recipients }) => [id, Array.isArray(recipients) && recipients.length]),
  ).toEqual([
    ['x-1', 50],
    ['x-2', 1],
  ]);
  expect(bodies[0]).toMatchObject({ kind: 'batch', content: { template: 'news', data: { n: 1 } } });
});

test('raw MIME goes as it is', async () => {
  const raw = await file('mail.eml', 'From: a@example.com\r\nSubject: x\r\n\r\nhi\r\n');
  await cliOn(aws, ['send', '--from', 'a@example.com', '--to', 'b@example.org', '--raw', raw]);
  const [body] = await queued();
  expect(Buffer.from(String(Object(body?.['content']).raw), 'base64').toString()).toBe(
    'From: a@example.com\r\nSubject: x\r\n\r\nhi\r\n',
  );
});

test('a file of requests is enqueued, and lines that cannot be are told by number', async () => {
  const good = (id: string) => JSON.stringify(message({ id }));
  const requests = await file(
    'requests.jsonl',
    [
      good('f-1'),
      '{"broken',
      '',
      JSON.stringify(message({ id: 'f-2', to: 'x' })),
      good('f-3'),
    ].join('\n'),
  );
  const ran = await cliOn(aws, ['send', '--file', requests]);
  expect(ran.code).toBe(4);
  expect(ran.stdout).toContain('2 requests not enqueued');
  expect(ran.stdout).toMatch(/line 2 +invalid-json +the line is not JSON/);
  expect(ran.stdout).toMatch(/line 4 +recipient-without-d/);
  expect((await queued()).map(({ id }) => id).sort()).toEqual(['f-1', 'f-3']);
});

test('a byte order mark is no part of the first request', async () => {
  const marked = await file('marked.jsonl', `\ufeff${JSON.stringify(message({ id: 'bom' }))}\n`);
  expect(await cliOn(aws, ['send', '--file', marked])).toMatchObject({ code: 0 });
  expect(await queued()).toMatchObject([{ id: 'bom' }]);
});

test('a file without a request says so', async () => {
  const ran = await cliOn(aws, ['send', '--file', await file('empty.jsonl', '\n')]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toMatch(/empty\.jsonl holds no request: nothing was sent/);
});

test('requests come from stdin too', async () => {
  const ran = await cliOn(aws, ['send', '--file', '-', '--json'], {
    stdin: `${JSON.stringify(message({ id: 's-1' }))}\n`,
  });
  expect(ran.json()).toMatchObject({ accepted: [{ id: 's-1' }], notAccepted: [] });
  expect(await queued()).toHaveLength(1);
});

test('a request that the pipeline would reject is not sent', async () => {
  const times = ['--send-at', '2026-03-02T09:00:00Z', '--expires-at', '2026-03-01T09:00:00Z'];
  const ran = await cliOn(aws, [...minimal, ...times]);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('expires-before-send');
  expect(await queued()).toEqual([]);
});

test('--wait says when nothing is known yet', async () => {
  const ran = await cliOn(aws, [...minimal, '--wait', '0']);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain('not taken up yet');
  await queued();
});

test.each([
  [
    ['send', '--to', 'a@example.org', '--text', 't', '--tenant', 'nobody'],
    /--tenant: got nobody, which is not there/,
  ],
  [[...minimal, '--send-at', 'tomorrow'], /--send-at: got tomorrow; allowed is an instant such as/],
  [[...minimal, '--expires-at', 'soon'], /--expires-at: got soon; allowed is an instant/],
  [[...minimal, '--to', 'nobody'], /--to: got nobody; /],
  [['send', '--from', 'a@example.com', '--text', 't'], /--to: got none/],
  [['send', '--from', 'a@example.com', '--to', 'b@example.org'], /content: give exactly one/],
  [[...minimal, '--template', 'x'], /content: give exactly one/],
  [[...minimal.slice(0, 5), '--template', 'x', '--data', '{'], /--data: got {/],
  [[...minimal, '--wait', 'long'], /--wait: got long/],
  [[...minimal, '--attach', 'no/such/file'], /cannot read a file/],
  [['send', '--file', 'no/such/file'], /^error: cannot read a file: ENOENT[^\n]*\n$/m],
  [['send', '--file', '.'], /--file: got ., which is a folder/],
  [['send', '--file', 'x', '--to', 'a@example.org', '--text', 't'], /--file: got .*--to, --text/],
  [[...minimal, '--data', '{}'], /--data: got it without --template/],
  [[...minimal, '--header', 'X-No-Colon'], /--header: got X-No-Colon; allowed is such as/],
  [[...minimal, '--tag', 'campaign'], /--tag: got campaign; allowed is such as/],
  [[...minimal, '--stream', 'pigeons'], /--stream: got pigeons; allowed are marketing, transact/],
  [[...minimal.slice(0, 5), '--raw', 'x', '--subject', 's'], /got --raw and --subject/],
  [[...minimal.slice(0, 5), '--raw', 'x', '--header', 'X-A: b'], /got --raw and --header/],
])('%j is wrong usage', async (args, error) => {
  const ran = await cliOn(aws, args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(error);
  expect(await queued()).toEqual([]);
});
