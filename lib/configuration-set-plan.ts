import { namesOf } from '../contract/names.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';

/** One stream's way through one pool. */
export type PlannedSet = {
  readonly stream: string;
  readonly pool: string;
  /** The configuration set's name. */
  readonly name: string;
  readonly maxDeliverySeconds: number;
  /** Whether SES reports every Delivery of this stream. */
  readonly deliveryEvents: boolean;
};

/** Returns a configuration set for each stream and each of its pools, retiring and failover ones included. */
export function configurationSetsOf(config: PipelineConfig): readonly PlannedSet[] {
  const names = namesOf(config.deployment);
  return Object.entries(config.streams).flatMap(
    ([stream, { pools, retiringPools, failover, maxDeliverySeconds, deliveryEvents }]) =>
      [...pools, ...retiringPools, ...failover].map((pool) => ({
        stream,
        pool,
        name: names.configurationSet(stream, pool),
        maxDeliverySeconds,
        deliveryEvents,
      })),
  );
}
