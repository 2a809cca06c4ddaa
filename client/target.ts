import type { SQSClientConfig } from '@aws-sdk/client-sqs';

export type TargetOptions = {
  readonly deployment?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly credentials?: SQSClientConfig['credentials'];
};

type SdkOptions = Pick<SQSClientConfig, 'region' | 'profile' | 'endpoint' | 'credentials'>;

/** Returns the deployment's name: given, from the environment, or the default one. */
export function deploymentOf(options: TargetOptions): string {
  return options.deployment ?? process.env['GOODSTANDING_DEPLOYMENT'] ?? 'goodstanding';
}

/**
 * Returns what every SDK client is made with. The endpoint is always given explicitly where there is
 * one: the SDK otherwise follows the host of a queue's URL, which need not resolve on a laptop.
 */
export function sdkOptions(options: TargetOptions): SdkOptions {
  const endpoint = options.endpoint ?? process.env['AWS_ENDPOINT_URL'];
  const local = isLocal(endpoint);
  const region = options.region ?? (local ? (process.env['AWS_REGION'] ?? 'us-east-1') : undefined);
  const credentials =
    options.credentials ?? (local ? { accessKeyId: 'LOCAL', secretAccessKey: 'LOCAL' } : undefined);
  return {
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    ...(options.profile ? { profile: options.profile } : {}),
    ...(credentials ? { credentials } : {}),
  };
}

/** Tells an endpoint on this machine, where credentials mean nothing and buckets have no DNS names. */
export function isLocal(endpoint: string | undefined): boolean {
  return (
    endpoint !== undefined && /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(endpoint)
  );
}
