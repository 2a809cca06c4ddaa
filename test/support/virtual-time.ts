import { type Clock, type EpochMs, epochMs } from '../../domain/time.ts';

/** A clock that stands still but for pauses; a pause of an hour takes no time. */
export type VirtualTime = {
  readonly clock: Clock;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly advanceTo: (instant: number) => void;
  readonly advance: (milliseconds: number) => void;
};

export const startOfTime = Date.parse('2026-03-01T09:00:00Z');

export function createVirtualTime(start: number = startOfTime): VirtualTime {
  let now: EpochMs = epochMs(start);
  let last: Promise<void> = Promise.resolve();
  const advanceTo = (instant: number) => {
    now = epochMs(Math.max(now, instant));
  };
  return {
    clock: () => now,
    advanceTo,
    advance: (milliseconds) => advanceTo(now + milliseconds),
    // One sleeper wakes after the other, each at its own time, so that what it then does carries that time.
    pause: (milliseconds) => {
      const until = now + milliseconds;
      last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
      last = last.then(() => advanceTo(until));
      return last;
    },
  };
}
