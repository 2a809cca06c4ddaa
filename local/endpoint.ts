import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsRequest, AwsResponse, Emulator } from './aws.ts';
import { awsError } from './aws-error.ts';

export type EndpointOptions = {
  /** SigV4 service name → the emulator that answers it. */
  readonly emulators: Readonly<Record<string, Emulator>>;
  /** Path prefix such as `/_local/calls` → what answers there, unsigned, to the laptop's owner. */
  readonly localRoutes: Readonly<Record<string, Emulator>>;
  /** Returns the refusal, or nothing when the principal may make this call. */
  readonly authorize: (request: AwsRequest) => AwsResponse | undefined;
  /** Told of what an emulator threw; the caller gets an InternalFailure. */
  readonly onFailure: (request: AwsRequest, cause: unknown) => void;
};

export type Endpoint = {
  readonly port: number;
  readonly url: string;
  readonly close: () => Promise<void>;
};

const host = '127.0.0.1';
const localPrefix = '/_local';
/** Above the 40 MB that SES takes for one message. */
const bodyBytesMax = 64 * 1024 * 1024;
/** Longer than the idle time of any SDK agent, so that it is the client that closes first. */
const keepAliveMs = 120_000;

/**
 * Opens the one HTTP endpoint that speaks for all AWS services, on 127.0.0.1 only.
 * @throws with `code: 'EADDRINUSE'` when the port is taken.
 */
export async function openEndpoint(port: number, options: EndpointOptions): Promise<Endpoint> {
  const server = createServer((incoming, outgoing) => {
    receive(incoming, outgoing, options).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = keepAliveMs;
  server.headersTimeout = keepAliveMs + 1_000;
  server.requestTimeout = 0;
  await listen(server, port);
  const actual = portOf(server.address());
  return {
    port: actual,
    url: `http://${host}:${actual}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((failure) => (failure ? reject(failure) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function receive(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: EndpointOptions,
): Promise<void> {
  const body = await readBody(incoming);
  const credential = credentialOf(incoming);
  const request: AwsRequest = {
    service: credential?.service ?? '',
    principal: credential?.principal ?? '',
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers: headersOf(incoming),
    body: body ?? Buffer.alloc(0),
  };
  const answer = body === undefined ? tooLarge(request) : await dispatch(request, options);
  send(outgoing, answer);
}

async function dispatch(request: AwsRequest, options: EndpointOptions): Promise<AwsResponse> {
  const foreign = foreignCaller(request);
  if (foreign !== undefined) return foreign;
  try {
    if (isLocal(request)) return await dispatchLocal(request, options);
    if (request.service === '') return unsigned;
    const emulator = options.emulators[request.service];
    if (emulator === undefined) return unknownService(request.service, options);
    return options.authorize(request) ?? (await emulator(request));
  } catch (cause) {
    options.onFailure(request, cause);
    const message = cause instanceof Error ? cause.message : String(cause);
    return awsError(request.service, { status: 500, code: 'InternalFailure', message });
  }
}

function isLocal({ url }: AwsRequest): boolean {
  return url === localPrefix || url.startsWith(`${localPrefix}/`);
}

async function dispatchLocal(request: AwsRequest, options: EndpointOptions): Promise<AwsResponse> {
  const path = request.url.split('?', 1)[0] ?? '';
  const prefix = Object.keys(options.localRoutes)
    .filter((one) => path === one || path.startsWith(`${one}/`))
    .sort((one, other) => other.length - one.length)[0];
  const route = prefix === undefined ? undefined : options.localRoutes[prefix];
  if (route === undefined) {
    const known = Object.keys(options.localRoutes).join(', ');
    return plainError(404, `no local route ${path}, known are: ${known}`, 'NotFoundException');
  }
  return route(request);
}

/**
 * Browsers carry the owner's rights to 127.0.0.1: a page of another site must reach nothing here,
 * neither by a name that it points at us (Host) nor by a plain cross-site form (Origin).
 */
function foreignCaller(request: AwsRequest): AwsResponse | undefined {
  const { host: asked = '', origin } = request.headers;
  if (!isOwnHost(asked)) {
    return plainError(
      403,
      `host ${asked} is refused, allowed are 127.0.0.1 and localhost (S3: use path-style addresses)`,
    );
  }
  if (origin !== undefined && !isOwnHost(origin.replace(/^https?:\/\//, ''))) {
    return plainError(403, `origin ${origin} is refused, allowed are pages of this machine`);
  }
  return undefined;
}

function isOwnHost(asked: string): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(asked);
}

const unsigned = plainError(
  403,
  'the request carries no SigV4 signature: use an AWS SDK with any credentials, such as test/test',
);

function unknownService(service: string, options: EndpointOptions): AwsResponse {
  const known = Object.keys(options.emulators).join(', ');
  return awsError(service, {
    status: 501,
    code: 'NotImplemented',
    message: `service ${service} does not exist in the box, known are: ${known}`,
  });
}

function tooLarge(request: AwsRequest): AwsResponse {
  const message = `the body is larger than ${bodyBytesMax} bytes, the most that the box reads`;
  return awsError(request.service, { status: 413, code: 'RequestEntityTooLarge', message });
}

function plainError(status: number, message: string, code = 'AccessDeniedException'): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  };
}

/** Reads the body whole; one larger than the limit is read to its end and dropped. */
function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bodyBytesMax) chunks.push(chunk);
      else chunks.length = 0;
    });
    incoming.on('end', () => {
      if (bytes > bodyBytesMax) return resolve(undefined);
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    incoming.on('error', reject);
  });
}

function send(outgoing: ServerResponse, answer: AwsResponse): void {
  const bytes = answer.body === undefined ? 0 : Buffer.byteLength(answer.body);
  outgoing.writeHead(answer.status, {
    'x-amzn-requestid': randomUUID(),
    'content-length': bytes,
    ...answer.headers,
  });
  outgoing.end(answer.body);
}

type Credential = { readonly principal: string; readonly service: string };

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
const credentialPattern = /Credential=([^/,\s]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/;
const presignedPattern = /X-Amz-Credential=([^&/%]+)%2F\d{8}%2F[^%]+%2F([^%]+)%2Faws4_request/;

function credentialOf(incoming: IncomingMessage): Credential | undefined {
  const { authorization } = incoming.headers;
  const [, principal, service] =
    (authorization === undefined
      ? presignedPattern.exec(incoming.url ?? '')
      : credentialPattern.exec(authorization)) ?? [];
  return principal === undefined || service === undefined ? undefined : { principal, service };
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return headers;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') {
    throw new Error(`the endpoint must listen on a TCP port, got ${address}`);
  }
  return address.port;
}
