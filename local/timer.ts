/** Waiting, injected so that an emulator can run on a time of its own. */
export type Timer = {
  /** Milliseconds that only grow; their zero means nothing. */
  readonly now: () => number;
  /** Runs once after a delay in milliseconds; returns what calls it off. */
  readonly after: (delayMs: number, run: () => void) => () => void;
};

/** The machine's own time. */
export const realTimer: Timer = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
