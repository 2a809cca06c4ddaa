import { setTimeout as sleep } from 'node:timers/promises';
import type { MappingSettings } from './event-source-mapping.ts';
import type { QueueClient } from './queue-client.ts';
import { batchIsFull, batchLength, type QueueRecord, queueRecord } from './queue-event.ts';

export type GatheringOptions = {
  readonly queueArn: string;
  readonly settings: () => MappingSettings;
  readonly queue: QueueClient;
  readonly onLog: (line: string) => void;
};

export type Gathering = {
  /** True when nothing has been received that is not in a batch, and nothing is being received. */
  readonly isEmpty: () => boolean;
  /** Waits for messages for at most one long poll, and then for as long as the window is open. */
  readonly nextBatch: () => Promise<readonly QueueRecord[]>;
  /** Ends a wait at once. */
  readonly abandon: () => void;
};

/** SQS allows 10 messages per receive. */
const receiveCountMax = 10;
/**
 * The wait does not delay a message, which ends it; it only bounds how long stopping takes.
 */
const receiveWaitSeconds = 1;
const errorPauseMs = 1_000;
/**
 * While a window is open anyway, a receive that came back half empty is followed by the next after a
 * tenth of the window, so that messages that trickle in come several at a time. How often Lambda looks
 * is not documented; a call for every single message would be the dearest guess.
 */
const looksPerWindow = 10;

/**
 * Collects records for the next batch. A receive that is still waiting when the window closes is
 * kept for the batch after it, so that none of its messages is lost.
 */
export function createGathering(options: GatheringOptions): Gathering {
  const gathered: QueueRecord[] = [];
  let receiving: Promise<readonly QueueRecord[]> | undefined;
  let late = new AbortController();
  let abandoned = false;

  const receive = async (countMax: number): Promise<readonly QueueRecord[]> => {
    try {
      const messages = await options.queue.receive(options.queueArn, {
        countMax: Math.min(receiveCountMax, countMax),
        waitSeconds: receiveWaitSeconds,
      });
      return messages.map((message) => queueRecord(message, options.queueArn));
    } catch (cause) {
      if (abandoned) return [];
      options.onLog(`local runtime: receiving failed: ${String(cause)}`);
      await sleep(errorPauseMs, undefined, { ref: false });
      return [];
    }
  };
  const gather = async (countMax: number): Promise<void> => {
    receiving ??= receive(countMax);
    const records = await unlessLate(receiving, late.signal);
    if (records === 'late') return;
    receiving = undefined;
    gathered.push(...records);
  };
  return {
    isEmpty: () => gathered.length === 0 && receiving === undefined,
    abandon: () => {
      abandoned = true;
      late.abort();
    },
    nextBatch: async (): Promise<readonly QueueRecord[]> => {
      const { batchSize, windowSeconds } = options.settings();
      late = new AbortController();
      if (gathered.length === 0) await gather(batchSize);
      if (windowSeconds > 0 && gathered.length > 0) {
        const window = setTimeout(() => late.abort(), windowSeconds * 1_000);
        const isOpen = () => !late.signal.aborted && options.settings().enabled;
        const pauseMs = (windowSeconds * 1_000) / looksPerWindow;
        let before = 0;
        while (isOpen() && !batchIsFull(gathered, batchSize)) {
          if (gathered.length - before < receiveCountMax)
            await unlessLate(rest(pauseMs), late.signal);
          before = gathered.length;
          await gather(batchSize - gathered.length);
        }
        clearTimeout(window);
      }
      return gathered.splice(0, batchLength(gathered, batchSize));
    },
  };
}

function rest(milliseconds: number): Promise<void> {
  return sleep(milliseconds, undefined, { ref: false });
}

/** A race that leaves nothing behind on the loser, which Promise.race would for as long as it lives. */
function unlessLate<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value | 'late'> {
  return new Promise((resolve, reject) => {
    const onLate = () => resolve('late');
    signal.addEventListener('abort', onLate, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onLate));
  });
}
