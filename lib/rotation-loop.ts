import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  EventField,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
  Schedule,
} from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { RotatedStream, RotationPolicy } from '../contract/environment.ts';
import { namesOf, quarantinePool } from '../contract/names.ts';
import { type PipelineConfig, warmUpOwner } from '../contract/pipeline-config.ts';
import { rotationGroup } from '../contract/rotation-command.ts';
import { keepersByDefault } from '../domain/blocklist-zones.ts';
import { DurableQueue } from './durable-queue.ts';
import type { EventTopics } from './event-topics.ts';
import type { OutcomeBus } from './outcome-bus.ts';
import { PipelineFunction, sesArn } from './pipeline-function.ts';
import type { SendPath } from './send-path.ts';
import type { StateTables, TableGrants } from './state-tables.ts';

export interface RotationLoopProps {
  readonly config: PipelineConfig;
  readonly state: StateTables;
  readonly topics: EventTopics;
  readonly outcomes: OutcomeBus;
  readonly sendPaths: readonly SendPath[];
}

/** A first run reads thirty days; later ones take moments. */
const timeout = Duration.minutes(2);

/** One whole processor, which a first run is bound by; what was sent in thirty days stays in memory. */
const memorySize = 1_769;

/** What rotation does with each table; of assignments it is, with the seed, the only writer. */
const tableGrants: TableGrants = {
  assignments: ['DeleteItem', 'GetItem', 'PutItem', 'Query'],
  evidence: ['GetItem', 'PutItem', 'Query'],
  ledger: ['Query'],
  directory: ['BatchGetItem', 'Query'],
  pacing: ['DeleteItem', 'GetItem', 'UpdateItem'],
};

/** A message that fails so often has a cause that needs a person; meanwhile it keeps the others waiting. */
const maxReceiveCount = 5;

/** SES's own maximum of `maxDeliverySeconds`, which the policy leaves out. */
const maxDeliveryDefault = 50_400;

/** The reputation loop: one queue in which everybody asks, one function that decides and writes. */
export class RotationLoop extends Construct {
  readonly rotation: PipelineFunction;
  readonly queue: DurableQueue;

  constructor(scope: Construct, id: string, props: RotationLoopProps) {
    super(scope, id);
    const { config, state, topics, outcomes } = props;
    const names = namesOf(config.deployment);
    this.queue = new DurableQueue(this, 'Lane', {
      queueName: names.rotationQueue,
      dead: names.rotationDeadQueue,
      consumerTimeout: timeout,
      maxReceiveCount,
      removalPolicy: RemovalPolicy.DESTROY,
      fifo: true,
    });
    this.rotation = new PipelineFunction(this, 'Function', {
      config,
      stage: 'rotation',
      functionName: names.rotationFunction,
      description: 'Weighs the evidence, finds the cause and moves only what must move',
      timeout,
      memorySize,
      environment: { ROTATION_POLICY: JSON.stringify(policyOf(config)) },
    });
    state.grant(this.rotation, tableGrants);
    topics.grantNotify(this.rotation);
    outcomes.grantPublish(this.rotation);
    this.#grantAddresses(config);
    this.#grantRescues(props);
    this.queue.grantConsume(this.rotation, { batchSize: 10, maxConcurrency: 2 });
    this.rotation.allow(['sqs:ChangeMessageVisibility'], this.queue.queue.queueArn);
    // It asks itself, too: what it held undecided makes no news of its own.
    this.grantWake(this.rotation);
    this.#wakeBySchedule();
  }

  /** Lets the function ask for a look; it hears nothing back. */
  grantWake(fn: PipelineFunction): void {
    fn.allow(['sqs:SendMessage'], this.queue.queue.queueArn);
    fn.addEnvironment('ROTATION_QUEUE_URL', this.queue.queue.queueUrl);
  }

  /** Only standard pools have addresses that can be read and moved. */
  #grantAddresses({ deployment, pools }: PipelineConfig): void {
    const standard = Object.keys(pools).filter((pool) => pools[pool]?.kind === 'standard');
    if (standard.length === 0) return;
    const { dedicatedIpPool } = namesOf(deployment);
    this.rotation.allowWide('sesAccount', ['ses:GetDedicatedIps'], '*');
    // SES names the pool as the resource of a move; the addresses have no name of their own in IAM.
    this.rotation.allow(
      ['ses:PutDedicatedIpInPool'],
      ...[...standard, quarantinePool].map((pool) =>
        sesArn(`dedicated-ip-pool/${dedicatedIpPool(pool)}`),
      ),
    );
  }

  /** It asks dispatch, through the queue that apps use; other streams' queues it cannot reach. */
  #grantRescues({ config, sendPaths }: RotationLoopProps): void {
    const rescued = sendPaths.filter(({ stream }) => config.streams[stream]?.rescue);
    if (rescued.length === 0) return;
    this.rotation.allow(['sqs:SendMessage'], ...rescued.map(({ intake }) => intake.queue.queueArn));
  }

  #wakeBySchedule(): void {
    new Rule(this, 'Schedule', {
      description: this.rotation.functionName,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [this.#target({ kind: 'schedule' })],
    });
  }

  /** The time makes every message another: the queue would drop the same body for five minutes. */
  #target(message: Readonly<Record<string, string>>): IRuleTarget {
    return new SqsQueue(this.queue.queue, {
      messageGroupId: rotationGroup,
      message: RuleTargetInput.fromObject({ ...message, at: EventField.time }),
    });
  }
}

function policyOf(config: PipelineConfig): RotationPolicy {
  const { autonomy, vetoMinutes, movedShareMax, holdsMax, changeWindows } = config.reputation;
  const streams = Object.entries(config.streams).map(
    ([stream, settings]) => [stream, rotatedStreamOf(settings)] as const,
  );
  const warmedByUs = Object.entries(config.pools).flatMap(([pool, settings]) =>
    warmUpOwner(settings) === 'ours' ? [pool] : [],
  );
  return {
    streams: Object.fromEntries(streams),
    warmedByUs,
    autonomy,
    vetoMinutes,
    movedShareMax,
    holdsMax,
    ...(changeWindows ? { changeWindows } : {}),
    ...blocklistsOf(config),
  };
}

/** What is left out has its default, because an environment holds 4 KB. */
function blocklistsOf({ reputation }: PipelineConfig): Pick<RotationPolicy, 'blocklists'> {
  const { keepers, spamhausDqsKey } = reputation.blocklists;
  const blocklists = {
    ...(String(keepers) === String(keepersByDefault) ? {} : { keepers }),
    ...(spamhausDqsKey === undefined ? {} : { spamhausDqsKey }),
  };
  return Object.keys(blocklists).length > 0 ? { blocklists } : {};
}

function rotatedStreamOf(settings: PipelineConfig['streams'][string]): RotatedStream {
  const { lane, failover, whenNothingIsWarm, maxDeliverySeconds, rescue } = settings;
  return {
    ...(lane === 'transactional' ? { lane } : {}),
    ...(failover.length > 0 ? { failover } : {}),
    ...(whenNothingIsWarm === 'spill' ? { whenNothingIsWarm } : {}),
    ...(maxDeliverySeconds === maxDeliveryDefault ? {} : { maxDeliverySeconds }),
    ...(rescue ? { rescue } : {}),
  };
}
