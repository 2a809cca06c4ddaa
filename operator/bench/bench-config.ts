import type { PipelineConfigInput } from '../../contract/pipeline-config.ts';

/** SES's send rate at which prices are told, recipients per second; time on Lambda follows from it. */
export const benchRatePerSecond = 100;

type Stream = PipelineConfigInput['streams'][string];

const transactional: Stream = {
  lane: 'transactional',
  pools: ['shared'],
  ambiguous: 'resend',
};
const marketing: Stream = { pools: ['shared'] };

const streams = {
  transactional,
  'tx-delivery': { ...transactional, deliveryEvents: true },
  'tx-rescue': { ...transactional, storeRequests: true },
  'tx-outcomes': { ...transactional, outcomeEvents: true },
  marketing,
  'mk-delivery': { ...marketing, deliveryEvents: true },
  'mk-rescue': { ...marketing, storeRequests: true },
  'mk-bulk': { ...marketing, bulk: true },
  'mk-outcomes': { ...marketing, outcomeEvents: true },
} satisfies Record<string, Stream>;

export type BenchStream = keyof typeof streams;

/** Returns a deployment with one stream for each feature that has a price, and the indexes asked for. */
export function benchConfig(
  over: Pick<PipelineConfigInput, 'indexes' | 'tenancy'> = {},
): PipelineConfigInput {
  return {
    deployment: 'bench',
    // Its price is told by itself: it goes by the clock, not by the load.
    canary: false,
    sendingDomains: [{ domain: 'example.com' }],
    pools: { shared: { kind: 'shared' } },
    streams,
    limits: { initialSendRatePerSecond: benchRatePerSecond },
    ...over,
  };
}
