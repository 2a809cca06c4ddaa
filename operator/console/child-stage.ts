/** A rehearsal in a process of its own: one at a time, told as it goes, ended with the console. */
import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Stage } from './source.ts';

/** A process that runs, and whether it was told to end. */
type Running = { readonly child: ChildProcess; isStopped: boolean };

export type StageOptions<Start, State> = {
  /** The module that the process runs; it gets the start as a message and sends states. */
  readonly module: URL;
  readonly idle: State;
  /** Returns what a process sent as a state; undefined for anything else. */
  readonly read: (message: unknown) => State | undefined;
  /** Returns the state at a start, and what the state becomes when the process ends by itself or is stopped. */
  readonly begun: (start: Start) => State;
  readonly ended: (state: State, how: 'stopped' | 'died', words: string) => State;
  /** Whether the work is done although its process is still there; it makes room for the next start. */
  readonly isOver?: (state: State) => boolean;
  /** By how much everything else goes first, as `nice` counts. @default 0 */
  readonly nice?: number;
};

/** A process that does not end when it is asked to is ended. */
const patienceMs = 5_000;

/** Characters of its last words that are kept, and told where a process dies. */
const lastWordsMax = 4_000;
const toldMax = 400;

/** Returns a stage; `close` ends what runs on it. A second start while one is at work changes nothing. */
export function createChildStage<Start extends object, State>(
  options: StageOptions<Start, State>,
): Stage<Start, State> & { readonly close: () => Promise<void> } {
  const watchers = new Set<(state: State) => void>();
  let state = options.idle;
  let running: Running | undefined;
  const become = (next: State) => {
    state = next;
    for (const told of watchers) told(next);
  };
  const start = (asked: Start) => {
    const own = launch(options, {
      hear: (next) => {
        if (!own.isStopped) become(next);
      },
      end: (words) => {
        running = undefined;
        become(options.ended(state, own.isStopped ? 'stopped' : 'died', words));
      },
    });
    running = own;
    become(options.begun(asked));
    own.child.send(asked);
  };
  const stop = async () => {
    const own = running;
    if (!own) return;
    own.isStopped = true;
    const gone = new Promise((resolve) => own.child.once('close', resolve));
    own.child.kill('SIGTERM');
    const impatience = setTimeout(() => own.child.kill('SIGKILL'), patienceMs);
    await gone;
    clearTimeout(impatience);
  };
  return {
    state: () => state,
    watch: (told) => {
      watchers.add(told);
      return () => watchers.delete(told);
    },
    start: async (asked) => {
      if (running && options.isOver?.(state)) await stop();
      if (!running) start(asked);
      return state;
    },
    stop: async () => {
      await stop();
      return state;
    },
    close: stop,
  };
}

/** Starts a process; tells its states, and at its end what it said last. */
function launch<Start extends object, State>(
  { module, nice, read }: StageOptions<Start, State>,
  { hear, end }: { readonly hear: (state: State) => void; readonly end: (words: string) => void },
): Running {
  const child = fork(module, {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  if (child.pid !== undefined && nice) setPriority(child.pid, nice);
  child.stderr?.on('data', (chunk) => {
    words = `${words}${String(chunk)}`.slice(-lastWordsMax);
  });
  child.on('message', (message) => {
    const state = read(message);
    if (state !== undefined) hear(state);
  });
  child.on('error', ({ message }) => {
    words = message;
  });
  child.once('close', () => end(sentenceIn(words)));
  return { child, isStopped: false };
}

/** Returns what an error that ended a process says, without where in the code it was. */
function sentenceIn(words: string): string {
  const [, sentence] = /^(?:[A-Za-z]*Error): (.+)$/m.exec(words) ?? [];
  return (sentence ?? words.trim()).slice(0, toldMax);
}
