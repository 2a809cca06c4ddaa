import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type * as z from 'zod';
import type { untaggedOrigin } from '../contract/environment.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { configurationSetsOf } from './configuration-set-plan.ts';
import { type ConsumerProps, DurableQueue } from './durable-queue.ts';
import type { EventTopic, EventTopics } from './event-topics.ts';
import type { OutcomeBus } from './outcome-bus.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { RecipientKey } from './recipient-key.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export interface FeedbackPathProps {
  readonly config: PipelineConfig;
  readonly topics: EventTopics;
  readonly state: StateTables;
  readonly recipientKey: RecipientKey;
  readonly outcomes: OutcomeBus;
}

/** A queue of SES events and what it carries. */
export type FeedbackLane = {
  readonly lane: 'feedback' | 'delivery';
  readonly queue: DurableQueue;
};

type Lane = {
  readonly lane: FeedbackLane['lane'];
  readonly topic: EventTopic;
  readonly queueName: string;
  readonly deadQueueName: string;
  readonly consumer: ConsumerProps;
};

const timeout = Duration.minutes(1);

/** What feedback does with each table; nothing else is allowed. */
const tableGrants: TableGrants = {
  ledger: ['BatchWriteItem', 'PutItem', 'Query'],
  suppression: ['DeleteItem', 'PutItem'],
  evidence: ['PutItem'],
};

/** Construct ids; they are contract, so they do not follow from a name. */
const laneIds = { feedback: 'Fast', delivery: 'Delivery' } as const;

/**
 * Feedback is safe to repeat. A receive counts also when Lambda had no free concurrency, as happens in an
 * account with ten in all, so only what failed this often has a cause that needs a person.
 */
const maxReceiveCount = 20;

/** What SES reports: a fast queue for what decides, one of its own for the many Deliveries. */
export class FeedbackPath extends Construct {
  readonly feedback: PipelineFunction;
  /** The fast queue, and the Delivery queue when a stream asks for it. */
  readonly lanes: readonly FeedbackLane[];

  constructor(scope: Construct, id: string, props: FeedbackPathProps) {
    super(scope, id);
    const { config, topics } = props;
    const names = namesOf(config.deployment);
    const told = Object.keys(config.streams).filter(
      (stream) => config.streams[stream]?.outcomeEvents,
    );
    this.feedback = new PipelineFunction(this, 'Function', {
      config,
      stage: 'feedback',
      functionName: names.feedbackFunction,
      description: 'Records what SES reports and suppresses dead and complaining addresses',
      timeout,
      memorySize: 256,
      environment: {
        LEDGER_DAYS: String(config.retention.ledgerDays),
        OUTCOME_STREAMS: JSON.stringify(told),
        UNTAGGED_ORIGIN: JSON.stringify(untaggedOriginOf(config)),
      },
    });
    props.state.grant(this.feedback, tableGrants);
    if (told.length > 0) {
      // An app is told its own id, which stands in the request item alone.
      props.state.grant(this.feedback, { ledger: ['BatchGetItem'] });
      props.outcomes.grantPublish(this.feedback);
    }
    props.recipientKey.grantRead(this.feedback);
    const lanes: Lane[] = [
      {
        lane: 'feedback',
        topic: topics.feedback,
        queueName: names.feedbackQueue,
        deadQueueName: names.feedbackDeadQueue,
        consumer: { batchSize: 10, maxConcurrency: 2 },
      },
    ];
    if (topics.delivery)
      lanes.push({
        lane: 'delivery',
        topic: topics.delivery,
        queueName: names.deliveryQueue,
        deadQueueName: names.deliveryDeadQueue,
        consumer: { batchSize: 100, maxBatchingWindow: Duration.seconds(1), maxConcurrency: 2 },
      });
    this.lanes = lanes.map((lane) => ({ lane: lane.lane, queue: this.#lane(lane) }));
  }

  #lane({ lane, topic, queueName, deadQueueName, consumer }: Lane): DurableQueue {
    const queue = new DurableQueue(this, laneIds[lane], {
      queueName,
      dead: deadQueueName,
      consumerTimeout: timeout,
      maxReceiveCount,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Raw: the body is SES's JSON itself. What SNS cannot hand over is not lost either.
    topic.topic.addSubscription(
      new SqsSubscription(queue.queue, { rawMessageDelivery: true, deadLetterQueue: queue.dead }),
    );
    queue.grantConsume(this.feedback, consumer);
    return queue;
  }
}

/** SES names the configuration set of events that carry no tag of ours, and the set tells stream and pool. */
function untaggedOriginOf(config: PipelineConfig): z.input<typeof untaggedOrigin> {
  const streams = Map.groupBy(configurationSetsOf(config), ({ stream }) => stream);
  return {
    tenant: config.tenancy === 'single' ? 'default' : '',
    streams: Object.fromEntries(
      [...streams].map(([stream, sets]) => [stream, sets.map(({ pool }) => pool)]),
    ),
  };
}
