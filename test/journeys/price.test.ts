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

test('a message costs one call to SES, 2.1 others beside Lambda’s receives, and 2.45 write units, its Delivery event included', () => {
  const { calls, callsPerMail, writeUnitsPerMail } = bill('transactional');
  expect(calls['dispatch ses:POST']).toBe(1);
  // How many events a receive brings hangs on how fast they come, which no test decides.
  expect(callsPerMail - (calls['sqs:ReceiveMessage'] ?? 0)).toBeLessThanOrEqual(2.1);
  expect(writeUnitsPerMail).toBeLessThanOrEqual(2.45);
});

test('a mail of a batch of fifty costs one call to SES, 0.3 others and 0.18 write units', () => {
  const { calls, callsPerMail, writeUnitsPerMail } = bill('marketing');
  expect(calls['dispatch ses:POST']).toBe(1);
  expect(callsPerMail).toBeLessThanOrEqual(0.3);
  // Of forty mails one fails here, which costs three: suppression, event and failure.
  expect(writeUnitsPerMail).toBeLessThanOrEqual(0.18);
});

test('suppression is asked about each mail in two scopes, for one read unit', () => {
  expect(bill('transactional').readUnitsPerMail).toBeCloseTo(1, 0);
  expect(bill('marketing').readUnitsPerMail).toBeLessThanOrEqual(1.1);
});
