import type { Json, JsonObject } from '../../aws.ts';

/** One delivery of an event to one target of one rule. */
export type Delivery = {
  readonly rule: string;
  readonly target: string;
  readonly error?: string;
};

/** One event as it was put on a bus; `sequence` counts from 1. */
export type LoggedEvent = {
  readonly sequence: number;
  readonly atMs: number;
  readonly bus: string;
  /** False when no such bus exists; AWS takes such an event without a word, and so does the box. */
  readonly busExists: boolean;
  readonly event: JsonObject;
  readonly deliveries: Delivery[];
};

const loggedMax = 10_000;

/** Keeps the last 10,000 events with what became of them. */
export function createEventLog() {
  const logged: LoggedEvent[] = [];
  let sequence = 0;
  return {
    add: (entry: Omit<LoggedEvent, 'sequence' | 'deliveries'>): LoggedEvent => {
      sequence += 1;
      const full = { ...entry, sequence, deliveries: [] };
      logged.push(full);
      // Cut in larger steps: removing the first of a long list for every event would be slow.
      if (logged.length >= loggedMax * 1.1) logged.splice(0, logged.length - loggedMax);
      return full;
    },
    /** Events after a sequence number, oldest first. */
    since: (after: number): Json => ({
      last: sequence,
      events: logged.slice(-loggedMax).filter((entry) => entry.sequence > after),
    }),
  };
}
