import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { PipelineFunction } from './pipeline-function.ts';

export interface DurableQueueProps {
  readonly queueName: string;
  /** Name of its own dead-letter queue, or another's that takes its dead letters too. */
  readonly dead: string | Queue;
  /** Timeout of the function that reads it; the visibility timeout is six times that, as Lambda advises. */
  readonly consumerTimeout: Duration;
  /** Deliveries before a message is set aside. */
  readonly maxReceiveCount: number;
  /** What becomes of both queues, and the mail in them, when they leave the template. */
  readonly removalPolicy: RemovalPolicy;
  /** First in, first out; the same body within five minutes is one message, unless its sender says otherwise. @default no order */
  readonly fifo?: true;
}

export interface ConsumerProps {
  readonly batchSize: number;
  /** Concurrent invocations, at least 2. */
  readonly maxConcurrency: number;
  /** How long Lambda gathers a batch; needed above 10 messages. @default no waiting */
  readonly maxBatchingWindow?: Duration;
}

/** Bytes of the largest message SQS takes. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const messageBytesMax = 1_048_576;

/** SQS's longest retention. A dead letter keeps its first day of arrival, so it gets no more than this in all. */
const retentionPeriod = Duration.days(14);

/** A queue and its dead-letter queue: encrypted, TLS only, kept for 14 days. */
export class DurableQueue extends Construct {
  readonly queue: Queue;
  readonly dead: Queue;

  constructor(scope: Construct, id: string, props: DurableQueueProps) {
    super(scope, id);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod,
      maxMessageSizeBytes: messageBytesMax,
      removalPolicy: props.removalPolicy,
      ...(props.fifo ? { fifo: true, contentBasedDeduplication: true } : {}),
    };
    this.dead =
      typeof props.dead === 'string'
        ? new Queue(this, 'Dead', { ...common, queueName: props.dead })
        : props.dead;
    this.queue = new Queue(this, 'Queue', {
      ...common,
      queueName: props.queueName,
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.dead, maxReceiveCount: props.maxReceiveCount },
    });
  }

  /** Lets the function read the queue, and feeds it: batches whose failed messages alone come back. */
  grantConsume(fn: PipelineFunction, props: ConsumerProps): EventSourceMapping {
    fn.allow(consumeActions, this.queue.queueArn);
    return new EventSourceMapping(this, 'Consumer', {
      target: fn,
      eventSourceArn: this.queue.queueArn,
      batchSize: props.batchSize,
      maxConcurrency: props.maxConcurrency,
      reportBatchItemFailures: true,
      ...(props.maxBatchingWindow ? { maxBatchingWindow: props.maxBatchingWindow } : {}),
    });
  }
}

/** What Lambda itself needs to poll for a function. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const consumeActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
