import { randomUUID } from 'node:crypto';
import type { AwsRequest, AwsResponse } from '../aws.ts';
import type { Functions } from './functions.ts';
import type { InvocationOutcome } from './invocation-outcome.ts';
import { failure, findFunction, noFunction, type RequestTarget } from './lambda-answers.ts';
import { asyncPayloadBytesMax, syncPayloadBytesMax } from './payload-limits.ts';

/**
 * Answers Invoke: RequestResponse waits for the function, Event accepts and goes on, DryRun only
 * checks.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function answerInvoke(
  request: AwsRequest,
  url: RequestTarget,
  { functions }: { readonly functions: Functions },
): Promise<AwsResponse> {
  const definition = findFunction(functions, url);
  if (definition === undefined) return noFunction(url.id);
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const refused = refusal(request, type);
  if (refused !== undefined) return refused;
  const payload = request.body.length === 0 ? '{}' : request.body.toString();
  if (type === 'DryRun') return { status: 204 };
  if (type === 'Event') {
    functions.accept(definition, payload);
    return { status: 202, headers: { 'x-amzn-requestid': randomUUID() } };
  }
  return answerOf(await functions.invoke(definition, payload));
}

function refusal(request: AwsRequest, type: string): AwsResponse | undefined {
  const invalid = (message: string) => failure(400, 'InvalidParameterValueException', message);
  if (!['RequestResponse', 'Event', 'DryRun'].includes(type)) {
    return invalid(`invocation type got ${type}, allowed are RequestResponse, Event and DryRun`);
  }
  if (request.headers['x-amz-log-type'] === 'Tail') {
    return invalid('LogType Tail is not supported: the local runtime prints the lines itself');
  }
  const bytesMax = type === 'Event' ? asyncPayloadBytesMax : syncPayloadBytesMax;
  if (request.body.length > bytesMax) {
    const message = `payload got ${request.body.length} bytes, allowed ${bytesMax} for ${type}`;
    return failure(413, 'RequestTooLargeException', message);
  }
  try {
    if (request.body.length > 0) JSON.parse(request.body.toString());
  } catch (cause) {
    return failure(400, 'InvalidRequestContentException', `payload is not JSON: ${String(cause)}`);
  }
  return undefined;
}

function answerOf(outcome: InvocationOutcome): AwsResponse {
  if (outcome.status === 'throttled') {
    return failure(429, 'TooManyRequestsException', 'Rate Exceeded.');
  }
  const headers = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' };
  if (outcome.status === 'succeeded') return { status: 200, headers, body: outcome.payload };
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
    body: outcome.error.body,
  };
}
