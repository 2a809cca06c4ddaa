import type { Decision } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import type { StandingPorts } from './ports.ts';
import { historyMs } from './standing.ts';

/** The decisions of the last seven days, kept between the runs of one environment. */
export type History = {
  /** Returns them, oldest first; reads only what has come since the run before. */
  readonly read: (now: EpochMs) => Promise<readonly Decision[]>;
  /** Remembers what this environment has written, whatever its time. */
  readonly note: (decision: Decision) => void;
  /** Reads all of it again next time: somebody else has written, or nobody knows. */
  readonly forget: () => void;
};

/** Clocks of two environments differ by far less. */
const overlapMs = minuteMs;

/** Returns a history that knows nothing yet. */
export function createHistory({ readDecisions }: Pick<StandingPorts, 'readDecisions'>): History {
  let known: Map<string, Decision> | undefined;
  let readAt = epochMs(0);
  return {
    read: async (now) => {
      const since = epochMs(now - historyMs);
      const from = known ? epochMs(Math.max(since, readAt - overlapMs)) : since;
      const found = await readDecisions(from, now);
      const next = new Map(known);
      for (const decision of found) next.set(keyOf(decision), decision);
      for (const [key, { at }] of next) if (at < since) next.delete(key);
      known = next;
      readAt = now;
      return [...next.values()].toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
    },
    note: (decision) => {
      known?.set(keyOf(decision), decision);
    },
    forget: () => {
      known = undefined;
    },
  };
}

/** Sorts as the log does: by time, then by id. */
function keyOf({ at, id }: Decision): string {
  return `${new Date(at).toISOString()}#${id}`;
}
