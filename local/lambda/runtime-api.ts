import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod';
import type { Invocation, InvocationDesk } from './invocation-desk.ts';
import {
  functionError,
  functionErrorFromBody,
  type InvocationOutcome,
} from './invocation-outcome.ts';

export type RuntimeApi = {
  /** `host:port`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  readonly close: () => void;
};

type RuntimeApiOptions = {
  readonly desk: InvocationDesk;
  readonly onResidentBytes: (bytes: number) => void;
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const responseBytesMax = 6_291_556;

const version = '/2018-06-01';
const answerPath = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

/**
 * Serves the Lambda Runtime API for one execution environment, on a port of its own because the
 * protocol does not say which environment is calling.
 *
 * `/local/resident-bytes` is an addition for machines without /proc, where the worker reports its
 * own memory.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function openRuntimeApi(options: RuntimeApiOptions): Promise<RuntimeApi> {
  const server = http.createServer((request, response) => {
    route(request, response, options).catch((cause: unknown) => {
      response.destroy(cause instanceof Error ? cause : undefined);
    });
  });
  // A runtime waits for its next event for as long as the function is idle.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: RuntimeApiOptions,
): Promise<void> {
  const { desk } = options;
  const path = request.url ?? '';
  if (request.method === 'GET' && path === `${version}/runtime/invocation/next`) {
    desk.ask((invocation) => sendInvocation(response, invocation));
    return;
  }
  const body = await readBody(request);
  const [, requestId, kind] = answerPath.exec(path) ?? [];
  if (requestId !== undefined) {
    const outcome = outcomeOf(kind, body);
    const oversize = kind === 'response' && outcome.status === 'failed';
    send(response, desk.answer(requestId, outcome) ? (oversize ? 413 : 202) : 400);
  } else if (path === `${version}/runtime/init/error`) {
    desk.failInit(body.toString());
    send(response, 202);
  } else if (path === `${version}/local/resident-bytes`) {
    options.onResidentBytes(z.coerce.number().parse(body.toString()));
    send(response, 202);
  } else {
    send(response, 404);
  }
}

function sendInvocation(response: ServerResponse, invocation: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
  });
  response.end(invocation.payload);
}

function outcomeOf(kind: string | undefined, body: Buffer): InvocationOutcome {
  const text = body.toString();
  if (kind === 'error') return { status: 'failed', error: functionErrorFromBody(text) };
  if (body.length <= responseBytesMax) return { status: 'succeeded', payload: text };
  const message =
    `Response payload size (${body.length} bytes) exceeded maximum allowed payload size ` +
    `(${responseBytesMax} bytes).`;
  return { status: 'failed', error: functionError('Function.ResponseSizeTooLarge', message) };
}

function send(response: ServerResponse, status: 202 | 400 | 404 | 413): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: status === 202 ? 'OK' : 'refused' }));
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
