import type { ToldEvent } from './apply-event.ts';
import { createEventReader, type ServerEvent } from './event-stream.ts';

/** What the page does with what it hears. */
export type Listener = {
  readonly told: (event: ToldEvent) => void;
  readonly lost: (problem: string) => void;
  /** The server knows this page no more: its token is of another start. */
  readonly refused: (problem: string) => void;
};

/** A server beats every 10 seconds; two and a half of these without a word are a cut line. */
const silenceMaxMs = 25_000;
const firstPauseMs = 500;
const pauseMaxMs = 10_000;

/** Listens to the server for as long as the page lives, and comes back by itself after every cut. */
export async function listen(token: string, listener: Listener): Promise<void> {
  let lastId: string | undefined;
  let pauseMs = firstPauseMs;
  for (;;) {
    const cut = await hear(token, lastId, ({ id, event, data }) => {
      lastId = id ?? lastId;
      pauseMs = firstPauseMs;
      const told: ToldEvent = JSON.parse(`{"event":${JSON.stringify(event)},"data":${data}}`);
      listener.told(told);
    });
    if (cut.isFinal) return listener.refused(cut.problem);
    listener.lost(cut.problem);
    await pause(pauseMs);
    pauseMs = Math.min(pauseMaxMs, pauseMs * 2);
  }
}

type Cut = { readonly problem: string; readonly isFinal: boolean };

/** Reads one connection to its end and returns why it ended. */
async function hear(
  token: string,
  lastId: string | undefined,
  heard: (event: ServerEvent) => void,
): Promise<Cut> {
  const abort = new AbortController();
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => abort.abort(), silenceMaxMs);
  };
  watch();
  try {
    const answer = await fetch('/api/stream', {
      headers: {
        'x-console-token': token,
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      },
      signal: abort.signal,
      cache: 'no-store',
    });
    if (!answer.ok || answer.body === null) return cutBy(answer.status);
    const read = createEventReader();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { problem: 'the console was ended', isFinal: false };
      watch();
      for (const event of read(value)) heard(event);
    }
  } catch {
    const problem = abort.signal.aborted
      ? `nothing was heard for ${silenceMaxMs / 1000} s`
      : 'the console does not answer: was it ended?';
    return { problem, isFinal: false };
  } finally {
    clearTimeout(watchdog);
  }
}

function cutBy(status: number): Cut {
  const isFinal = status === 401 || status === 403;
  const problem = isFinal
    ? 'This page belongs to an earlier start of the console. Open the address that it printed last.'
    : `the console answered with HTTP ${status}`;
  return { problem, isFinal };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
