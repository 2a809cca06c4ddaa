import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { StreamPolicy, WatchedStream } from '../contract/environment.ts';
import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { environmentsFor } from '../domain/pacing.ts';
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

/** Memory of a dispatch function, MB; half a processor, and its time is billed by it. */
export const dispatchMemoryMb = 512;

/** What dispatch does with each table; nothing else is allowed. */
const tableGrants: TableGrants = {
  suppression: ['BatchGetItem'],
  ledger: ['BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
  directory: ['BatchGetItem'],
  assignments: ['GetItem', 'Query'],
  pacing: ['GetItem', 'Query', 'UpdateItem'],
};

/**
 * Dispatch hands mail back to the queue to wait (sendAt, pacing), and each return counts as a receive; so
 * does a batch for which Lambda had no free concurrency. A bad request never loops, it is rejected with a
 * reason; so the count can afford to be generous.
 */
const maxReceiveCount = 100;

/** SES judges a raw message under its old name. */
const sendActions = ['ses:SendEmail', 'ses:SendRawEmail'];

/** One stream's way out: intake queue, parked mail, dispatch; with many tenants an overflow queue too. */
export class SendPath extends Construct {
  readonly stream: string;
  /** Seconds after which mail that is due counts as late. */
  readonly ageAlarmSeconds: number;
  readonly intake: DurableQueue;
  /** Mail of tenants beyond their share of the rate; with a single tenant there is none. */
  readonly overflow?: DurableQueue;
  /** What feeds dispatch; switched off together while SES takes nothing. */
  readonly consumers: readonly EventSourceMapping[];
  /** What the account function must know to switch them, and to compare SES's rate with their number. */
  readonly watched: WatchedStream;
  readonly dispatch: PipelineFunction;

  constructor(scope: Construct, id: string, props: SendPathProps) {
    super(scope, id);
    const { config, stream, settings } = props;
    const names = namesOf(config.deployment);
    this.stream = stream;
    this.ageAlarmSeconds = settings.ageAlarmSeconds;
    const common = {
      consumerTimeout: timeout,
      maxReceiveCount,
      // A stream that leaves the configuration must not take accepted mail with it.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    };
    this.intake = new DurableQueue(this, 'Intake', {
      ...common,
      queueName: names.intakeQueue(stream),
      dead: names.parkedQueue(stream),
    });
    if (config.tenancy === 'many')
      this.overflow = new DurableQueue(this, 'Overflow', {
        ...common,
        queueName: names.overflowQueue(stream),
        dead: this.intake.dead,
      });
    this.dispatch = new PipelineFunction(this, 'Dispatch', {
      config,
      stage: 'dispatch',
      functionName: names.dispatchFunction(stream),
      description: `Sends the ${stream} stream: gate, assignment, pace, SES, record`,
      timeout,
      memorySize: dispatchMemoryMb,
      environment: { STREAM: stream, STREAM_POLICY: JSON.stringify(policyOf(props)) },
    });
    const environments = environmentsOf(config, settings);
    this.consumers = this.#grantQueues(environments);
    this.watched = {
      mappings: this.consumers.map(({ eventSourceMappingId }) => eventSourceMappingId),
      environments,
      recipients: recipientsPerInvocation[settings.lane],
    };
    this.#grantSending(props);
    props.state.grant(this.dispatch, tableGrants);
    props.content.grantContent(this.dispatch);
    props.recipientKey.grantRead(this.dispatch);
    props.outcomes.grantPublish(this.dispatch);
    if (settings.storeRequests) props.content.grantStore(this.dispatch);
    if (settings.rescue) props.content.grantKept(this.dispatch);
    if (indexesOf(config).length > 0)
      props.state.grant(this.dispatch, { ledger: ['BatchWriteItem'] });
  }

  #grantQueues(maxConcurrency: number): readonly EventSourceMapping[] {
    const { queue, dead } = this.intake;
    this.dispatch.addEnvironment('INTAKE_QUEUE_URL', queue.queueUrl);
    this.dispatch.allow(['sqs:SendMessage'], dead.queueArn);
    this.dispatch.addEnvironment('PARKED_QUEUE_URL', dead.queueUrl);
    if (this.overflow) {
      this.dispatch.allow(['sqs:SendMessage'], this.overflow.queue.queueArn);
      this.dispatch.addEnvironment('OVERFLOW_QUEUE_URL', this.overflow.queue.queueUrl);
    }
    return [this.intake, ...(this.overflow ? [this.overflow] : [])].map((lane) => {
      this.dispatch.allow(['sqs:ChangeMessageVisibility'], lane.queue.queueArn);
      // The same for both lanes: a campaign that fills the overflow lane alone may use the whole rate.
      return lane.grantConsume(this.dispatch, { batchSize: 10, maxConcurrency });
    });
  }

  /**
   * SES asks for the action on the identity, the configuration set and the template alike, and in the
   * sandbox on the recipient's identity as well. Production needs the first statement alone, so that it
   * does not hang on a condition.
   */
  #grantSending({ config, identities, sets, settings }: SendPathProps): void {
    const bulkActions = settings.bulk ? ['ses:SendBulkEmail'] : [];
    const actions = [...sendActions, ...bulkActions];
    this.dispatch.allow(
      actions,
      ...identities,
      ...sets.map(({ name }) => sesArn(`configuration-set/${name}`)),
    );
    this.dispatch.allowWideIf('sesRecipients', {
      actions,
      resources: [sesArn('identity/*')],
      conditions: { StringLike: { 'ses:FromAddress': sendersOf(config) } },
    });
    const templateActions = ['ses:SendEmail', ...bulkActions];
    this.dispatch.allowWide('sesTemplates', templateActions, sesArn('template/*'));
  }
}

