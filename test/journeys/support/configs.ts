import type { PipelineConfigInput } from '../../../contract/pipeline-config.ts';

/** A sender for many accounts: every kind of pool, Delivery events on and off, both ambiguity policies, every priced switch. */
export const many = {
  deployment: 'many',
  // A canary goes by the clock on the wall, and would be one mail too many in somebody's count.
  canary: false,
  sendingDomains: [{ domain: 'sender.example' }, { domain: 'other.example' }],
  tenancy: 'many',
  streams: {
    transactional: {
      lane: 'transactional',
      pools: ['shared', 'leased'],
      deliveryEvents: true,
      ambiguous: 'resend',
      storeRequests: true,
      outcomeEvents: true,
    },
    marketing: { pools: ['managed'], outcomeEvents: true },
    newsletter: { pools: ['managed'], bulk: true },
  },
  pools: {
    shared: { kind: 'shared' },
    leased: { kind: 'standard', warmUp: 'ses' },
    managed: { kind: 'managed' },
  },
  limits: { dispatchConcurrency: 2, tenantShare: 0.2 },
  indexes: { recipient: true, sesMessageId: true, tenant: true },
} satisfies PipelineConfigInput;

/** A newcomer: one tenant, SES's shared addresses. */
export const single = {
  deployment: 'single',
  canary: false,
  sendingDomains: [{ domain: 'sender.example' }],
  streams: {
    transactional: { pools: ['shared'], deliveryEvents: true, ambiguous: 'resend' },
    marketing: { pools: ['shared'] },
  },
  pools: { shared: { kind: 'shared' } },
  limits: { dispatchConcurrency: 2 },
} satisfies PipelineConfigInput;

/** A sender of many accounts on leased addresses, whose reputation loop acts by itself in everything. */
export const rotating = {
  deployment: 'rotating',
  canary: false,
  sendingDomains: [{ domain: 'sender.example' }],
  tenancy: 'many',
  streams: {
    transactional: {
      lane: 'transactional',
      pools: ['east', 'west'],
      deliveryEvents: true,
      storeRequests: true,
      rescue: true,
    },
    marketing: { pools: ['north'], deliveryEvents: true },
  },
  pools: {
    east: { kind: 'standard', warmUp: 'ses' },
    west: { kind: 'standard', warmUp: 'ours' },
    north: { kind: 'standard', warmUp: 'ses' },
  },
  limits: { dispatchConcurrency: 2 },
  reputation: {
    autonomy: {
      'hold-tenant': 'act',
      'hold-pair': 'act',
      slow: 'act',
      move: 'act',
      quarantine: 'act',
      'quarantine-ip': 'act',
      release: 'act',
      grow: 'act',
      rescue: 'act',
    },
  },
} satisfies PipelineConfigInput;

export type StackName = 'many' | 'single' | 'rotating' | 'watched';
