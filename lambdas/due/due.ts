import { readLaterKey } from '../../contract/waiting-mail.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import type { DuePorts } from './ports.ts';
import { returnPage } from './return-page.ts';

/**
 * How far a run looks ahead, milliseconds: twice the schedule's period, so that a run that is slow or
 * missed makes nothing late, and less than the 15 minutes by which SQS can delay a message.
 */
export const lookAheadMs = 10 * minuteMs;

/**
 * Returns what falls due within the next ten minutes to its stream's intake queue, each with the delay
 * that brings it to its time, then forgets it. What cannot be returned stays, counted and named in the
 * log, and stands in nobody's way. A run that overlaps another, or died, repeats messages; the ledger lets
 * one of two alike be sent.
 */
export async function returnDue(ports: DuePorts): Promise<void> {
  try {
    await returnPages(ports);
  } finally {
    ports.tally.write();
  }
}

async function returnPages(ports: DuePorts): Promise<void> {
  const horizon = epochMs(ports.clock() + lookAheadMs);
  for await (const keys of ports.listLater()) {
    const due = keys.filter((key) => isDue(key, horizon));
    if (ports.clock() >= ports.stopAt) return leave(due, ports);
    await returnPage(due, ports);
    // Keys sort by their time: behind the first that is not due none is.
    if (due.length < keys.length) return;
  }
}

/** A key that is none of ours is looked at, or it would be passed over for ever without a word. */
function isDue(key: string, horizon: EpochMs): boolean {
  const place = readLaterKey(key);
  return place === undefined || place.dueMinute <= horizon;
}

function leave([first]: readonly string[], ports: DuePorts): void {
  if (first === undefined) return;
  const place = readLaterKey(first);
  if (place) ports.tally.late(ports.clock() - place.dueMinute);
}
