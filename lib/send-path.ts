import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { StreamPolicy } from '../contract/environment.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import type { PlannedSet } from './configuration-set-plan.ts';
import type { ContentBucket } from './content-bucket.ts';
import { DurableQueue } from './durable-queue.ts';
import type { OutcomeBus } from './outcome-bus.ts';
import { PipelineFunction, sesArn } from './pipeline-function.ts';
import type { RecipientKey } from './recipient-key.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export type StreamSettings = PipelineConfig['streams'][string];

export interface SendPathProps {
  readonly config: PipelineConfig;
  readonly stream: string;
  readonly settings: StreamSettings;
  /** This stream's configuration sets. */
  readonly sets: readonly PlannedSet[];
  /** ARNs of everybody we may send as. */
  readonly identities: readonly string[];
  readonly state: StateTables;
  readonly content: ContentBucket;
  readonly recipientKey: RecipientKey;
  readonly outcomes: OutcomeBus;
}

const timeout = Duration.minutes(2);

/** What dispatch does with each table; nothing else is allowed. */
const tableGrants: TableGrants = {
  suppression: ['BatchGetItem'],
  ledger: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
  directory: ['GetItem'],
  assignments: ['GetItem'],
  pacing: ['GetItem', 'UpdateItem'],
};

/**
 * Dispatch hands mail back to the queue to wait (sendAt, pacing), and each return counts as a receive; so
 * does a batch for which Lambda had no free concurrency. A bad request never loops, it is rejected with a
 * reason; so the count can afford to be generous.
 */
const maxReceiveCount = 100;

/** SES judges a raw message under its old name. */
const sendActions = ['ses:SendEmail', 'ses:SendRawEmail'];

/** One stream's way out: intake queue, parked mail, dispatch. */
export class SendPath extends Construct {
  readonly stream: string;
  /** Seconds after which mail that is due counts as late. */
  readonly ageAlarmSeconds: number;
  readonly intake: DurableQueue;
  readonly dispatch: PipelineFunction;

  constructor(scope: Construct, id: string, props: SendPathProps) {
    super(scope, id);
    const { config, stream, settings } = props;
    const names = namesOf(config.deployment);
    this.stream = stream;
    this.ageAlarmSeconds = settings.ageAlarmSeconds;
    this.intake = new DurableQueue(this, 'Intake', {
      queueName: names.intakeQueue(stream),
      deadQueueName: names.parkedQueue(stream),
      consumerTimeout: timeout,
      maxReceiveCount,
      // A stream that leaves the configuration must not take accepted mail with it.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.dispatch = new PipelineFunction(this, 'Dispatch', {
      config,
      stage: 'dispatch',
      functionName: names.dispatchFunction(stream),
      description: `Sends the ${stream} stream: gate, assignment, pace, SES, record`,
      timeout,
      memorySize: 512,
      environment: { STREAM: stream, STREAM_POLICY: JSON.stringify(policyOf(props)) },
    });
    this.#grantQueues(config.limits.dispatchConcurrency);
    this.#grantSending(props);
    props.state.grant(this.dispatch, tableGrants);
    props.content.grantContent(this.dispatch);
    props.recipientKey.grantRead(this.dispatch);
    props.outcomes.grantPublish(this.dispatch);
  }

  #grantQueues(maxConcurrency: number): void {
    const { queue, dead } = this.intake;
    this.intake.grantConsume(this.dispatch, { batchSize: 10, maxConcurrency });
    this.dispatch.allow(['sqs:ChangeMessageVisibility'], queue.queueArn);
    this.dispatch.addEnvironment('INTAKE_QUEUE_URL', queue.queueUrl);
    this.dispatch.allow(['sqs:SendMessage'], dead.queueArn);
    this.dispatch.addEnvironment('PARKED_QUEUE_URL', dead.queueUrl);
  }

  /**
   * SES asks for the action on the identity, the configuration set and the template alike, and in the
   * sandbox on the recipient's identity as well. Production needs the first statement alone, so that it
   * does not hang on a condition.
   */
  #grantSending({ config, identities, sets }: SendPathProps): void {
    this.dispatch.allow(
      sendActions,
      ...identities,
      ...sets.map(({ name }) => sesArn(`configuration-set/${name}`)),
    );
    this.dispatch.allowWideIf('sesRecipients', {
      actions: sendActions,
      resources: [sesArn('identity/*')],
      conditions: { StringLike: { 'ses:FromAddress': sendersOf(config) } },
    });
    this.dispatch.allowWide('sesTemplates', ['ses:SendEmail'], sesArn('template/*'));
  }
}

/** Patterns of every address that we may send from. */
function sendersOf({ sendingDomains, sendingAddresses }: PipelineConfig): readonly string[] {
  return [
    ...sendingDomains.flatMap(({ domain }) => [`*@${domain}`, `*@*.${domain}`]),
    ...sendingAddresses,
  ];
}

function policyOf({ config, settings, sets }: SendPathProps): StreamPolicy {
  return {
    configurationSets: Object.fromEntries(sets.map(({ pool, name }) => [pool, name])),
    ambiguous: settings.ambiguous,
    sendRateHeadroom: config.limits.sendRateHeadroom,
    ledgerDays: config.retention.ledgerDays,
    streams: Object.keys(config.streams),
  };
}
