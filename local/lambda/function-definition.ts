import * as z from 'zod';
import type { Place, Resource } from '../aws.ts';
import { acceptedUnread, readProperties, wholeNumber } from './resource-properties.ts';
import { checkTemplateVariables } from './template-variables.ts';

/** One `AWS::Lambda::Function` of the template, checked against what Lambda itself would refuse. */
export type LambdaFunction = {
  readonly name: string;
  readonly arn: string;
  /** `file.export`, the file relative to `assetPath` and without its extension. */
  readonly handler: string;
  readonly runtime: string;
  readonly role: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly assetPath: string;
  readonly logGroupName: string;
  /** Undefined: not reserved, the box's own limit of environments applies. */
  readonly reservedConcurrency: number | undefined;
  /** Where an asynchronous event goes whose retries are exhausted; an SQS ARN. */
  readonly deadLetterArn: string | undefined;
  /** One sentence for each property that is set but has no effect in the box. */
  readonly warnings: readonly string[];
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const functionLimits = {
  timeoutSeconds: { min: 1, max: 900 },
  memoryMb: { min: 128, max: 10_240 },
  nameLengthMax: 64,
};

const noEffect = {
  EphemeralStorage: 'the size of the temporary folder is not limited here',
  TracingConfig: 'no X-Ray traces are recorded here',
  VpcConfig: 'functions here reach this machine only, whatever their subnets',
  SnapStart: 'environments here always start cold',
} as const;

const functionProperties = z.strictObject({
  Code: z.unknown(),
  FunctionName: z.string().min(1).max(functionLimits.nameLengthMax).optional(),
  Handler: z.string().regex(/^[^.]+\..+$/, 'must be file.export, for example index.handler'),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'only nodejs runtimes run here'),
  Role: z.string(),
  Timeout: wholeNumber(functionLimits.timeoutSeconds).default(3),
  MemorySize: wholeNumber(functionLimits.memoryMb).default(128),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).optional() })
    .optional(),
  ReservedConcurrentExecutions: wholeNumber({ min: 0, max: 1_000 }).optional(),
  DeadLetterConfig: z.object({ TargetArn: z.string() }).optional(),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).optional(),
  PackageType: z.literal('Zip').optional(),
  EphemeralStorage: acceptedUnread,
  TracingConfig: acceptedUnread,
  VpcConfig: acceptedUnread,
  SnapStart: acceptedUnread,
  Architectures: acceptedUnread,
  CodeSigningConfigArn: acceptedUnread,
  Description: acceptedUnread,
  KmsKeyArn: acceptedUnread,
  RecursiveLoop: acceptedUnread,
  RuntimeManagementConfig: acceptedUnread,
  Tags: acceptedUnread,
});

/**
 * Reads one function resource; the name defaults to the logical id.
 *
 * @throws Error when the code is not an asset folder, or a property is not one Lambda would take.
 */
export function defineFunction(resource: Resource, place: Place): LambdaFunction {
  const properties = readProperties(functionProperties, resource);
  const variables = properties.Environment?.Variables ?? {};
  checkTemplateVariables(variables, resource.logicalId);
  const name = properties.FunctionName ?? resource.logicalId.slice(0, functionLimits.nameLengthMax);
  return {
    name,
    arn: `arn:${place.partition}:lambda:${place.region}:${place.accountId}:function:${name}`,
    handler: properties.Handler,
    runtime: properties.Runtime,
    role: properties.Role,
    timeoutSeconds: properties.Timeout,
    memoryMb: properties.MemorySize,
    variables,
    assetPath: assetPathOf(resource),
    logGroupName: properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    deadLetterArn: queueArn(properties.DeadLetterConfig?.TargetArn, resource),
    warnings: [...noEffectWarnings(resource), ...runtimeWarnings(properties.Runtime)],
  };
}

function assetPathOf(resource: Resource): string {
  if (resource.assetPath !== undefined) return resource.assetPath;
  throw new Error(
    `AWS::Lambda::Function ${resource.logicalId}: code got inline, from a bucket or from an image, ` +
      'allowed is a CDK asset folder: bundle it with NodejsFunction or Code.fromAsset',
  );
}

function queueArn(arn: string | undefined, resource: Resource): string | undefined {
  if (arn === undefined || arn.split(':')[2] === 'sqs') return arn;
  throw new Error(
    `AWS::Lambda::Function ${resource.logicalId}: DeadLetterConfig.TargetArn got ${arn}, ` +
      'allowed here is the ARN of an SQS queue',
  );
}

function noEffectWarnings(resource: Resource): string[] {
  return Object.entries(noEffect)
    .filter(([property]) => resource.properties[property] !== undefined)
    .map(([property, why]) => `local runtime: ${property} has no effect: ${why}`);
}

function runtimeWarnings(runtime: string): string[] {
  const here = `nodejs${process.versions.node.split('.')[0]}.x`;
  if (runtime === here) return [];
  return [`local runtime: the template says ${runtime}, the function runs here on ${here}`];
}
