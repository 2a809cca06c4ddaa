import { createMeter } from '../../local/metering/meter.ts';
import { synthesize } from '../prove/assembly.ts';
import { withRuntime } from '../prove/run-local.ts';
import { type BenchStream, benchConfig, benchRatePerSecond } from './bench-config.ts';
import type { Bill } from './bill.ts';
import { countLoad, setSendRate } from './count-load.ts';

/** What a million mails cost, by what was switched on. */
export type Costs = {
  readonly messages: Bill;
  readonly messagesDelivery: Bill;
  readonly batches: Bill;
  /** Each feature's load against the same load without it. */
  readonly features: readonly {
    readonly feature: string;
    readonly with: Bill;
    readonly without: Bill;
  }[];
};

const mailsOf = (stream: BenchStream) =>
  stream === 'transactional' || stream === 'tx-delivery' || stream === 'marketing' ? 1_000 : 500;
const recipientsPerBatch = 50;

/** Counts what a million mails cost, feature by feature. */
export async function measureCosts(onProgress: (text: string) => void): Promise<Costs> {
  const count = (indexes: Parameters<typeof benchConfig>[0], streams: readonly BenchStream[]) =>
    countStreams(indexes, streams, onProgress);
  const plain = await count({}, [
    'transactional',
    'tx-delivery',
    'tx-rescue',
    'tx-outcomes',
    'marketing',
    'mk-delivery',
    'mk-rescue',
    'mk-outcomes',
  ]);
  const both = ['transactional', 'marketing'] as const;
  const recipient = await count({ indexes: { recipient: true } }, both);
  const ses = await count({ indexes: { sesMessageId: true } }, both);
  const tenant = await count({ indexes: { tenant: true } }, both);
  const feature = (name: string, on: Bill, without: BenchStream) => ({
    feature: name,
    with: on,
    without: plain(without),
  });
  return {
    messages: plain('transactional'),
    messagesDelivery: plain('tx-delivery'),
    batches: plain('marketing'),
    features: [
      feature('Delivery events, transactional', plain('tx-delivery'), 'transactional'),
      feature('Delivery events, marketing', plain('mk-delivery'), 'marketing'),
      feature('rescue, transactional', plain('tx-rescue'), 'transactional'),
      feature('rescue, marketing', plain('mk-rescue'), 'marketing'),
      feature('recipient index, transactional', recipient('transactional'), 'transactional'),
      feature('recipient index, marketing', recipient('marketing'), 'marketing'),
      feature('SES-id index, transactional', ses('transactional'), 'transactional'),
      feature('SES-id index, marketing', ses('marketing'), 'marketing'),
      feature('tenant index, transactional', tenant('transactional'), 'transactional'),
      feature('tenant index, marketing', tenant('marketing'), 'marketing'),
      feature('outcome events, transactional', plain('tx-outcomes'), 'transactional'),
      feature('outcome events, marketing', plain('mk-outcomes'), 'marketing'),
    ],
  };
}

/** Deploys one set of switches and sends through each stream in turn. */
async function countStreams(
  switches: Parameters<typeof benchConfig>[0],
  streams: readonly BenchStream[],
  onProgress: (text: string) => void,
): Promise<(stream: BenchStream) => Bill> {
  const made = await synthesize(benchConfig(switches));
  const meter = createMeter();
  const bills = new Map<BenchStream, Bill>();
  try {
    await withRuntime(
      made,
      async (run) => {
        const bench = { made, run, meter, ratePerSecond: benchRatePerSecond };
        await setSendRate(bench, benchRatePerSecond);
        for (const stream of streams) {
          const extra = Object.keys(switches?.indexes ?? {}).join();
          const mails = mailsOf(stream);
          onProgress(`price of ${mails} mails: ${stream}${extra === '' ? '' : `, index ${extra}`}`);
          const batches = stream === 'marketing' || stream.startsWith('mk-');
          const load = { stream, mails, label: stream, ...(batches ? { recipientsPerBatch } : {}) };
          bills.set(stream, await countLoad(load, bench));
        }
      },
      { meter },
    );
  } finally {
    made.remove();
  }
  return (stream) => {
    const bill = bills.get(stream);
    if (bill === undefined) throw new Error(`stream ${stream} was not counted`);
    return bill;
  };
}
