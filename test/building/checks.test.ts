import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, expect, test } from 'vitest';
import { buildApp } from '../../lib/pipeline-app.ts';
import { plain, rich } from './support/configs.ts';
import { withoutBundling } from './support/template.ts';

const folder = mkdtempSync(join(tmpdir(), 'goodstanding-checks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const checked = (config: typeof plain | typeof rich, name: string) =>
  buildApp({ config, outdir: join(folder, name), checks: 'all', context: withoutBundling });

test.each([
  ['plain', plain],
  ['rich', rich],
])('the %s template passes AwsSolutions and the CloudFormation rules', async (name, config) => {
  const { app } = await checked(config, name);
  expect(() => app.synth()).not.toThrow();
});

test('both kinds of rule are on: an open queue of an impossible age is refused by each', async () => {
  const { app, stack } = await checked(plain, 'bad');
  new CfnQueue(stack, 'Open', { messageRetentionPeriod: 99_999_999 });
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS4.*CloudFormation-Validate::F3034/s);
});
