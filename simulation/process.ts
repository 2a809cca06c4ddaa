import type { Draw } from '../local/emulators/ses/dice.ts';
import type { Scheduler } from './scheduler.ts';

/** A process that runs our code: one execution environment of a function. It can die at any await. */
export type Process = {
  readonly isAlive: () => boolean;
  /** Its own clock, virtual milliseconds since 1970: off by a constant, as NTP leaves it. */
  readonly clock: () => number;
  /** Waits in virtual time; a dead process never wakes. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Passed at the beginning and the end of every call: here it may die. A dead process stays here. */
  readonly passAwait: () => Promise<void>;
  /** Lets it die at the n-th await from now. */
  readonly doom: (awaits: number) => void;
  readonly die: () => void;
  /** Lets a listener hear of its death; the answer takes the listener off. */
  readonly onDeath: (listener: () => void) => () => void;
  /** Bytes on the wire outlive their sender, or not. */
  readonly outlives: () => boolean;
};

/** Returns a promise that is never kept: what waits on it is dead, and is collected. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** Returns a live process; `draw` decides what of its last words is heard. */
export function createProcess(
  scheduler: Scheduler,
  draw: Draw,
  options: { readonly skewMs?: number } = {},
): Process {
  const { skewMs = 0 } = options;
  let alive = true;
  let awaitsLeft = Number.POSITIVE_INFINITY;
  const listeners = new Set<() => void>();
  const die = (): void => {
    if (!alive) return;
    alive = false;
    for (const listener of listeners) listener();
  };
  const passAwait = async (): Promise<void> => {
    awaitsLeft -= 1;
    if (awaitsLeft <= 0) die();
    if (!alive) await never();
  };
  return {
    isAlive: () => alive,
    clock: () => Math.floor(scheduler.now() + skewMs),
    pause: async (milliseconds) => {
      await scheduler.sleep(milliseconds);
      await passAwait();
    },
    passAwait,
    doom: (awaits) => {
      awaitsLeft = Math.min(awaitsLeft, awaits);
    },
    die,
    onDeath: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    outlives: () => alive || draw() < 0.5,
  };
}
