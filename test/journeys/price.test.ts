import { beforeAll, expect, inject, test } from 'vitest';
import { checkConfig } from '../../contract/pipeline-config.ts';
import { createMeter } from '../../local/metering/meter.ts';
import type { Bill } from '../../operator/bench/bill.ts';
import { type Bench, countLoad, setSendRate } from '../../operator/bench/count-load.ts';
import { withRuntime } from '../../operator/prove/run-local.ts';
import { single } from './support/configs.ts';
import { assemblyFolder } from './support/synthesize.ts';

/** At this rate nothing here waits for SES; the time on Lambda is told as at 100/s. */
const sesRate = 2_000;
const pricedRate = 100;
const mails = 200;

const bills = new Map<'transactional' | 'marketing', Bill>();

beforeAll(async () => {
  const meter = createMeter();
  const made = { folder: assemblyFolder(inject('journeys')), config: checkConfig(single) };
  await withRuntime(
    made,
    async (run) => {
      const bench: Bench = { made, run, meter, ratePerSecond: pricedRate };
      await setSendRate(bench, sesRate);
      const message = { mails, stream: 'transactional', label: 'message' } as const;
      const batch = { mails, stream: 'marketing', label: 'batch', recipientsPerBatch: 50 } as const;
      bills.set('transactional', await countLoad(message, bench));
      bills.set('marketing', await countLoad(batch, bench));
    },
    { meter },
  );
});

function bill(stream: 'transactional' | 'marketing'): Bill {
  const found = bills.get(stream);
  if (!found) throw new Error(`stream ${stream} was not counted`);
  return found;
}

/** What hangs on how fast mail and events come and go, which no test decides. */
const byTime: readonly RegExp[] = [
  // How many messages a receive brings: for each there is a deletion, an invocation, a write of deliveries.
  /^sqs:(ReceiveMessage|DeleteMessageBatch)$/,
  / lambda:Invoke$/,
  /^feedback dynamodb:BatchWriteItem ledger$/,
  // What dispatch knows of tenants and assignments it reads anew every few seconds.
  /^dispatch dynamodb:\w+ (directory|assignments)$/,
  // The loop is woken at most every two seconds.
  /^feedback sqs:SendMessage$/,
];

/** Calls that a mail causes, however fast it goes; not those to SES and what SES publishes. */
function callsCaused({ calls }: Bill): number {
  return Object.entries(calls)
    .filter(([name]) => !/^(dispatch ses|sns):/.test(name))
    .filter(([name]) => !byTime.some((one) => one.test(name)))
    .reduce((sum, [, count]) => sum + count, 0);
}

test('a message causes one call to SES, 1.65 others beside those that come by time, and 2.45 write units, its Delivery event included', () => {
  const { calls, writeUnitsPerMail } = bill('transactional');
  expect(calls['dispatch ses:POST']).toBe(1);
  expect(callsCaused(bill('transactional'))).toBeLessThanOrEqual(1.65);
  expect(writeUnitsPerMail).toBeLessThanOrEqual(2.45);
});

test('a mail of a batch of fifty causes one call to SES, 0.2 others and 0.18 write units', () => {
  const { calls, writeUnitsPerMail } = bill('marketing');
  expect(calls['dispatch ses:POST']).toBe(1);
  expect(callsCaused(bill('marketing'))).toBeLessThanOrEqual(0.2);
  // Of forty mails one fails here, which costs three: suppression, event and failure.
  expect(writeUnitsPerMail).toBeLessThanOrEqual(0.18);
});

test('suppression is asked about each mail in two scopes, for one read unit', () => {
  expect(bill('transactional').readUnitsPerMail).toBeCloseTo(1, 0);
  expect(bill('marketing').readUnitsPerMail).toBeLessThanOrEqual(1.1);
});
