import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Draw } from '../local/emulators/ses/dice.ts';
import type { Process } from './process.ts';
import type { Delivery, Queue } from './queue.ts';
import type { Scheduler } from './scheduler.ts';

/** One invocation of a function: the event, and how long it has; returns the message ids that stay. */
export type Invoke = (event: SQSEvent, remainingMs: () => number) => Promise<readonly string[]>;

/** A new execution environment: what dies with it, and what runs in it. */
export type StartEnvironment = (process: Process) => Promise<Invoke>;

/** What a mapping reads, and what it runs. */
export type ConsumerOptions = {
  readonly name: string;
  readonly queue: Queue;
  /** Environments at most, as the mapping's maximum concurrency says. */
  readonly concurrency: number;
  readonly batchSize: number;
  /** How long a batch is gathered. */
  readonly batchingWindowMs?: number;
  /** The function's time-out: an invocation that takes longer dies with its environment. */
  readonly timeoutMs: number;
  readonly start: StartEnvironment;
  readonly newProcess: () => Process;
};

/** An event source mapping: it polls a queue and runs a function on what it gets. */
export type Consumer = {
  readonly name: string;
  readonly isEnabled: () => boolean;
  /** UpdateEventSourceMapping; takes effect some seconds later, as Lambda's does. */
  readonly setEnabled: (enabled: boolean) => void;
  readonly invocations: () => number;
  /** Environments that were killed or timed out. */
  readonly deaths: () => number;
};

/** Between an answer and the next batch, milliseconds. */
const pollGapMs = [15, 40] as const;
/** Start of an environment: Lambda's part, before the code's own calls. */
const coldStartMs = 300;
const switchMs = 10_000;

/** Starts the pollers of a mapping, one an environment. */
export function createConsumer(
  scheduler: Scheduler,
  draw: Draw,
  options: ConsumerOptions,
): Consumer {
  const { queue, timeoutMs, batchSize, batchingWindowMs = 0 } = options;
  let enabled = true;
  let invocations = 0;
  let deaths = 0;
  const idle: (() => void)[] = [];
  const wakeOne = (): void => {
    if (enabled) idle.shift()?.();
  };
  queue.onVisible(wakeOne);

  const nextBatch = async (): Promise<readonly Delivery[]> => {
    for (;;) {
      if (!enabled || queue.visibleCount() === 0)
        await new Promise<void>((resolve) => idle.push(resolve));
      const [low, high] = pollGapMs;
      await scheduler.sleep(low + draw() * (high - low));
      if (batchingWindowMs > 0 && queue.visibleCount() < batchSize)
        await scheduler.sleep(batchingWindowMs);
      const batch = enabled ? queue.receive(batchSize) : [];
      if (batch.length > 0) return batch;
    }
  };
  const runOn = async (process: Process, invoke: Invoke): Promise<void> => {
    while (process.isAlive()) {
      const batch = await nextBatch();
      // What this environment cannot take, another one may: one wake-up may stand for many messages.
      if (queue.visibleCount() > 0) wakeOne();
      invocations += 1;
      const endsAt = scheduler.now() + timeoutMs;
      const cancelTimeout = scheduler.at(endsAt, process.die);
      const staying = await orDead(process, () =>
        invoke(eventOf(batch, queue.name), () => endsAt - scheduler.now()),
      );
      cancelTimeout();
      if (staying === 'failed') continue;
      const failed = new Set(staying);
      for (const { messageId, receiptHandle } of batch)
        if (!failed.has(messageId)) queue.remove(receiptHandle);
    }
  };
  const runEnvironments = async (): Promise<void> => {
    for (;;) {
      const process = options.newProcess();
      await scheduler.sleep(coldStartMs);
      const invoke = await orDead(process, () => options.start(process));
      if (invoke !== 'failed') await runOn(process, invoke);
      deaths += 1;
    }
  };
  for (let slot = 0; slot < options.concurrency; slot += 1) scheduler.start(runEnvironments);
  return {
    name: options.name,
    isEnabled: () => enabled,
    setEnabled: (wanted) => {
      scheduler.at(scheduler.now() + switchMs, () => {
        enabled = wanted;
        while (enabled && idle.length > 0) wakeOne();
      });
    },
    invocations: () => invocations,
    deaths: () => deaths,
  };
}

/** Returns what the work returns, or `failed` when it throws or its process dies meanwhile. */
async function orDead<T>(process: Process, work: () => Promise<T>): Promise<T | 'failed'> {
  return new Promise((resolve) => {
    const forget = process.onDeath(() => resolve('failed'));
    void work()
      .catch(() => 'failed' as const)
      .then((answer) => {
        forget();
        resolve(answer);
      });
  });
}

function eventOf(batch: readonly Delivery[], queue: string): SQSEvent {
  return { Records: batch.map((delivery) => recordOf(delivery, queue)) };
}

function recordOf(delivery: Delivery, queue: string): SQSRecord {
  const { messageId, receiptHandle, body, attributes = {}, sentAt, receiveCount } = delivery;
  return {
    messageId,
    receiptHandle,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(Math.floor(sentAt)),
      SenderId: 'app',
      ApproximateFirstReceiveTimestamp: String(Math.floor(sentAt)),
      ...(delivery.group === undefined ? {} : { MessageGroupId: delivery.group }),
    },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([key, stringValue]) => [
        key,
        { stringValue, dataType: 'String' },
      ]),
    ),
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    awsRegion: 'us-east-1',
  };
}
