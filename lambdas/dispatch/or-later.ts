import { minuteMs, secondMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type Fate, later } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** A message that failed for a reason of ours comes back after this at first. */
export const afterFailureMs = 30 * secondMs;

const longestMs = 15 * minuteMs;

/**
 * Returns how long a message waits after its n-th delivery: doubling, at most 15 minutes, so that its
 * receives last for a day of trouble.
 */
export function backOffMs(firstMs: number, { receiveCount }: QueueRecord): number {
  return Math.max(firstMs, Math.min(longestMs, firstMs * 2 ** Math.min(receiveCount - 1, 20)));
}

/** Does the work of one message; where it fails, that message alone comes back later. */
export async function orLater<T>(
  record: QueueRecord,
  ports: Pick<DispatchPorts, 'tally'>,
  work: () => Promise<T>,
): Promise<T | Fate> {
  try {
    return await work();
  } catch (error) {
    ports.tally.failure(error);
    return later(backOffMs(afterFailureMs, record));
  }
}
