import type { Measure, Metric } from '../cloudwatch/metric.ts';
import type { MessageStores } from './message-stores.ts';
import { ownQueuePrefix } from './topic-to-function.ts';

type Store = MessageStores['sqsStore'];
type Queue = ReturnType<Store['createQueue']>;
type Message = Parameters<Queue['enqueue']>[0];

/** Messages of one queue that are looked at for the oldest; more of them cost too much time. */
const lookedAtMax = 20_000;

const names = {
  sent: 'NumberOfMessagesSent',
  received: 'NumberOfMessagesReceived',
  deleted: 'NumberOfMessagesDeleted',
  visible: 'ApproximateNumberOfMessagesVisible',
  hidden: 'ApproximateNumberOfMessagesNotVisible',
  delayed: 'ApproximateNumberOfMessagesDelayed',
  ageSeconds: 'ApproximateAgeOfOldestMessage',
} as const;

type QueueMetrics = Readonly<Record<keyof typeof names, Metric>>;

/**
 * Counts what every queue sends, hands out and deletes from now on, and returns what measures its
 * depth and age when it is called. A move to a dead-letter queue is no send, as at SQS.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function measureQueues(store: Store, measure: Measure): () => void {
  const create = store.createQueue.bind(store);
  const metricsOf = new Map<string, QueueMetrics>();
  store.createQueue = (...made) => {
    const queue = create(...made);
    if (queue.name.startsWith(ownQueuePrefix)) return queue;
    const metrics = queueMetrics(queue.name);
    metricsOf.set(queue.name, metrics);
    countTraffic(queue, metrics, measure);
    return queue;
  };
  return () => {
    for (const queue of store.allQueues()) {
      const metrics = metricsOf.get(queue.name);
      if (metrics !== undefined) sampleQueue(queue, metrics, measure);
    }
  };
}

function queueMetrics(queueName: string): QueueMetrics {
  const metric = (name: string): Metric => ({
    namespace: 'AWS/SQS',
    name,
    dimensions: { QueueName: queueName },
  });
  return {
    sent: metric(names.sent),
    received: metric(names.received),
    deleted: metric(names.deleted),
    visible: metric(names.visible),
    hidden: metric(names.hidden),
    delayed: metric(names.delayed),
    ageSeconds: metric(names.ageSeconds),
  };
}

function countTraffic(queue: Queue, metrics: QueueMetrics, measure: Measure): void {
  const count = (metric: Metric, times: number): void => {
    if (times > 0) measure({ metric, values: [1], counts: [times] });
  };
  const enqueue = queue.enqueue.bind(queue);
  queue.enqueue = (message) => {
    if (message.approximateReceiveCount === 0) count(metrics.sent, 1);
    enqueue(message);
  };
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...asked) => {
    const messages = dequeue(...asked);
    count(metrics.received, messages.length);
    return messages;
  };
  const deleteMessage = queue.deleteMessage.bind(queue);
  queue.deleteMessage = (receiptHandle) => {
    const isDeleted = deleteMessage(receiptHandle);
    if (isDeleted) count(metrics.deleted, 1);
    return isDeleted;
  };
}

function sampleQueue(queue: Queue, metrics: QueueMetrics, measure: Measure): void {
  queue.processTimers();
  const oldestMs = oldestOf(queue);
  const values: Readonly<Record<'visible' | 'hidden' | 'delayed' | 'ageSeconds', number>> = {
    visible: Number(queue.getAttribute('ApproximateNumberOfMessages')),
    hidden: Number(queue.getAttribute('ApproximateNumberOfMessagesNotVisible')),
    delayed: Number(queue.getAttribute('ApproximateNumberOfMessagesDelayed')),
    ageSeconds: oldestMs === undefined ? 0 : Math.floor((Date.now() - oldestMs) / 1_000),
  };
  for (const key of ['visible', 'hidden', 'delayed', 'ageSeconds'] as const) {
    measure({ metric: metrics[key], values: [values[key]] });
  }
}

/** Of messages that can be received or are being worked on; a delayed one has not begun to wait. */
function oldestOf(queue: Queue): number | undefined {
  let oldestMs: number | undefined;
  let lookedAt = 0;
  const look = (message: Message): boolean => {
    oldestMs = Math.min(oldestMs ?? message.sentTimestamp, message.sentTimestamp);
    lookedAt += 1;
    return lookedAt < lookedAtMax;
  };
  for (const messages of [queue.messages, ...queue.fifoMessages.values()]) {
    for (const message of messages) if (!look(message)) return oldestMs;
  }
  for (const { message } of queue.inflightMessages.values()) if (!look(message)) return oldestMs;
  return oldestMs;
}
