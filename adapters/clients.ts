import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where calls go: region, profile and endpoint as the SDK reads them, unless given. */
export type Target = {
  readonly region?: string;
  readonly endpoint?: string;
  readonly profile?: string;
  /** Given for the local runtime, which asks for a key but checks none. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** Returns the target of a local runtime; no profile of the machine is read. */
export function localTarget(endpoint: string): Target {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' },
  };
}

/** One client a service and process: keep-alive saves 0.7 ms of CPU a mail. */
export const createDynamo = (target: Target = {}) => new DynamoDBClient(options(target));
export const createSns = (target: Target = {}) => new SNSClient(options(target));
export const createCloudwatch = (target: Target = {}) => new CloudWatchClient(options(target));
export const createSqs = (target: Target = {}) => new SQSClient(options(target));
export const createS3 = (target: Target = {}) =>
  new S3Client({ ...options(target), ...(isLocal(target) ? { forcePathStyle: true } : {}) });
export const createEvents = (target: Target = {}) => new EventBridgeClient(options(target));
export const createLambda = (target: Target = {}) => new LambdaClient(options(target));
export const createSecrets = (target: Target = {}) => new SecretsManagerClient(options(target));

/**
 * The client that sends. One attempt only: the SDK's own retry after a time-out can send a mail twice
 * and spends tokens that were not leased; dispatch classifies each failure itself.
 */
export const createSendingSes = (target: Target = {}) =>
  new SESv2Client({
    ...options(target),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: sendMs,
      socketTimeout: sendMs,
      throwOnRequestTimeout: true,
    },
  });

/** SES for everything that is not sending. */
export const createSes = (target: Target = {}) => new SESv2Client(options(target));

const connectMs = 3_000;

/** SES answers within 0.1 s; one that hangs must not take its attempt's neighbours with it. */
const sendMs = 20_000;

/** A service that hangs is asked again by the SDK, twice. */
const answerMs = 10_000;

function options(target: Target) {
  return {
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      socketTimeout: answerMs,
      throwOnRequestTimeout: true,
    },
    ...(target.region ? { region: target.region } : {}),
    ...(target.endpoint ? { endpoint: target.endpoint } : {}),
    ...(target.profile ? { profile: target.profile } : {}),
    ...(target.credentials ? { credentials: target.credentials } : {}),
  };
}

/** Buckets are addressed by path where there is no DNS for them. */
function isLocal(target: Target): boolean {
  const endpoint = target.endpoint ?? process.env['AWS_ENDPOINT_URL'] ?? '';
  return /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(endpoint);
}
