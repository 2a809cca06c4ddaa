/** Server-sent events to the pages that are open. @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { headersOf, refuse, write } from './answers.ts';
import type { EventHub, Told } from './event-hub.ts';
import type { ConsoleSource } from './source.ts';

/** A page that heard nothing for two and a half of them takes the line for cut. */
export const beatMs = 10_000;

/** Pages that may be open at once; each holds a connection. */
const pagesMax = 20;

/** Bytes that wait for a page that does not read; then it is cut off and comes back. */
const waitingBytesMax = 8_000_000;

/** Returns the streams of one server; `onOpen` is called when a page comes. */
export function createStreams({
  hub,
  source,
  onOpen,
}: {
  readonly hub: EventHub;
  readonly source: ConsoleSource;
  readonly onOpen: () => void;
}) {
  const open = new Set<ServerResponse>();
  const beat = setInterval(() => {
    // Nothing is counted for a beat: it has no id, so that nobody comes back to it.
    for (const response of open) send(response, 'beat', { at: Date.now() });
  }, beatMs);
  beat.unref();
  return {
    open: (request: IncomingMessage, response: ServerResponse): void => {
      if (open.size >= pagesMax) {
        write(
          response,
          refuse(503, `got page ${pagesMax + 1}; allowed are ${pagesMax}; close one`),
        );
        return;
      }
      response.writeHead(200, headersOf('text/event-stream; charset=utf-8'));
      open.add(response);
      const hello = { ...source.hello, operate: source.deeds !== undefined, serverAt: Date.now() };
      send(response, 'hello', hello);
      const lastId = request.headers['last-event-id'];
      const leave = hub.listen(typeof lastId === 'string' ? lastId : undefined, (told) =>
        tell(response, told),
      );
      response.on('close', () => {
        open.delete(response);
        leave();
      });
      onOpen();
    },
    close: (): void => {
      clearInterval(beat);
      for (const response of open) response.end();
    },
  };
}

function tell(response: ServerResponse, { id, event }: Told): void {
  send(response, event.event, event.data, id);
}

function send(response: ServerResponse, event: string, data: unknown, id?: string): void {
  if (response.writableLength > waitingBytesMax) {
    response.destroy();
    return;
  }
  // JSON has no line break of its own, so that one `data` line holds it.
  const head = id === undefined ? '' : `id: ${id}\n`;
  response.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
