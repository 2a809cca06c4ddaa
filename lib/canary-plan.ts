import type { CanaryPlan } from '../contract/environment.ts';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { configurationSetsOf } from './configuration-set-plan.ts';

/** Mailbox part of the address that canaries come from, where a whole domain may send. */
const localPart = 'goodstanding-canary';

/**
 * Returns which canaries leave: of streams of which SES reports failures alone, as the first identity that may
 * send; undefined where there is none, or none is wanted.
 */
export function canaryPlanOf(config: PipelineConfig): CanaryPlan | undefined {
  const [domain] = config.sendingDomains;
  const from = domain ? `${localPart}@${domain.domain}` : config.sendingAddresses[0];
  const silent = configurationSetsOf(config).filter(({ deliveryEvents }) => !deliveryEvents);
  if (!config.canary || from === undefined || silent.length === 0) return undefined;
  const streams = Map.groupBy(silent, ({ stream }) => stream);
  return {
    from,
    streams: Object.fromEntries(
      [...streams].map(([stream, sets]) => [stream, sets.map(({ pool }) => pool)]),
    ),
  };
}
