import type { PipelineConfigInput } from '../../../contract/pipeline-config.ts';

/** What a newcomer has: one domain without a zone, two streams, SES's shared addresses. */
export const plain = {
  sendingDomains: [{ domain: 'example.com' }],
  streams: {
    transactional: {
      lane: 'transactional',
      pools: ['shared'],
      deliveryEvents: true,
      ambiguous: 'resend',
    },
    marketing: { pools: ['shared'] },
  },
  pools: { shared: { kind: 'shared' } },
} satisfies PipelineConfigInput;

/** What a large sender has: every kind of pool, domain and stream. */
export const rich = {
  deployment: 'acme-mail',
  sendingDomains: [
    { domain: 'example.com', zone: { id: 'Z0123456789ABC', name: 'example.com' } },
    { domain: 'news.example.com', zone: { id: 'Z0123456789ABC', name: 'example.com' } },
    { domain: 'example.org', mailFrom: 'returns' },
    { domain: 'example.net', existing: true },
  ],
  sendingAddresses: ['me@example.edu'],
  tenancy: 'many',
  streams: {
    transactional: {
      pools: ['leased', 'spare', 'shared'],
      deliveryEvents: true,
      storeRequests: true,
      outcomeEvents: true,
    },
    lifecycle: { pools: ['managed', 'leased'], deliveryEvents: true, maxDeliverySeconds: 3600 },
    marketing: { pools: ['managed', 'old'], ageAlarmSeconds: 7200 },
  },
  pools: {
    shared: { kind: 'shared' },
    leased: { kind: 'standard' },
    spare: { kind: 'standard' },
    managed: { kind: 'managed' },
    old: { kind: 'standard', retiring: true },
  },
  alarmEmail: 'oncall@example.com',
  retention: { ledgerDays: 60, logDays: 90, contentDays: 45 },
  limits: { dispatchConcurrency: 20, initialSendRatePerSecond: 14 },
} satisfies PipelineConfigInput;

/** As long as every name may be, with the most pools a stream may have. */
export const longest = {
  deployment: 'd'.repeat(20),
  sendingDomains: [{ domain: 'example.com' }],
  streams: { ['s'.repeat(20)]: { pools: tenPools() } },
  pools: Object.fromEntries(tenPools().map((pool) => [pool, { kind: 'managed' }])),
} satisfies PipelineConfigInput;

function tenPools(): string[] {
  return Array.from({ length: 10 }, (_, index) => `${'p'.repeat(19)}${index}`);
}
