/** The CDK app; cdk.json starts it. Prints what is wrong with a configuration in plain words. */
import { ConfigError } from '../contract/pipeline-config.ts';
import { config } from '../goodstanding.config.ts';
import { buildApp } from '../lib/pipeline-app.ts';

const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;

try {
  const { app } = await buildApp({
    config,
    checks: 'all',
    ...(account && region ? { env: { account, region } } : {}),
  });
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
