import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, type Environment, Validations } from 'aws-cdk-lib';
import * as z from 'zod';
import { namesOf } from '../contract/names.ts';
import { ConfigError, checkConfig, type PipelineConfig } from '../contract/pipeline-config.ts';
import { PipelineStack } from './pipeline-stack.ts';
import { repositoryRoot } from './repository-root.ts';

export type BuildOptions = {
  /** What goodstanding.config.ts says; it is checked here. */
  readonly config: unknown;
  /** Where the template and the bundles go. Default: what the CDK CLI says, else a temporary folder. */
  readonly outdir?: string;
  /** CDK context beyond the feature flags of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Account and region. Default: the template fits any, and CloudFormation fills them in. */
  readonly env?: Environment;
  /** `all`: cdk-nag's AwsSolutions and CDK's own CloudFormation rules run at synth, for 2 s. Default `none`. */
  readonly checks?: 'all' | 'none';
};

export type BuiltApp = {
  readonly app: App;
  readonly stack: PipelineStack;
  readonly config: PipelineConfig;
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const resourcesMax = 500;

/**
 * Returns the CDK app of a configuration, not yet synthesized: call `app.synth()`.
 * @throws {ConfigError} naming each wrong field
 */
export async function buildApp(options: BuildOptions): Promise<BuiltApp> {
  const config = checkConfig(options.config);
  const checks = options.checks ?? 'none';
  const app = new App({
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
    context: { ...featureFlags(), ...options.context },
    builtinCloudFormationValidation: checks === 'all',
    analyticsReporting: false,
  });
  if (checks === 'all') {
    // Imported only here: it would cost every local start 0.1 s.
    const { AwsSolutionsChecks } = await import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  const stack = new PipelineStack(app, namesOf(config.deployment).stack, {
    config,
    description:
      'Goodstanding: sends mail through Amazon SES and keeps its senders in good standing',
    ...(options.env ? { env: options.env } : {}),
  });
  checkSize(stack);
  return { app, stack, config };
}

/** The CDK CLI passes these itself; tests and the local runtime must get the same template without it. */
function featureFlags(): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(repositoryRoot, 'cdk.json'), 'utf8');
  return cdkJson.parse(JSON.parse(text)).context;
}

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

function checkSize(stack: PipelineStack): void {
  const count = stack.node.findAll().filter((node) => CfnResource.isCfnResource(node)).length;
  if (count > resourcesMax)
    throw new ConfigError(
      `goodstanding.config.ts is not usable:\n  - streams and pools: got ${count} CloudFormation resources; allowed: ${resourcesMax} a stack; give streams fewer pools, or split them over two deployments`,
    );
}
