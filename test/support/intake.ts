import type { EpochMs } from '../../domain/time.ts';
import type { QueueRecord } from '../../lambdas/queue-records.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One SQS message as the queue holds it. */
type Held = {
  readonly queueMessageId: string;
  readonly body: string;
  readonly enqueuedAt: EpochMs;
  readonly redriven: boolean;
  visibleAt: number;
  receiveCount: number;
};

/** The intake queue: visibility, receive counts and partial batch failures as SQS has them. */
export type Intake = {
  readonly put: (body: string | object) => string;
  /** What `dlq redrive` puts: a new message with the mark of having been parked. */
  readonly redrive: (body: string | object) => string;
  /** Puts the same SQS message back: SQS delivers at least once, not once. */
  readonly redeliver: (queueMessageId: string) => void;
  readonly receive: () => readonly QueueRecord[];
  readonly returnLater: (record: QueueRecord, afterMs: number) => void;
  /** What Lambda does when a batch is over; a batch that crashed answers nothing and all comes back. */
  readonly settle: (
    records: readonly QueueRecord[],
    staying: readonly string[] | 'crashed',
  ) => void;
  /** When the next message becomes visible; undefined when the queue is empty. */
  readonly nextAt: () => number | undefined;
  readonly size: () => number;
  readonly receivesMax: () => number;
};

const visibilityMs = 720_000;
const longestVisibilityMs = 43_200_000;
const batchSize = 10;

export function createIntake(time: VirtualTime): Intake {
  const held = new Map<string, Held>();
  const deleted = new Map<string, Held>();
  let counter = 0;
  let receivesMax = 0;
  const add = (body: string | object, redriven: boolean) => {
    counter += 1;
    const queueMessageId = `00000000-0000-4000-8000-${String(counter).padStart(12, '0')}`;
    const now = time.clock();
    held.set(queueMessageId, {
      queueMessageId,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      enqueuedAt: now,
      redriven,
      visibleAt: now,
      receiveCount: 0,
    });
    return queueMessageId;
  };
  return {
    put: (body) => add(body, false),
    redrive: (body) => add(body, true),
    redeliver: (queueMessageId) => {
      const one = deleted.get(queueMessageId) ?? held.get(queueMessageId);
      if (!one) throw new Error(`no message ${queueMessageId} was ever here`);
      held.set(queueMessageId, { ...one, visibleAt: time.clock() });
    },
    receive: () => {
      const now = time.clock();
      const visible = [...held.values()].filter(({ visibleAt }) => visibleAt <= now);
      return visible.slice(0, batchSize).map((one) => {
        one.visibleAt = now + visibilityMs;
        one.receiveCount += 1;
        receivesMax = Math.max(receivesMax, one.receiveCount);
        return {
          queueMessageId: one.queueMessageId,
          receiptHandle: `${one.queueMessageId}/${one.receiveCount}`,
          body: one.body,
          enqueuedAt: one.enqueuedAt,
          receiveCount: one.receiveCount,
          redriven: one.redriven,
        };
      });
    },
    returnLater: (record, afterMs) => {
      const one = held.get(record.queueMessageId);
      if (one) one.visibleAt = time.clock() + Math.min(longestVisibilityMs, Math.max(0, afterMs));
    },
    settle: (records, staying) => {
      if (staying === 'crashed') return;
      for (const { queueMessageId } of records) {
        const one = held.get(queueMessageId);
        if (!one || staying.includes(queueMessageId)) continue;
        held.delete(queueMessageId);
        deleted.set(queueMessageId, one);
      }
    },
    nextAt: () =>
      held.size === 0
        ? undefined
        : Math.min(...[...held.values()].map(({ visibleAt }) => visibleAt)),
    size: () => held.size,
    receivesMax: () => receivesMax,
  };
}
