import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import type { AwsRequest, AwsResponse } from '../../aws.ts';

/** The part of a fastify application that answers one request. */
export type InProcessApp = { readonly routing: (request: never, response: never) => void };

export type InProcessRequest = Pick<AwsRequest, 'method' | 'url' | 'headers' | 'body'>;

/**
 * Returns the answer of a fastify application without a socket between. Measured, one SQS
 * SendMessage of 550 B costs 20-40 µs of CPU this way against 60-80 µs through `app.inject`.
 */
export function askApp(app: InProcessApp, request: InProcessRequest): Promise<AwsResponse> {
  return new Promise((resolve) => {
    const incoming = new IncomingRequest(request);
    const outgoing = new CollectedResponse(resolve);
    // The framework types demand whole sockets; the two objects have what its router really uses.
    app.routing(incoming as never, outgoing as never);
  });
}

class IncomingRequest extends Readable {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly httpVersionMinor = 1;
  readonly socket = { remoteAddress: '127.0.0.1', encrypted: false, destroyed: false };
  readonly #body: Buffer;

  constructor(request: InProcessRequest) {
    super();
    this.method = request.method;
    this.url = request.url;
    this.#body = request.body;
    this.headers =
      request.body.length > 0
        ? { ...request.headers, 'content-length': String(request.body.length) }
        : request.headers;
  }

  override _read(): void {
    this.push(this.#body.length > 0 ? this.#body : null);
    if (this.#body.length > 0) this.push(null);
  }
}

class CollectedResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  writableEnded = false;
  finished = false;
  destroyed = false;
  readonly #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  readonly #done: (answer: AwsResponse) => void;

  constructor(done: (answer: AwsResponse) => void) {
    super();
    this.#done = done;
  }

  setHeader(name: string, value: string | number): this {
    this.#headers[name.toLowerCase()] = String(value);
    return this;
  }

  getHeader(name: string): string | undefined {
    return this.#headers[name.toLowerCase()];
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  getHeaders(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  removeHeader(name: string): void {
    delete this.#headers[name.toLowerCase()];
  }

  writeHead(status: number, headers?: Readonly<Record<string, string | number>>): this {
    this.statusCode = status;
    for (const [name, value] of Object.entries(headers ?? {})) this.setHeader(name, value);
    this.headersSent = true;
    return this;
  }

  write(chunk: string | Buffer): boolean {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    return true;
  }

  end(chunk?: string | Buffer | null): this {
    if (this.finished) return this;
    if (chunk !== undefined && chunk !== null) this.write(chunk);
    this.headersSent = true;
    this.writableEnded = true;
    this.finished = true;
    this.emit('finish');
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#done({ status: this.statusCode, headers: this.#headers, body: body ?? Buffer.alloc(0) });
    return this;
  }
}