/** Patterns of every address that we may send from. */
function sendersOf({ sendingDomains, sendingAddresses }: PipelineConfig): readonly string[] {
  return [
    ...sendingDomains.flatMap(({ domain }) => [`*@${domain}`, `*@*.${domain}`]),
    ...sendingAddresses,
  ];
}

/** Recipients of one invocation: ten messages, or one batch in the lane where batches travel. */
const recipientsPerInvocation = { transactional: 10, marketing: 50 } as const;

function environmentsOf({ limits }: PipelineConfig, { lane }: StreamSettings): number {
  return (
    limits.dispatchConcurrency ??
    environmentsFor(limits.initialSendRatePerSecond, recipientsPerInvocation[lane])
  );
}

function policyOf({ config, settings, sets }: SendPathProps): StreamPolicy {
  const isMany = config.tenancy === 'many';
  return {
    configurationSets: Object.fromEntries(sets.map(({ pool, name }) => [pool, name])),
    ambiguous: settings.ambiguous,
    sendRateHeadroom: config.limits.sendRateHeadroom,
    lane: settings.lane,
    concurrency: environmentsOf(config, settings) * (isMany ? 2 : 1),
    ...(isMany ? { tenantShare: config.limits.tenantShare } : {}),
    ledgerDays: config.retention.ledgerDays,
    contentDays: config.retention.contentDays,
    streams: Object.keys(config.streams),
    ...switches(config, settings),
  };
}

/** What is off by default stands in the policy only where it is switched on. */
function switches(
  config: PipelineConfig,
  settings: StreamSettings,
): Pick<StreamPolicy, 'bulk' | 'storeSeconds' | 'rescue' | 'indexes' | 'tells'> {
  const indexes = indexesOf(config);
  return {
    ...(settings.bulk ? { bulk: true } : {}),
    ...(settings.storeRequests ? { storeSeconds: storeSecondsOf(settings) } : {}),
    ...(settings.rescue ? { rescue: true } : {}),
    ...(indexes.length > 0 ? { indexes } : {}),
    ...(settings.outcomeEvents ? { tells: toldBy(settings) } : {}),
  };
}

/** SES may give a mail up at the end of its time; a copy that is to be rescued must still be there then. */
function storeSecondsOf({ maxDeliverySeconds, rescue }: StreamSettings): number {
  return maxDeliverySeconds + (rescue ? rescueMarginSeconds : 0);
}

/** Rotation ends a rescue as long after the last bounce can come (lambdas/rotation/rescues.ts). */
const rescueMarginSeconds = 3_600;

function indexesOf({ indexes }: PipelineConfig): NonNullable<StreamPolicy['indexes']> {
  return [
    ...(indexes.recipient ? (['recipient'] as const) : []),
    ...(indexes.sesMessageId ? (['ses'] as const) : []),
    ...(indexes.tenant ? (['tenant'] as const) : []),
  ];
}

/** `accepted` is the last word only where nobody hears of Deliveries. */
function toldBy({ deliveryEvents }: StreamSettings): NonNullable<StreamPolicy['tells']> {
  return ['suppressed', 'expired', ...(deliveryEvents ? [] : (['accepted'] as const))];
}
