import type { IncomingHttpHeaders } from 'node:http';
import { flushCompileCache } from 'node:module';
import { type Handler, loadHandler } from './handler-loader.ts';
import { next, post } from './runtime-client.ts';

/** Exit codes of Lambda's own Node runtime. */
const exitCodes = { unhandledRejection: 128, uncaughtException: 129 } as const;

/** The event that is being handled, so that a crash can be reported for it. */
let currentRequestId: string | undefined;

/**
 * The loop of a Lambda runtime: load the handler, then take one event after the other until the
 * process is killed. Log lines are the plain lines of standard output and error; the prefix or JSON
 * envelope Lambda puts around console lines is not added.
 */
export async function runRuntime(runtimeApi: string): Promise<never> {
  reportCrashes(runtimeApi);
  const handler = await loadOrExit(runtimeApi);
  // Node would do it at the end of the process, but an environment is killed.
  flushCompileCache();
  for (;;) {
    const { headers, body } = await next(runtimeApi).catch(() => process.exit(0));
    const requestId = headerOf(headers, 'lambda-runtime-aws-request-id');
    currentRequestId = requestId;
    process.env['_X_AMZN_TRACE_ID'] = headerOf(headers, 'lambda-runtime-trace-id');
    const answer = await handle(handler, body, contextOf(headers));
    currentRequestId = undefined;
    await post(runtimeApi, `/runtime/invocation/${requestId}/${answer.kind}`, answer.body);
  }
}

async function loadOrExit(runtimeApi: string): Promise<Handler> {
  try {
    return await loadHandler(variable('LAMBDA_TASK_ROOT'), variable('_HANDLER'));
  } catch (error) {
    console.error(error);
    await post(runtimeApi, '/runtime/init/error', errorBody(error));
    return process.exit(1);
  }
}

async function handle(
  handler: Handler,
  payload: string,
  context: object,
): Promise<{ readonly kind: 'response' | 'error'; readonly body: string }> {
  try {
    const result = await handler(JSON.parse(payload), context);
    return { kind: 'response', body: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    console.error(error);
    return { kind: 'error', body: errorBody(error) };
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(headers: IncomingHttpHeaders): object {
  const deadlineMs = Number(headerOf(headers, 'lambda-runtime-deadline-ms'));
  return {
    awsRequestId: headerOf(headers, 'lambda-runtime-aws-request-id'),
    invokedFunctionArn: headerOf(headers, 'lambda-runtime-invoked-function-arn'),
    functionName: variable('AWS_LAMBDA_FUNCTION_NAME'),
    functionVersion: variable('AWS_LAMBDA_FUNCTION_VERSION'),
    memoryLimitInMB: variable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    logGroupName: variable('AWS_LAMBDA_LOG_GROUP_NAME'),
    logStreamName: variable('AWS_LAMBDA_LOG_STREAM_NAME'),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function reportCrashes(runtimeApi: string): void {
  const crash = (exitCode: number) => (error: unknown) => {
    console.error(error);
    const reported =
      currentRequestId === undefined
        ? Promise.resolve()
        : post(runtimeApi, `/runtime/invocation/${currentRequestId}/error`, errorBody(error));
    const exit = () => process.exit(exitCode);
    reported.then(exit, exit);
  };
  process.on('uncaughtException', crash(exitCodes.uncaughtException));
  process.on('unhandledRejection', crash(exitCodes.unhandledRejection));
}

function errorBody(error: unknown): string {
  if (!(error instanceof Error)) {
    return JSON.stringify({ errorType: typeof error, errorMessage: String(error), trace: [] });
  }
  return JSON.stringify({
    errorType: error.name,
    errorMessage: error.message,
    trace: error.stack?.split('\n') ?? [],
  });
}

function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

function variable(name: string): string {
  return process.env[name] ?? '';
}
