import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App, CfnOutput, CfnResource, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { ConfigurationSet, EmailIdentity, EventDestination, Identity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { buildSync } from 'esbuild';

/** Bundles the fixture function with its SDK clients, as a deployment would. */
export function bundleFixture(): string {
  const dir = join(mkdtempSync(join(tmpdir(), 'box-')), 'code');
  mkdirSync(dir);
  buildSync({
    entryPoints: [fileURLToPath(new URL('./runtime-function.ts', import.meta.url))],
    outfile: join(dir, 'index.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'error',
  });
  return dir;
}

export type StackVariation = 'whole' | 'unknown type' | 'failing custom resource';

/** Synthesizes a small mail stack and returns the folder of its cloud assembly. */
export function synthesize(codeDir: string, variation: StackVariation): string {
  const outdir = mkdtempSync(join(tmpdir(), 'box-'));
  const app = new App({
    outdir,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  const stack = new Stack(app, 'Mail');
  if (variation === 'unknown type') {
    new CfnResource(stack, 'Odd', { type: 'AWS::Quantum::Computer' });
  } else if (variation === 'failing custom resource') {
    const serviceToken = newFunction(stack, 'Broken', { codeDir, handler: 'refuse' }).functionArn;
    new CustomResource(stack, 'Seed', { serviceToken });
  } else {
    buildMail(stack, codeDir);
  }
  app.synth();
  return outdir;
}

function buildMail(stack: Stack, codeDir: string): void {
  const table = new TableV2(stack, 'Ledger', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    timeToLiveAttribute: 'expires',
  });
  const dead = new Queue(stack, 'Dead');
  const intake = new Queue(stack, 'Intake', {
    visibilityTimeout: Duration.seconds(30),
    deadLetterQueue: { queue: dead, maxReceiveCount: 1 },
    enforceSSL: true,
  });
  const feedback = new Queue(stack, 'Feedback', { visibilityTimeout: Duration.seconds(30) });
  const topic = new Topic(stack, 'Events');
  topic.addSubscription(new SqsSubscription(feedback, { rawMessageDelivery: true }));
  const identity = new EmailIdentity(stack, 'Identity', {
    identity: Identity.domain('example.com'),
  });
  const set = new ConfigurationSet(stack, 'Set');
  set.addEventDestination('ToTopic', { destination: EventDestination.snsTopic(topic) });
  const environment = { TABLE: table.tableName, CONFIGURATION_SET: set.configurationSetName };

  const send = newFunction(stack, 'Send', { codeDir, handler: 'send', environment });
  send.addEventSource(new SqsEventSource(intake, { reportBatchItemFailures: true }));
  table.grant(send, 'dynamodb:PutItem');
  identity.grantSendEmail(send);
  const setArn = stack.formatArn({
    service: 'ses',
    resource: 'configuration-set',
    resourceName: set.configurationSetName,
  });
  send.addToRolePolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: [setArn] }));

  const listen = newFunction(stack, 'Listen', { codeDir, handler: 'listen', environment });
  listen.addEventSource(new SqsEventSource(feedback));
  table.grant(listen, 'dynamodb:UpdateItem');

  const alarms = new Topic(stack, 'Alarms');
  const alarmed = newFunction(stack, 'Alarmed', { codeDir, handler: 'alarmed', environment });
  alarms.addSubscription(new LambdaSubscription(alarmed));
  table.grant(alarmed, 'dynamodb:PutItem');

  const seeder = newFunction(stack, 'Seeder', { codeDir, handler: 'seed', environment });
  table.grant(seeder, 'dynamodb:PutItem');
  const seed = new CustomResource(stack, 'Seed', {
    serviceToken: seeder.functionArn,
    properties: { Count: 3 },
  });
  const outputs = {
    TableName: table.tableName,
    IntakeUrl: intake.queueUrl,
    DeadArn: dead.queueArn,
    AlarmsArn: alarms.topicArn,
    SeedAnswer: seed.getAttString('Answer'),
  };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
}

function newFunction(
  stack: Stack,
  id: string,
  options: {
    readonly codeDir: string;
    readonly handler: string;
    readonly environment?: Readonly<Record<string, string>>;
  },
): LambdaFunction {
  return new LambdaFunction(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(options.codeDir),
    handler: `index.${options.handler}`,
    timeout: Duration.seconds(10),
    memorySize: 256,
    environment: { ...options.environment },
  });
}
