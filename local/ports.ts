import { type Endpoint, type EndpointOptions, openEndpoint } from './endpoint.ts';

/** The port that local AWS runtimes usually have. */
const portDefault = 4566;
const portsTried = 100;

/**
 * Opens the endpoint at the port demanded, or, when none is, at the first free one from 4566 on.
 */
export async function openAtFreePort(
  port: number | undefined,
  options: EndpointOptions,
): Promise<Endpoint> {
  if (port !== undefined) return openDemanded(port, options);
  for (let next = portDefault; next < portDefault + portsTried; next += 1) {
    try {
      return await openEndpoint(next, options);
    } catch (cause) {
      if (!isTaken(cause)) throw cause;
    }
  }
  const last = portDefault + portsTried - 1;
  throw new Error(
    `ports ${portDefault} to ${last} are all taken: end another box, or demand a port`,
  );
}

async function openDemanded(port: number, options: EndpointOptions): Promise<Endpoint> {
  try {
    return await openEndpoint(port, options);
  } catch (cause) {
    if (!isTaken(cause)) throw cause;
    throw new Error(`port ${port} is taken: end what listens there, or demand another port`, {
      cause,
    });
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
