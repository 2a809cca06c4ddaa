import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnConfigurationSetEventDestination,
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  DedicatedIpPool,
  EmailSendingEvent,
  type IDedicatedIpPool,
  ScalingMode,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { namesOf, quarantinePool, sesSharedPool } from '../contract/names.ts';
import type { PipelineConfig, PoolKind } from '../contract/pipeline-config.ts';
import { configurationSetsOf, type PlannedSet } from './configuration-set-plan.ts';
import type { EventTopic, EventTopics } from './event-topics.ts';

export interface SendingPoolsProps {
  readonly config: PipelineConfig;
  readonly topics: EventTopics;
}

/** Events that cost little and decide much: always heard. Send, Open, Click and Subscription never are. */
const fastEvents = [
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.RENDERING_FAILURE,
  EmailSendingEvent.DELIVERY_DELAY,
];

const scalingModes: Readonly<Record<Exclude<PoolKind, 'shared'>, ScalingMode>> = {
  standard: ScalingMode.STANDARD,
  managed: ScalingMode.MANAGED,
};

/**
 * Pools, and a configuration set for each stream and pool. A set's pool is never changed at run time:
 * dispatch chooses the set, so the template and the account always agree.
 */
export class SendingPools extends Construct {
  readonly sets: readonly PlannedSet[];
  readonly #pools: ReadonlyMap<string, IDedicatedIpPool>;

  constructor(scope: Construct, id: string, { config, topics }: SendingPoolsProps) {
    super(scope, id);
    this.#pools = this.#createPools(config);
    this.#createQuarantine(config);
    this.sets = configurationSetsOf(config);
    for (const set of this.sets) this.#createSet(set, topics);
  }

  /** Pools are retained: SES refuses to delete one that holds addresses, and addresses are hard to get. */
  #createPools(config: PipelineConfig): ReadonlyMap<string, IDedicatedIpPool> {
    const shared = DedicatedIpPool.fromDedicatedIpPoolName(this, 'SesShared', sesSharedPool);
    return new Map(
      Object.entries(config.pools).map(([name, { kind }]) => {
        if (kind === 'shared') return [name, shared];
        const pool = new DedicatedIpPool(this, `${name}Pool`, {
          dedicatedIpPoolName: namesOf(config.deployment).dedicatedIpPool(name),
          scalingMode: scalingModes[kind],
        });
        pool.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
        return [name, pool];
      }),
    );
  }

  /**
   * Where rotation puts an address that a blocklist names: SES has no other way to take it out of use. Only
   * standard pools have addresses that can be moved.
   */
  #createQuarantine({ deployment, pools }: PipelineConfig): void {
    if (!Object.values(pools).some(({ kind }) => kind === 'standard')) return;
    const pool = new DedicatedIpPool(this, 'QuarantinePool', {
      dedicatedIpPoolName: namesOf(deployment).dedicatedIpPool(quarantinePool),
      scalingMode: ScalingMode.STANDARD,
    });
    pool.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  #createSet(planned: PlannedSet, topics: EventTopics): void {
    const dedicatedIpPool = this.#pools.get(planned.pool);
    const set = new ConfigurationSet(this, `${planned.stream}-${planned.pool}`, {
      configurationSetName: planned.name,
      // Named even when shared: a set without a pool silently takes addresses that are in no pool.
      ...(dedicatedIpPool ? { dedicatedIpPool } : {}),
      maxDeliveryDuration: Duration.seconds(planned.maxDeliverySeconds),
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      sendingEnabled: true,
      // Our list decides on bounces: SES also lists addresses whose provider merely blocked us.
      suppressionReasons: SuppressionReasons.COMPLAINTS_ONLY,
    });
    listen(set, 'feedback', { topic: topics.feedback, events: fastEvents });
    if (topics.delivery && planned.deliveryEvents)
      listen(set, 'delivery', { topic: topics.delivery, events: [EmailSendingEvent.DELIVERY] });
  }
}

/** Lower level than CDK's own construct, which writes one more topic policy statement for each set. */
function listen(
  set: ConfigurationSet,
  name: string,
  { topic, events }: { readonly topic: EventTopic; readonly events: readonly EmailSendingEvent[] },
): void {
  const destination = new CfnConfigurationSetEventDestination(set, name, {
    configurationSetName: set.configurationSetName,
    eventDestination: {
      name,
      enabled: true,
      matchingEventTypes: [...events],
      snsDestination: { topicArn: topic.topic.topicArn },
    },
  });
  destination.node.addDependency(topic.policy);
}
