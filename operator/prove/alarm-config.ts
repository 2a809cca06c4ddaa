import type { PipelineConfigInput } from '../../contract/pipeline-config.ts';

/** Who is told of alarms in the deployment in which faults are induced. */
export const peopleAddress = 'oncall@sender.example';

/** Accounts send under domains below this one. */
export const sendingDomain = 'sender.example';

/** A domain whose identity may be taken away without anybody else's mail being parked. */
export const otherDomain = 'other.example';

/** Accounts that send, each under a domain of its own, and all of them under the other one. */
export const tenants = ['acme', 'massive'] as const;

/** Accounts by the pool that takes their mail; which one that is follows from the name. */
export const senders = {
  east: ['globex', 'wonka', 'soylent', 'aperture'],
  west: ['initech', 'umbrella', 'hooli', 'stark'],
} as const;

/**
 * The deployment in which faults are induced: two warm pools for transactional mail, one that we warm up for
 * marketing. The loop only observes until a fault needs it to act. A canary would be one mail more.
 */
export const watchedConfig = {
  deployment: 'watched',
  canary: false,
  alarmEmail: peopleAddress,
  sendingDomains: [{ domain: sendingDomain }, { domain: otherDomain }],
  tenancy: 'many',
  streams: {
    transactional: { lane: 'transactional', pools: ['east', 'west'], deliveryEvents: true },
    marketing: { pools: ['north'], deliveryEvents: true },
  },
  pools: {
    east: { kind: 'standard', warmUp: 'ses' },
    west: { kind: 'standard', warmUp: 'ses' },
    north: { kind: 'standard', warmUp: 'ours' },
  },
  limits: { dispatchConcurrency: 2 },
} satisfies PipelineConfigInput;
