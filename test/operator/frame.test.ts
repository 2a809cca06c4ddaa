import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTarget } from '../../operator/actions/find-target.ts';
import { formatTable } from '../../operator/cli/table.ts';
import { run } from '../examples/run.ts';
import { cli, cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

test('help documents the exit codes, every command and examples', async () => {
  const ran = await cli(['--help']);
  expect(ran.code).toBe(0);
  for (const word of ['send', 'outcome', 'suppress', 'tenants', 'dlq', 'Exit codes:', 'Examples:'])
    expect(ran.stdout).toContain(word);
});

test.each([
  'send',
  'outcome',
  'suppress add',
  'suppress remove',
  'suppress check',
  'tenants add',
  'tenants hold',
  'tenants release',
  'dlq redrive',
  'forget',
])('help of %s has an example that begins like it', async (command) => {
  const ran = await cli([...command.split(' '), '--help']);
  expect(ran.stdout).toContain(`  goodstanding ${command}`);
});

test.each([
  [['fly'], /error: unknown command 'fly'/],
  [['outcome'], /error: outcome: give one of ID, --recipient and --ses-message-id/],
  [['forget'], /error: forget: give either --id or --recipient/],
  [['dlq', 'list', '--colour'], /error: unknown option '--colour'/],
])('%j is wrong usage', async (args, message) => {
  const ran = await cli(args);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(message);
});

test('nothing that listens is one line and exit code 3', async () => {
  const ran = await cli([
    'outcome',
    'x',
    '--endpoint',
    'http://127.0.0.1:9',
    '--region',
    'us-east-1',
  ]);
  expect(ran.code).toBe(3);
  expect(ran.stderr).toMatch(/^error: cannot reach the endpoint .*npm start.*\n$/m);
});

test('a deployment that is not there is named with what to do', async () => {
  const ran = await cli(['tenants', 'list', '--endpoint', aws.endpoint, '--deployment', 'nope']);
  expect(ran.code).toBe(3);
  expect(ran.stderr).toMatch(/error: deployment nope is not \(wholly\) there/);
});

test('with --json stdout is one line of JSON and nothing else', async () => {
  const ran = await cliOn(aws, ['tenants', 'list', '--json']);
  expect(ran.stdout).toBe('[]\n');
});

test.each([
  [
    ['--endpoint', 'localhost:4566'],
    {},
    /--endpoint: got localhost:4566; allowed is a URL such as/,
  ],
  [[], { AWS_ENDPOINT_URL: 'nowhere' }, /AWS_ENDPOINT_URL: got nowhere; allowed is a URL/],
])('an endpoint that is no URL is one sentence: %j %j', async (args, env, message) => {
  const ran = await cli(['tenants', 'list', ...args], { env });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(message);
});

test('AWS without a region is one sentence that says what to do', async () => {
  const file = fileURLToPath(new URL('../../bin/goodstanding.mjs', import.meta.url));
  const env = {
    AWS_REGION: '',
    AWS_DEFAULT_REGION: '',
    AWS_ENDPOINT_URL: '',
    AWS_PROFILE: 'without-region',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const ran = await run(process.execPath, [file, 'tenants', 'list', '--profile', 'x'], { env });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(/error: no AWS region is known: pass --region/);
});

test('the executable runs', async () => {
  const file = fileURLToPath(new URL('../../bin/goodstanding.mjs', import.meta.url));
  const ran = await run(process.execPath, [file, 'suppress', '--help']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
});

describe('the target is', () => {
  const nowhere = { env: {}, cwd: tmpdir(), cloneRoot: tmpdir() };

  async function cloneWith(state: object | undefined, config?: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'goodstanding-'));
    await mkdir(join(folder, '.goodstanding'));
    if (state) await writeFile(join(folder, '.goodstanding/local.json'), JSON.stringify(state));
    if (config) await writeFile(join(folder, 'goodstanding.config.ts'), config);
    return folder;
  }
  const running = { endpoint: 'http://127.0.0.1:4777', deployment: 'mine', pid: process.pid };

  test('an endpoint before everything, named on the line or in the environment', async () => {
    const cwd = await cloneWith(running);
    expect(
      await findTarget({ endpoint: 'http://127.0.0.1:1', profile: 'p' }, { ...nowhere, cwd }),
    ).toMatchObject({
      target: { endpoint: 'http://127.0.0.1:1', credentials: { accessKeyId: 'LOCAL' } },
      deployment: 'goodstanding',
      label: 'local runtime http://127.0.0.1:1',
    });
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:2' };
    expect(await findTarget({ local: true }, { ...nowhere, cwd, env })).toMatchObject({
      target: { endpoint: 'http://127.0.0.1:2' },
    });
  });

  test('a local runtime that runs in this clone, with its deployment', async () => {
    const cloneRoot = await cloneWith(running);
    expect(await findTarget({}, { ...nowhere, cloneRoot })).toMatchObject({
      target: { endpoint: 'http://127.0.0.1:4777', region: 'us-east-1' },
      deployment: 'mine',
    });
  });

  test('AWS when a profile or region is named, although a local runtime runs', async () => {
    const cwd = await cloneWith(running);
    expect(await findTarget({ profile: 'prod', region: 'eu-west-1' }, { ...nowhere, cwd })).toEqual(
      {
        target: { profile: 'prod', region: 'eu-west-1' },
        deployment: 'goodstanding',
        label: 'AWS account profile prod region eu-west-1',
      },
    );
    expect(await findTarget({ profile: 'prod', local: true }, { ...nowhere, cwd })).toMatchObject({
      target: { endpoint: 'http://127.0.0.1:4777' },
    });
  });

  test('AWS when the local runtime of the state file is dead', async () => {
    const gone = { ...running, pid: 2 ** 22 + 1 };
    const cwd = await cloneWith(gone);
    const found = await findTarget({}, { ...nowhere, cwd, env: { AWS_REGION: 'eu-west-1' } });
    expect(found).toMatchObject({
      target: { region: 'eu-west-1' },
      label: expect.stringContaining('AWS account'),
    });
  });

  test('refused in one sentence when --local is asked for and none runs', async () => {
    expect(await findTarget({ local: true }, nowhere)).toMatch(/--local: no local runtime runs/);
    expect(await cli(['dlq', 'list', '--local'])).toMatchObject({ code: 2 });
  });

  test("of the deployment on the line, then the environment's, then the configuration's", async () => {
    const cwd = await cloneWith(undefined, "export const config = { deployment: 'configured' };");
    const env = { GOODSTANDING_DEPLOYMENT: 'environment' };
    const of = async (options: object, around: object) =>
      findTarget({ region: 'eu-west-1', ...options }, { ...nowhere, cwd, ...around });
    expect(await of({ deployment: 'line' }, { env })).toMatchObject({ deployment: 'line' });
    expect(await of({}, { env })).toMatchObject({ deployment: 'environment' });
    expect(await of({}, {})).toMatchObject({ deployment: 'configured' });
  });
});

describe('a table', () => {
  const look = { width: 80, colour: false };

  test('fits the width: the widest columns wrap, words that are too long are broken', () => {
    const text = formatTable(
      ['a', 'b', 'c'],
      [['short', 'x'.repeat(200), 'many words '.repeat(20)]],
      look,
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text.match(/x/g)).toHaveLength(200);
    expect(text.match(/words/g)).toHaveLength(20);
  });

  test('is as wide as COLUMNS says, and keeps ids whole where nobody reads it on a terminal', async () => {
    const id = 'a'.repeat(64);
    await cliOn(aws, ['tenants', 'add', id, '--from', 'example.com']);
    const list = (COLUMNS: string) => cliOn(aws, ['tenants', 'list'], { env: { COLUMNS } });
    expect((await list('')).stdout).toContain(id);
    const narrow = (await list('60')).stdout;
    expect(narrow).not.toContain(id);
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });

  test('passes no control character of its content to the terminal', () => {
    const text = formatTable(['a'], [['\u001b[31mred\u0007']], look);
    expect(text).toContain('?[31mred?');
  });
});
