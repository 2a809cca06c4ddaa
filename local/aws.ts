/**
 * The walls inside `local/`: what the one endpoint hands to an emulator, and what a CloudFormation
 * resource type needs in order to be created in the box. Nothing here knows the pipeline.
 */

/** One AWS request, already read whole; `principal` is the access key id it was signed with. */
export type AwsRequest = {
  /** SigV4 credential-scope service name: `ses`, `sqs`, `dynamodb`, `s3`, `events`, … */
  readonly service: string;
  readonly principal: string;
  readonly method: string;
  /** Path with query string, as received. */
  readonly url: string;
  /** Lower-cased header names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

export type AwsResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

/** One embedded AWS service. Expected AWS errors are responses, not exceptions. */
export type Emulator = (request: AwsRequest) => Promise<AwsResponse>;

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** What a created resource answers to `Ref` and to `Fn::GetAtt`. */
export type Physical = {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
};

/** One CloudFormation resource with every intrinsic resolved. */
export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** Absolute path of the asset folder, for `AWS::Lambda::Function` whose code is a CDK asset. */
  readonly assetPath?: string;
};

export type ResourceProvider = (resource: Resource) => Physical | Promise<Physical>;

/** CloudFormation type (`AWS::SQS::Queue`, `Custom::*`) → how it is created in the box. */
export type ResourceProviders = Readonly<Record<string, ResourceProvider>>;

/** Wall clock in milliseconds since 1970; injected so that tests and rehearsals can own the time. */
export type LocalClock = () => number;

export type Place = {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
};

export const localPlace: Place = {
  accountId: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
};
