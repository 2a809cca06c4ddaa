import { describeFailure } from '../../adapters/failure.ts';
import { type Wait, waitFor, waitMs } from '../../domain/failures.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type Fate, later } from './job.ts';
import type { DispatchPorts } from './ports.ts';

/** Does the work of one message; where it fails, that message alone comes back later. */
export async function orLater<T>(
  record: QueueRecord,
  ports: Pick<DispatchPorts, 'tally'>,
  work: () => Promise<T>,
): Promise<T | Fate> {
  try {
    return await work();
  } catch (error) {
    return laterAfter(error, record, ports);
  }
}

/** Tells of a failure of ours and lets a message wait for as long as the failure asks for. */
export function laterAfter(
  error: unknown,
  { receiveCount }: QueueRecord,
  ports: Pick<DispatchPorts, 'tally'>,
): Fate {
  return later(waitMs(waitAfter(error, ports), receiveCount));
}

/** Tells of a failure of ours and returns how long it makes mail wait. */
export function waitAfter(error: unknown, { tally }: Pick<DispatchPorts, 'tally'>): Wait {
  tally.failure(error);
  return waitFor(`store-${judgeStoreFailure(describeFailure(error))}`);
}
