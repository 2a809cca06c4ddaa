/**
 * Virtual time. Real code runs between events: an event wakes somebody, everything that follows from it
 * runs until it waits again, and only then does the clock move to the next event. So hours pass in
 * seconds, and the same seed gives the same order of everything.
 */
import { createHeap } from './heap.ts';

/** A clock that moves when everybody waits. */
export type Scheduler = {
  /** Virtual milliseconds since 1970. */
  readonly now: () => number;
  /** Resolves when so much virtual time has passed. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Runs something at an instant; the answer calls it off. */
  readonly at: (instant: number, run: () => void, kind?: EventKind) => () => void;
  /** Counts real work that is under way (an answer computed in process): the clock waits for it. */
  readonly work: <T>(real: () => Promise<T>) => Promise<T>;
  /** Starts something that runs by itself; its failure is the run's failure. */
  readonly start: (task: () => Promise<void>) => void;
  /** Runs until nothing but background events is left, or the clock would pass `until`. */
  readonly run: (until?: number) => Promise<void>;
  /** Events that something waits for, apart from background ones. */
  readonly pending: () => number;
};

/** Background: a schedule that repeats for ever, which keeps no run going. */
export type EventKind = 'foreground' | 'background';

type Event = {
  readonly at: number;
  readonly order: number;
  readonly kind: EventKind;
  run: (() => void) | undefined;
};

/** Returns a clock at `startMs` with nothing to do. */
export function createScheduler(startMs: number): Scheduler {
  const events = createHeap<Event>((one, other) =>
    one.at === other.at ? one.order < other.order : one.at < other.at,
  );
  let now = startMs;
  let order = 0;
  let pending = 0;
  let working = 0;
  const failures: unknown[] = [];

  const at: Scheduler['at'] = (instant, run, kind = 'foreground') => {
    order += 1;
    const event: Event = { at: Math.max(now, instant), order, kind, run };
    events.push(event);
    if (kind === 'foreground') pending += 1;
    return () => {
      if (event.run === undefined) return;
      event.run = undefined;
      if (kind === 'foreground') pending -= 1;
    };
  };

  /** Until every promise that could go on has gone on: microtasks run out before an immediate. */
  const settle = async (): Promise<void> => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (working > 0);
    if (failures.length > 0) throw failures[0];
  };

  return {
    now: () => now,
    at,
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        at(now + Math.max(0, milliseconds), resolve);
      }),
    work: async (real) => {
      working += 1;
      try {
        return await real();
      } finally {
        working -= 1;
      }
    },
    start: (task) => {
      task().catch((error: unknown) => failures.push(error));
    },
    run: async (until = Number.POSITIVE_INFINITY) => {
      await settle();
      for (let next = events.peek(); next !== undefined; next = events.peek()) {
        if (next.run !== undefined && (pending === 0 || next.at > until)) break;
        events.pop();
        const { run } = next;
        if (run === undefined) continue;
        next.run = undefined;
        if (next.kind === 'foreground') pending -= 1;
        now = next.at;
        run();
        await settle();
      }
      if (Number.isFinite(until) && pending > 0) now = Math.max(now, until);
    },
    pending: () => pending,
  };
}
