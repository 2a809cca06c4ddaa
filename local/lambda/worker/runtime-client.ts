import http from 'node:http';

/** One answer of the Runtime API. */
export type RuntimeAnswer = {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
};

// One connection for the long wait for events, one for what is reported meanwhile.
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });

/** Waits, without limit, for the next event. */
export function next(runtimeApi: string): Promise<RuntimeAnswer> {
  return call({ runtimeApi, path: '/runtime/invocation/next', method: 'GET', body: '' });
}

/** Reports to the Runtime API; `path` without the version. */
export function post(runtimeApi: string, path: string, body: string): Promise<RuntimeAnswer> {
  return call({ runtimeApi, path, method: 'POST', body });
}

function call(options: {
  readonly runtimeApi: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body: string;
}): Promise<RuntimeAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(`http://${options.runtimeApi}/2018-06-01${options.path}`, {
      agent,
      method: options.method,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(options.body),
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    request.end(options.body);
  });
}
