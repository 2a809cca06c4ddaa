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

function runExample(command: string, args: readonly string[]): Promise<Ran> {
  const env = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: 'TEST',
    AWS_SECRET_ACCESS_KEY: 'TEST',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    GOODSTANDING_DEPLOYMENT: aws.deployment,
  };
  return run(command, args, { env });
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
  const ran = await runExample(process.execPath, [example('typescript/send.ts')]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toMatch(/enqueued order-4711-\d+ as [\w-]{22}\n.*not taken up yet\n$/s);
  await expectMailAndBatch();
});

test('the Python example enqueues a mail and a batch', async ({ skip }) => {
  const { code } = await run('python3', ['-c', 'import boto3']);
  skip(code !== 0, 'skipped: needs python3 with boto3');
  const ran = await runExample('python3', [example('python/send.py')]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  await expectMailAndBatch();
});

test('the AWS CLI example enqueues a mail and a batch', async ({ skip }) => {
  const { code } = await run('aws', ['--version']);
  skip(code !== 0, 'skipped: needs the AWS CLI');
  const ran = await runExample('bash', [example('aws-cli/send.sh')]);
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
