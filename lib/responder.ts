import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { compositeNames } from '../contract/alarm-names.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { acknowledge } from './acknowledge.ts';
import { messageBytesMax } from './durable-queue.ts';
import type { EventTopics } from './event-topics.ts';
import { PipelineFunction } from './pipeline-function.ts';
import type { RotationLoop } from './rotation-loop.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export interface ResponderProps {
  readonly config: PipelineConfig;
  readonly state: StateTables;
  readonly topics: EventTopics;
  readonly rotationLoop: RotationLoop;
}

/** What it reads to say why an alarm rings; of the tables it writes incidents alone. */
const tableGrants: TableGrants = {
  assignments: ['GetItem', 'Query'],
  evidence: ['GetItem', 'PutItem', 'Query'],
  pacing: ['Query'],
};

/** Shorter than its own tick, so that runs of the schedule do not overlap. */
const timeout = Duration.seconds(50);

/** A cold start reads all of the bundle, and somebody waits for what it says. */
const memorySize = 512;

/** News of an alarm are worth telling for so long; later its own state says more. */
const maxEventAge = Duration.hours(1);

/** SQS's longest: what people were not told of is looked at by a person. */
const retentionPeriod = Duration.days(14);

/** The one who tells people of alarms: hears the composites, keeps one incident a cause, publishes to the topic. */
export class Responder extends Construct {
  readonly fn: PipelineFunction;
  /** Brings it the composites' changes of state. */
  readonly rule: Rule;
  /** Changes that it failed to answer, or that never reached it. */
  readonly dead: Queue;

  constructor(scope: Construct, id: string, props: ResponderProps) {
    super(scope, id);
    const { config, state, topics, rotationLoop } = props;
    const names = namesOf(config.deployment);
    this.dead = this.#deadQueue(names.responderDeadQueue);
    this.fn = new PipelineFunction(this, 'Function', {
      config,
      stage: 'responder',
      functionName: names.responderFunction,
      description: 'Tells people of alarms, once for each cause, with what is known of it',
      timeout,
      memorySize,
      environment: { STREAMS: JSON.stringify(Object.keys(config.streams)) },
    });
    state.grant(this.fn, tableGrants);
    topics.grantNotify(this.fn);
    rotationLoop.grantWake(this.fn);
    this.fn.allowWide('alarms', ['cloudwatch:DescribeAlarms'], '*');
    this.#keepFailures();
    this.rule = this.#hearAlarms(config.deployment);
    this.#tick();
  }

  /** Lambda tries an event three times, then puts it there in the name of the function. */
  #keepFailures(): void {
    this.fn.allow(['sqs:SendMessage'], this.dead.queueArn);
    new CfnEventInvokeConfig(this, 'Async', {
      functionName: this.fn.functionName,
      qualifier: '$LATEST',
      maximumEventAgeInSeconds: maxEventAge.toSeconds(),
      destinationConfig: { onFailure: { destination: this.dead.queueArn } },
    });
  }

  /** Exactly the composites: their metric alarms tell nobody, and helpers are nobody's business. */
  #hearAlarms(deployment: string): Rule {
    return new Rule(this, 'Alarms', {
      description: `${this.fn.functionName}: an alarm rings or is silent again`,
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: [...compositeNames(deployment)],
          state: { value: ['ALARM', 'OK'] },
        },
      },
      targets: [this.#target()],
    });
  }

  /** For what time alone brings: the end of waiting, of silence, of patience. A missed minute is made up by the next. */
  #tick(): void {
    new Rule(this, 'Tick', {
      description: this.fn.functionName,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.fn, { retryAttempts: 0 })],
    });
  }

  #target(): IRuleTarget {
    return new LambdaFunction(this.fn, { deadLetterQueue: this.dead, maxEventAge });
  }

  #deadQueue(queueName: string): Queue {
    const queue = new Queue(this, 'Dead', {
      queueName,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod,
      maxMessageSizeBytes: messageBytesMax,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(queue, {
      'AwsSolutions-SQS3': 'it is itself where the dead letters of a function and a rule go',
    });
    return queue;
  }
}
