import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { epochMs } from '../../domain/time.ts';
import { type Answer, pagePolicy, refuse, write } from './answers.ts';
import type { PageFiles } from './bundle-page.ts';
import { createEventHub } from './event-hub.ts';
import { type Door, type Guarded, refusalOf } from './guard.ts';
import { createRoutes, type Routes } from './routes.ts';
import { runbookPage } from './runbook-page.ts';
import type { ConsoleSource } from './source.ts';
import { createStreams } from './streams.ts';
import { watchSource } from './watch.ts';

/** A console that is open. */
export type ConsoleServer = {
  /** The address to open, with the token in its fragment, which no browser sends anywhere. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly close: () => Promise<void>;
};

/**
 * Serves the console on 127.0.0.1 alone. Nothing is read from the deployment while no page is open.
 * @throws what listening throws, such as EADDRINUSE
 */
export async function serveConsole({
  source,
  page,
  port,
}: {
  readonly source: ConsoleSource;
  readonly page: () => Promise<PageFiles>;
  /** @default 4580, and where that is taken any free one */
  readonly port?: number;
}): Promise<ConsoleServer> {
  const hub = createEventHub();
  const watching = watchSource(source, hub);
  const token = randomBytes(24).toString('base64url');
  const routes = createRoutes(source, () => epochMs(Date.now()));
  const streams = createStreams({ hub, source, onOpen: watching.wake });
  const files = page();
  // Whoever asks for the page is told what is wrong with it.
  files.catch(() => undefined);
  const server = createServer((request, response) => {
    const guarded: Guarded = { port: portOf(), token };
    answer({ request, response }, { files, guarded, routes, streams, source }).catch((error) => {
      if (!response.headersSent) write(response, refuse(500, source.explain(error)));
      else response.destroy();
    });
  });
  const portOf = () => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${portOf()}/#token=${token}`,
    port: portOf(),
    token,
    close: async () => {
      const stopped = watching.stop();
      streams.close();
      server.closeAllConnections();
      await stopped;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A usual port keeps what a browser remembers of the page, such as light or dark. */
const usualPort = 4580;

async function listen(server: Server, port: number | undefined): Promise<void> {
  const at = (number: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(number, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  if (port !== undefined) return at(port);
  try {
    await at(usualPort);
  } catch {
    await at(0);
  }
}

type Call = { readonly request: IncomingMessage; readonly response: ServerResponse };

type Desk = {
  readonly files: Promise<PageFiles>;
  readonly guarded: Guarded;
  readonly routes: Routes;
  readonly streams: ReturnType<typeof createStreams>;
  readonly source: ConsoleSource;
};

async function answer({ request, response }: Call, desk: Desk): Promise<void> {
  // Some request lines, such as `GET //`, are no address at all: nothing is there.
  const pathname = URL.parse(request.url ?? '/', 'http://127.0.0.1')?.pathname ?? '';
  const door = doorOf(pathname);
  const refusal = refusalOf(request, door, desk.guarded);
  if (refusal !== undefined) {
    const status = door === 'api' && refusal.startsWith('x-console-token') ? 401 : 403;
    return write(response, refuse(status, refusal));
  }
  if (request.method === 'GET' && pathname === '/api/stream')
    return desk.streams.open(request, response);
  const said = door === 'page' ? await fileAt(pathname, request, desk) : desk.routes(request);
  write(response, await said);
}

function doorOf(pathname: string): Door {
  if (pathname.startsWith('/api/')) return 'api';
  return pathname.startsWith('/preview/') ? 'ticket' : 'page';
}

async function fileAt(
  pathname: string,
  { method }: IncomingMessage,
  { files }: Desk,
): Promise<Answer> {
  if (method === 'GET' && pathname === '/runbook')
    return {
      status: 200,
      type: 'text/html; charset=utf-8',
      text: runbookPage(),
      policy: pagePolicy,
    };
  const file = method === 'GET' ? (await files).get(pathname) : undefined;
  if (!file)
    return refuse(
      404,
      `nothing is at ${method === 'GET' ? 'this address' : 'this method'}; open /`,
    );
  return { status: 200, ...file, policy: pagePolicy };
}
