import { secondMs } from '../../domain/time.ts';
import { type Fate, later } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** A message that failed for a reason of ours comes back after this. */
export const afterFailureMs = 30 * secondMs;

/** Does the work of one message; where it fails, that message alone comes back later. */
export async function orLater<T>(
  ports: Pick<DispatchPorts, 'tally'>,
  work: () => Promise<T>,
): Promise<T | Fate> {
  try {
    return await work();
  } catch (error) {
    ports.tally.failure(error);
    return later(afterFailureMs);
  }
}
