import { setTimeout as sleep } from 'node:timers/promises';
import { secondMs } from '../../domain/time.ts';

/** Waits until so many more may go; lanes that share one pace keep its rate together. */
export type Pace = (count: number) => Promise<void>;

/**
 * Returns a pace of so many a second. An abort ends a wait at once: whoever waits looks at the signal itself.
 */
export function createPace(ratePerSecond: number, signal?: AbortSignal): Pace {
  const waitMs = createTurns(ratePerSecond);
  return async (count) => {
    const ms = waitMs(count, performance.now());
    if (ms > 0) await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  };
}

/**
 * Returns a function that says how long to wait from an instant, in milliseconds, before so many may go: each
 * waits for the time that those before it take at this rate.
 */
export function createTurns(ratePerSecond: number): (count: number, nowMs: number) => number {
  let nextAt = Number.NEGATIVE_INFINITY;
  return (count, nowMs) => {
    const startAt = Math.max(nowMs, nextAt);
    nextAt = startAt + (count * secondMs) / ratePerSecond;
    return startAt - nowMs;
  };
}
