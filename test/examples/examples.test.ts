import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { parseRequest } from '../../contract/parse-request.ts';
import { requestJsonSchema } from '../../contract/request-json-schema.ts';
import { type LocalAws, startLocalAws } from '../operator/local-aws.ts';
import { type Ran, run } from './run.ts';

const names = namesOf('test');
const ajv = new Ajv2020({ strict: true, strictRequired: false, formats: { 'date-time': true } });
const accepts = ajv.compile(requestJsonSchema());
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

function example(path: string): string {
  return fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
}

/** Runs what the comment at the head of an example says, word by word, against the emulators. */
async function runAsWritten(path: string): Promise<Ran> {
  const text = await readFile(example(path), 'utf8');
  const commands = text
    .split('\n')
    .map((line) => line.replace(/^[#\s*]+/, ''))
    .filter((line) => /^(export |AWS_ENDPOINT_URL=|(bash|python3) examples\/)/.test(line))
    .map((line) => line.replace('http://127.0.0.1:4566', aws.endpoint));
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const nobody = {
    // What npm thinks of this machine's own settings is no part of the example.
    npm_config_loglevel: 'error',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    GOODSTANDING_DEPLOYMENT: aws.deployment,
  };
  return run('bash', ['-euc', commands.join('\n')], { cwd, env: nobody });
}

/** Both queues hold exactly the example's mail and batch, and both are what the contract asks for. */
async function expectMailAndBatch(): Promise<void> {
  const kinds: string[] = [];
  // Both queues are read to their end, so that no test finds what another left.
  for (const stream of ['transactional', 'marketing']) {
    for (const { Body = '', Attributes } of await aws.receiveAll(names.intakeQueue(stream))) {
      const body: unknown = JSON.parse(Body);
      expect(accepts(body), JSON.stringify(accepts.errors)).toBe(true);
      const parsed = parseRequest(Body);
      expect(parsed).toMatchObject({ ok: true, request: { stream } });
      if (parsed.ok) kinds.push(parsed.request.kind);
      expect(Attributes?.MessageGroupId).toBe('default');
    }
  }
  expect(kinds).toEqual(['message', 'batch']);
}

test('the TypeScript example enqueues a mail and a batch', async () => {
  const ran = await runAsWritten('typescript/send.ts');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(ran.stdout).toMatch(/enqueued order-4711-\d+ as [\w-]{22}\n.*not taken up yet\n$/s);
  await expectMailAndBatch();
});

test('the Python example enqueues a mail and a batch', async ({ skip }) => {
  const { code } = await run('python3', ['-c', 'import boto3']);
  skip(code !== 0, 'skipped: needs python3 with boto3');
  const ran = await runAsWritten('python/send.py');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  await expectMailAndBatch();
});

test('the AWS CLI example enqueues a mail and a batch', async ({ skip }) => {
  const { code } = await run('aws', ['--version']);
  skip(code !== 0, 'skipped: needs the AWS CLI');
  const ran = await runAsWritten('aws-cli/send.sh');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  await expectMailAndBatch();
});

test('what the Python and AWS CLI examples would send fits the schema, even where neither can run', async () => {
  const python = await readFile(example('python/send.py'), 'utf8');
  const shell = await readFile(example('aws-cli/send.sh'), 'utf8');
  const literals = [
    ...[...python.matchAll(/^\w+ = (\{\n[\s\S]*?^\})$/gm)].map(([, body = '']) =>
      body.replace(/f"([^"]*?)\{[^"]*\}"/g, '"$1"').replace(/,(\s*[}\]])/g, '$1'),
    ),
    ...[...shell.matchAll(/<<JSON\n([\s\S]*?)\nJSON/g)].map(([, body = '']) =>
      body.replace(/\$\([^)]*\)/g, '1'),
    ),
  ];
  expect(literals).toHaveLength(4);
  for (const literal of literals)
    expect(accepts(JSON.parse(literal)), JSON.stringify(accepts.errors)).toBe(true);
});
