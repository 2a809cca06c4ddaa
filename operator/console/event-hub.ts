/** Keeps what the pages were told, so that one that comes, or comes back, is told what it does not know. */
import { randomUUID } from 'node:crypto';
import type { ConsoleEvent } from './source.ts';

/** A told event; ids of two servers never meet. */
export type Told = { readonly id: string; readonly event: ConsoleEvent };

export type EventHub = {
  readonly tell: (event: ConsoleEvent) => void;
  /** Tells what `lastId` does not know, then everything new, until the function that it returns is called. */
  readonly listen: (lastId: string | undefined, hear: (told: Told) => void) => () => void;
  readonly listeners: () => number;
};

type Kept = { readonly number: number; readonly event: ConsoleEvent };

/** Additions to the time line that are remembered one by one; who missed more loads it again. */
const additionsMax = 200;

/** Creates a hub that has told nothing. */
export function createEventHub(): EventHub {
  const run = randomUUID().slice(0, 8);
  const hearers = new Set<(told: Told) => void>();
  const parts = new Map<string, Kept>();
  let additions: readonly Kept[] = [];
  let count = 0;
  /** Additions up to this number are not known one by one any more. */
  let forgotten = 0;
  const named = ({ number, event }: Kept): Told => ({ id: `${run}-${number}`, event });
  return {
    tell: (event) => {
      count += 1;
      const kept = { number: count, event };
      if (event.event === 'decisions-new') {
        const all = [...additions, kept];
        additions = all.slice(-additionsMax);
        forgotten = all.length > additionsMax ? (all[0]?.number ?? forgotten) : forgotten;
      } else if (event.event !== 'beat') parts.set(event.event, kept);
      for (const hear of hearers) hear(named(kept));
    },
    listen: (lastId, hear) => {
      const known = numberOf(lastId, run);
      const missed = [...parts.values(), ...(known === undefined ? [] : additions)]
        .filter(({ number }) => number > (known ?? 0))
        .sort((one, other) => one.number - other.number);
      for (const kept of missed) hear(named(kept));
      if (lastId !== undefined && (known === undefined || known < forgotten))
        hear({ id: `${run}-${count}`, event: { event: 'decisions-reload', data: {} } });
      hearers.add(hear);
      return () => hearers.delete(hear);
    },
    listeners: () => hearers.size,
  };
}

/** Returns how far a page of this run has heard; undefined for one of another run. */
function numberOf(lastId: string | undefined, run: string): number | undefined {
  const [, name, number] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(lastId ?? '') ?? [];
  return name === run ? Number(number) : undefined;
}
