import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { namesOf } from '../../contract/names.ts';
import {
  checkConfig,
  type PipelineConfig,
  type PipelineConfigInput,
} from '../../contract/pipeline-config.ts';
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
  /** Size of each function's bundle, by the function's physical name. */
  readonly bundles: Readonly<Record<string, BundleSize>>;
  /** What cdk-nag and CDK's CloudFormation rules found and nobody explained. */
  readonly findings: number;
  readonly remove: () => void;
};

/** Size of a bundle, minified and with the AWS SDK in it; its source map is not part of it. */
export type BundleSize = { readonly bytes: number; readonly gzipBytes: number };

/** Synthesizes a configuration, this clone's if none is given, with every check on, into a temporary folder. */
export async function synthesize(input: PipelineConfigInput = settings): Promise<Synthesized> {
  const folder = mkdtempSync(join(tmpdir(), 'goodstanding-prove-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const config = checkConfig(input);
    const { app } = await buildApp({ config: input, outdir: folder, checks: 'all' });
    app.synth();
    const resources = readResources(folder, namesOf(config.deployment).stack);
    return {
      folder,
      config,
      resources,
      bundles: bundlesOf(resources, folder),
      findings: findingsIn(join(folder, 'validation-report.json')),
      remove,
    };
  } catch (cause) {
    remove();
    throw cause;
  }
}

const report = z.object({
  pluginReports: z.array(z.looseObject({ violations: z.array(z.unknown()) })),
});

function findingsIn(file: string): number {
  const { pluginReports } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  return pluginReports.reduce((sum, { violations }) => sum + violations.length, 0);
}

const lambda = z.object({ FunctionName: z.string(), Code: z.object({ S3Key: z.string() }) });

/** Returns the size of each function's bundle in an assembly, by the function's physical name. */
export function readBundles(folder: string, stack: string): Readonly<Record<string, BundleSize>> {
  return bundlesOf(readResources(folder, stack), folder);
}

function readResources(folder: string, stack: string): Synthesized['resources'] {
  const file = join(folder, `${stack}.template.json`);
  return template.parse(JSON.parse(readFileSync(file, 'utf8'))).Resources;
}

function bundlesOf(
  resources: Synthesized['resources'],
  folder: string,
): Readonly<Record<string, BundleSize>> {
  const sizes = new Map<string, BundleSize>();
  const sizeOf = (asset: string): BundleSize => {
    const size = sizes.get(asset) ?? bundleSize(join(folder, `asset.${asset}`));
    sizes.set(asset, size);
    return size;
  };
  return Object.fromEntries(
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => {
        const { FunctionName, Code } = lambda.parse(Properties);
        return [FunctionName, sizeOf(Code.S3Key.replace('.zip', ''))];
      }),
  );
}

function bundleSize(asset: string): BundleSize {
  const code = readdirSync(asset)
    .filter((name) => /\.(m|c)?js$/.test(name))
    .map((name) => readFileSync(join(asset, name)));
  return {
    bytes: code.reduce((sum, { length }) => sum + length, 0),
    gzipBytes: code.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0),
  };
}
