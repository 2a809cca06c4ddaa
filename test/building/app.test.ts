import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { buildApp } from '../../lib/pipeline-app.ts';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { plain } from './support/configs.ts';
import { withoutBundling } from './support/template.ts';

const outdir = mkdtempSync(join(tmpdir(), 'goodstanding-app-'));
afterAll(() => rmSync(outdir, { recursive: true }));

const fromHere = createRequire(import.meta.url);

test('cdk.json takes every feature flag at the value that this CDK recommends', () => {
  const { context } = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(join(repositoryRoot, 'cdk.json'), 'utf8')));
  const recommended = z
    .record(z.string(), z.unknown())
    .parse(fromHere('aws-cdk-lib/recommended-feature-flags.json'));
  expect(context).toEqual(recommended);
});

test('a wrong configuration stops the command with plain words and no stack trace', () => {
  const { status, stderr } = runWith({ ...plain, tenancy: 'none' });
  expect(stderr.trim()).toBe(
    [
      'goodstanding.config.ts is not usable (contract/pipeline-config.ts documents every field):',
      '  - tenancy: got "none"; allowed: single, many; choose one of these',
    ].join('\n'),
  );
  expect(status).toBe(1);
});

test('more streams and pools than a stack can hold are refused before AWS is asked', async () => {
  const pools = Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [`pool${n}`, { kind: 'managed' as const }]),
  );
  const streams = Object.fromEntries(
    Array.from({ length: 14 }, (_, n) => [`stream${n}`, { pools: Object.keys(pools) }]),
  );
  const built = buildApp({
    config: { ...plain, pools, streams },
    outdir,
    context: withoutBundling,
  });
  await expect(built).rejects.toThrow(/got \d+ CloudFormation resources; allowed: 500 a stack/);
});

test('account and region are taken where they are given, else the template fits any', async () => {
  const env = { account: '111122223333', region: 'eu-west-1' };
  const fixed = await buildApp({ config: plain, env, outdir, context: withoutBundling });
  expect(fixed.stack.account).toBe('111122223333');
  const open = await buildApp({ config: plain, outdir, context: withoutBundling });
  expect(open.stack.environment).toBe('aws://unknown-account/unknown-region');
});

/** Runs bin/pipeline.ts as the CDK CLI does, with another goodstanding.config.ts in its place. */
function runWith(config: object) {
  const stand = `data:text/javascript,${encodeURIComponent(`export const config = ${JSON.stringify(config)}`)}`;
  const hooks = `import { registerHooks } from 'node:module';
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier.endsWith('goodstanding.config.ts')
          ? { url: ${JSON.stringify(stand)}, shortCircuit: true }
          : next(specifier, context),
    });`;
  return spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`, 'bin/pipeline.ts'],
    { cwd: repositoryRoot, encoding: 'utf8' },
  );
}
