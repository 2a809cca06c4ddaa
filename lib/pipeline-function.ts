import { Aws, type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { acknowledgeWildcards, type Wildcard } from './acknowledge.ts';
import { type Stage, stageCode } from './stage-code.ts';

export interface PipelineFunctionProps {
  readonly config: PipelineConfig;
  readonly stage: Stage;
  readonly functionName: string;
  /** What it does, for the console. */
  readonly description: string;
  readonly timeout: Duration;
  /** Memory in MB; CPU grows with it. */
  readonly memorySize: number;
  /** What this one must know besides what its grants tell it. @default nothing */
  readonly environment?: Readonly<Record<string, string>>;
}

export type ConditionalStatement = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Operator → key → values, as IAM writes them. */
  readonly conditions: Record<string, Record<string, readonly string[]>>;
};

/**
 * A stage as a Lambda function: bundled with the SDK that our lock file pins, with a role that at first
 * may only write to its own log group. Every further permission comes by a grant that names its actions.
 */
export class PipelineFunction extends LambdaFunction {
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const { config, stage, functionName } = props;
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Goodstanding ${config.deployment}: ${functionName}`,
    });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: namesOf(config.deployment).logGroup(functionName),
      retention: config.retention.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      functionName,
      description: props.description,
      role,
      logGroup,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize,
      code: stageCode(stage),
      handler: 'index.handler',
      environment: {
        DEPLOYMENT: config.deployment,
        NODE_OPTIONS: '--enable-source-maps',
        ...props.environment,
      },
    });
    this.#role = role;
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
  }

  /** Like `allowWide`, but only where the request fits the conditions. */
  allowWideIf(wildcard: Wildcard, statement: ConditionalStatement): void {
    this.allowIf(statement);
    acknowledgeWildcards(this.#role, statement.resources, wildcard);
  }

  /** Like `allow`, but only where the request fits the conditions. */
  allowIf({ actions, resources, conditions }: ConditionalStatement): void {
    this.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    );
  }

  /** Adds exactly these actions on exactly these resources to the function's role. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }

  /** Adds actions on resources that end in a wildcard, which needs one of the listed reasons. */
  allowWide(wildcard: Wildcard, actions: readonly string[], ...resources: readonly string[]): void {
    this.allow(actions, ...resources);
    acknowledgeWildcards(this.#role, resources, wildcard);
  }
}

/** Returns the ARN of an SES resource of this account and region, such as `identity/example.com`. */
export function sesArn(resource: string): string {
  return `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}
