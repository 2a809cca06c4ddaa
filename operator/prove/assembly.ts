import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { namesOf } from '../../contract/names.ts';
import { checkConfig, type PipelineConfig } from '../../contract/pipeline-config.ts';
import { config as settings } from '../../goodstanding.config.ts';
import { buildApp } from '../../lib/pipeline-app.ts';

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});

/** The deployment of goodstanding.config.ts, synthesized and bundled. */
export type Synthesized = {
  readonly folder: string;
  readonly config: PipelineConfig;
  readonly resources: z.output<typeof template>['Resources'];
  /** Bytes of the bundle of each function, by its physical name. */
  readonly bundleBytes: Readonly<Record<string, number>>;
  /** What cdk-nag and CDK's CloudFormation rules found and nobody explained. */
  readonly findings: number;
  readonly remove: () => void;
};

/** Synthesizes the configuration of this clone, with every check on, into a temporary folder. */
export async function synthesize(): Promise<Synthesized> {
  process.env['npm_config_loglevel'] ??= 'error';
  const folder = mkdtempSync(join(tmpdir(), 'goodstanding-prove-'));
  const config = checkConfig(settings);
  const { app } = await buildApp({ config: settings, outdir: folder, checks: 'all' });
  app.synth();
  const file = join(folder, `${namesOf(config.deployment).stack}.template.json`);
  const { Resources } = template.parse(JSON.parse(readFileSync(file, 'utf8')));
  return {
    folder,
    config,
    resources: Resources,
    bundleBytes: bundlesOf(Resources, folder),
    findings: findingsIn(join(folder, 'validation-report.json')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const report = z.object({
  pluginReports: z.array(z.looseObject({ violations: z.array(z.unknown()) })),
});

function findingsIn(file: string): number {
  const { pluginReports } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  return pluginReports.reduce((sum, { violations }) => sum + violations.length, 0);
}

const lambda = z.object({ FunctionName: z.string(), Code: z.object({ S3Key: z.string() }) });

function bundlesOf(resources: Synthesized['resources'], folder: string): Record<string, number> {
  return Object.fromEntries(
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => {
        const { FunctionName, Code } = lambda.parse(Properties);
        const asset = join(folder, `asset.${Code.S3Key.replace('.zip', '')}`);
        const code = readdirSync(asset).filter((name) => /\.(m|c)?js$/.test(name));
        return [
          FunctionName,
          code.reduce((sum, name) => sum + statSync(join(asset, name)).size, 0),
        ];
      }),
  );
}
