import { setTimeout as sleep } from 'node:timers/promises';
import { judgeBatch } from './batch-verdict.ts';
import type { MappingSettings } from './event-source-mapping.ts';
import type { InvocationOutcome } from './invocation-outcome.ts';
import type { QueueClient } from './queue-client.ts';
import { type QueueRecord, queueEvent } from './queue-event.ts';
import { createGathering } from './queue-gathering.ts';

export type PollerOptions = {
  readonly queueArn: string;
  /** Read for every batch, so that an update takes effect at once. */
  readonly settings: () => MappingSettings;
  readonly queue: QueueClient;
  readonly invoke: (payload: string) => Promise<InvocationOutcome>;
  readonly onLog: (line: string) => void;
};

export type Poller = {
  /** Tells the poller that its settings have changed. */
  readonly wake: () => void;
  /** True once a disabled mapping has handed over everything it had received. */
  readonly isParked: () => boolean;
  /** Stops at once; a message received this moment waits for its visibility timeout. */
  readonly abandon: () => void;
};

const deleteCountMax = 10;
const throttlePauseMs = 1_000;

/**
 * Feeds one queue to one function, as a Lambda event source mapping does: one loop that receives,
 * gathers a batch while its window is open, and hands it over without waiting for the answer, as
 * long as fewer than the allowed number of invocations are running.
 */
export function startPoller(given: PollerOptions): Poller {
  let running = 0;
  let parked = false;
  let abandoned = false;
  // What the end of the box interrupts is no news.
  const onLog = (line: string) => {
    if (!abandoned) given.onLog(line);
  };
  const options = { ...given, onLog };
  const bell = createBell();
  const gathering = createGathering(options);

  const deliverInSlot = async (batch: readonly QueueRecord[]) => {
    running += 1;
    await deliver(batch, options);
    running -= 1;
    bell.ring();
  };
  const loop = async () => {
    while (!abandoned) {
      const { enabled, concurrencyMax } = options.settings();
      parked = !enabled && gathering.isEmpty();
      if (parked || running >= concurrencyMax) {
        await bell.rung();
        continue;
      }
      const batch = await gathering.nextBatch();
      if (batch.length > 0 && !abandoned) void deliverInSlot(batch);
    }
  };
  void loop();
  return {
    wake: bell.ring,
    isParked: () => parked,
    abandon: () => {
      abandoned = true;
      gathering.abandon();
      bell.ring();
    },
  };
}

/** Lets one loop sleep until something has changed. */
function createBell() {
  let next = Promise.withResolvers<void>();
  return {
    ring: () => {
      next.resolve();
      next = Promise.withResolvers();
    },
    rung: () => next.promise,
  };
}

/** Hands a batch to the function and deletes what it has dealt with. */
async function deliver(batch: readonly QueueRecord[], options: PollerOptions): Promise<void> {
  try {
    const outcome = await options.invoke(queueEvent(batch));
    const verdict = judgeBatch({
      outcome,
      messageIds: batch.map((record) => record.message.MessageId),
      reportsItemFailures: options.settings().reportsItemFailures,
    });
    if (verdict.problem !== undefined) {
      options.onLog(
        `local runtime: batch of ${batch.length} left in the queue: ${verdict.problem}`,
      );
    }
    const deleted = new Set(verdict.deletedIds);
    const handles = batch
      .filter((record) => deleted.has(record.message.MessageId))
      .map((record) => record.message.ReceiptHandle);
    for (let start = 0; start < handles.length; start += deleteCountMax) {
      const failures = await options.queue.deleteBatch(
        options.queueArn,
        handles.slice(start, start + deleteCountMax),
      );
      for (const failure of failures) options.onLog(`local runtime: not deleted: ${failure}`);
    }
    if (outcome.status === 'throttled') await sleep(throttlePauseMs, undefined, { ref: false });
  } catch (cause) {
    options.onLog(`local runtime: a batch could not be finished: ${String(cause)}`);
  }
}
