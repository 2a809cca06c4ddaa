import os from 'node:os';
import type { Place } from '../aws.ts';
import type { LambdaFunction } from './function-definition.ts';

/**
 * The whole environment of a worker process: the template's variables and those Lambda adds, and
 * nothing of the shell the box was started from, so that what runs here runs there.
 *
 * The access key `FN-<name>` tells the endpoint which function is calling. The SDK's shared
 * configuration files are switched off, since it would find them by the password file.
 */
export function processVariables(options: {
  readonly definition: LambdaFunction;
  readonly place: Place;
  readonly endpointUrl: string;
  /** `host:port` of the name server that the worker's guard lets it ask. */
  readonly nameServer: string | undefined;
  /** `host:port` of the Runtime API server of this environment. */
  readonly runtimeApi: string;
  readonly logStreamName: string;
}): Record<string, string> {
  const { definition, place } = options;
  return {
    ...machineVariables(),
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    ...definition.variables,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: options.logStreamName,
    AWS_LAMBDA_RUNTIME_API: options.runtimeApi,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: definition.assetPath,
    AWS_ACCESS_KEY_ID: `FN-${definition.name}`,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: options.endpointUrl,
    ...(options.nameServer === undefined ? {} : { LOCAL_NAME_SERVER: options.nameServer }),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
  };
}

/** Windows opens no socket without SystemRoot. */
function machineVariables(): Record<string, string> {
  const names = process.platform === 'win32' ? ['Path', 'PATH', 'SystemRoot'] : ['PATH'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
