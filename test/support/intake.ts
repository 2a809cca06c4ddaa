import type { SQSRecord } from 'aws-lambda';
import type { EpochMs } from '../../domain/time.ts';
import { type QueueLane, type QueueRecord, readRecords } from '../../lambdas/queue-records.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One SQS message as the queue holds it. */
type Held = {
  readonly queueMessageId: string;
  readonly body: string;
  readonly sentAt: EpochMs;
  readonly with: Travelling;
  visibleAt: number;
  receiveCount: number;
};

/** What travels with a body. */
export type Travelling = {
  readonly group?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly delaySeconds?: number;
};

/** The intake queue: visibility, receive counts and partial batch failures as SQS has them. */
export type Intake = {
  readonly put: (body: string | object, travelling?: Travelling) => string;
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

/** Returns an empty queue; of the overflow lane where a test says so. */
export function createIntake(time: VirtualTime, lane: QueueLane = 'intake'): Intake {
  const held = new Map<string, Held>();
  const deleted = new Map<string, Held>();
  let counter = 0;
  let receivesMax = 0;
  const add = (body: string | object, travelling: Travelling) => {
    counter += 1;
    const queue = lane === 'intake' ? '4000' : '4001';
    const queueMessageId = `00000000-0000-${queue}-8000-${String(counter).padStart(12, '0')}`;
    const now = time.clock();
    held.set(queueMessageId, {
      queueMessageId,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      sentAt: now,
      with: travelling,
      visibleAt: now + 1000 * (travelling.delaySeconds ?? 0),
      receiveCount: 0,
    });
    return queueMessageId;
  };
  return {
    put: (body, travelling = {}) => add(body, travelling),
    redrive: (body) =>
      add(body, { attributes: { parkedAt: new Date(time.clock()).toISOString() } }),
    redeliver: (queueMessageId) => {
      const one = deleted.get(queueMessageId) ?? held.get(queueMessageId);
      if (!one) throw new Error(`no message ${queueMessageId} was ever here`);
      held.set(queueMessageId, { ...one, visibleAt: time.clock() });
    },
    receive: () => {
      const now = time.clock();
      const visible = [...held.values()].filter(({ visibleAt }) => visibleAt <= now);
      const Records = visible.slice(0, batchSize).map((one) => {
        one.visibleAt = now + visibilityMs;
        one.receiveCount += 1;
        receivesMax = Math.max(receivesMax, one.receiveCount);
        return sqsRecord(one, lane);
      });
      return readRecords({ Records }, 'overflow');
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

/** Writes a message as Lambda hands it to a function. */
function sqsRecord(one: Held, lane: QueueLane): SQSRecord {
  const { group, attributes = {} } = one.with;
  const sent = Object.entries(attributes).map(([name, stringValue]) => [
    name,
    { stringValue, dataType: 'String' },
  ]);
  return {
    messageId: one.queueMessageId,
    receiptHandle: `${one.queueMessageId}/${one.receiveCount}`,
    body: one.body,
    attributes: {
      SentTimestamp: String(one.sentAt),
      ApproximateReceiveCount: String(one.receiveCount),
      ApproximateFirstReceiveTimestamp: '',
      SenderId: '',
      ...(group === undefined ? {} : { MessageGroupId: group }),
    },
    messageAttributes: Object.fromEntries(sent),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${lane}`,
    awsRegion: 'us-east-1',
  };
}
