import type { AwsRequest, AwsResponse, Emulator, JsonObject } from '../aws.ts';
import type { LambdaFunction } from './function-definition.ts';
import type { Functions } from './functions.ts';
import { answerInvoke } from './invoke-api.ts';
import { failure, findFunction, noFunction, type RequestTarget } from './lambda-answers.ts';
import type { Mappings } from './mappings.ts';

type Context = { readonly functions: Functions; readonly mappings: Mappings };
type Route = {
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (
    request: AwsRequest,
    url: RequestTarget,
    context: Context,
  ) => AwsResponse | Promise<AwsResponse>;
};

const routes: readonly Route[] = [
  { method: 'POST', path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, answer: answerInvoke },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)$/, answer: getFunction },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/, answer: getFunction },
  { method: 'GET', path: /^\/2015-03-31\/event-source-mappings\/?$/, answer: listMappings },
  { method: 'GET', path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/, answer: getMapping },
  { method: 'PUT', path: /^\/2015-03-31\/event-source-mappings\/([^/]+)$/, answer: updateMapping },
];

/**
 * The REST interface of service `lambda`: Invoke, GetFunction, GetFunctionConfiguration, and Get-,
 * List- and UpdateEventSourceMapping. Everything else is refused by name.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
 */
export function createLambdaApi(context: Context): Emulator {
  return async (request) => {
    const url = new URL(request.url, 'http://localhost');
    for (const { method, path, answer } of routes) {
      const match = request.method === method ? path.exec(url.pathname) : null;
      if (match === null) continue;
      const id = decodeURIComponent(match[1] ?? '');
      return answer(request, { id, query: url.searchParams }, context);
    }
    return failure(
      404,
      'UnknownOperationException',
      `the local runtime does not support ${request.method} ${url.pathname} of Lambda`,
    );
  };
}

function getFunction(request: AwsRequest, url: RequestTarget, { functions }: Context): AwsResponse {
  const definition = findFunction(functions, url);
  if (definition === undefined) return noFunction(url.id);
  const configuration = configurationOf(definition);
  if (new URL(request.url, 'http://localhost').pathname.endsWith('/configuration')) {
    return success(200, configuration);
  }
  const reserved = definition.reservedConcurrency;
  return success(200, {
    Configuration: configuration,
    Code: { RepositoryType: 'local', Location: definition.assetPath },
    ...(reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  });
}

function configurationOf(definition: LambdaFunction): JsonObject {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: definition.role,
    Handler: definition.handler,
    Timeout: definition.timeoutSeconds,
    MemorySize: definition.memoryMb,
    Environment: { Variables: definition.variables },
    Version: '$LATEST',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
  };
}

function listMappings(
  _request: AwsRequest,
  url: { readonly query: URLSearchParams },
  { mappings, functions }: Context,
): AwsResponse {
  const queueArn = url.query.get('EventSourceArn');
  const functionRef = url.query.get('FunctionName');
  const functionArn = functionRef === null ? null : functions.find(functionRef)?.arn;
  const listed = mappings
    .list()
    .filter((view) => queueArn === null || view['EventSourceArn'] === queueArn)
    .filter((view) => functionArn === null || view['FunctionArn'] === functionArn);
  return success(200, { EventSourceMappings: listed });
}

function getMapping(
  _request: AwsRequest,
  { id }: { readonly id: string },
  { mappings }: Context,
): AwsResponse {
  const view = mappings.find(id);
  return view === undefined ? noMapping(id) : success(200, view);
}

function updateMapping(
  request: AwsRequest,
  { id }: { readonly id: string },
  { mappings }: Context,
): AwsResponse {
  try {
    const view = mappings.update(id, request.body.toString());
    return view === undefined ? noMapping(id) : success(202, view);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return failure(400, 'InvalidParameterValueException', message);
  }
}

function noMapping(uuid: string): AwsResponse {
  const message = `The resource you requested does not exist. (event source mapping ${uuid})`;
  return failure(404, 'ResourceNotFoundException', message);
}

function success(status: number, body: JsonObject): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
