import * as z from 'zod';
import { createDynamo, localTarget } from '../../adapters/clients.ts';
import { toItem } from '../../adapters/items.ts';
import { addTenant } from '../../adapters/tenant-directory.ts';
import { namesOf } from '../../contract/names.ts';
import { suppressionKeys, suppressionScope } from '../../contract/table-keys.ts';
import type { JsonObject } from '../../local/aws.ts';
import { createMeter } from '../../local/metering/meter.ts';
import { synthesize } from '../prove/assembly.ts';
import { withRuntime } from '../prove/run-local.ts';
import { benchConfig } from './bench-config.ts';
import type { Bill } from './bill.ts';
import { type Bench, countLoad, setSendRate } from './count-load.ts';
import { resizeBatches } from './resize-batches.ts';

/** What a load costs as one thing grows. */
export type Slope = {
  readonly title: string;
  readonly points: readonly { readonly at: number; readonly bill: Bill }[];
};

/** Units and calls do not hang on the rate, so that these loads need not take their time. */
const ratePerSecond = 1_000;
const mails = 500;
const recipientCounts = [1, 2, 5, 10, 25, 50];
const batchSizes = [1, 2, 5, 10];
const tenantCounts = [1, 10, 100, 1_000];
const suppressionCounts = [10_000, 1_000_000];

/** Measures how cost grows with batch size, tenants and suppression entries. */
export async function measureSlopes(onProgress: (text: string) => void): Promise<readonly Slope[]> {
  const inSingle = await onBench('single', async (bench) => [
    await overRecipients(bench, onProgress),
    await overBatchSize(bench, onProgress),
    await overSuppressions(bench, onProgress),
  ]);
  const inMany = await onBench('many', (bench) => overTenants(bench, onProgress));
  return [...inSingle, inMany];
}

async function onBench<T>(
  tenancy: 'single' | 'many',
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const made = await synthesize(benchConfig({ tenancy }));
  const meter = createMeter();
  try {
    return await withRuntime(
      made,
      async (run) => {
        const bench = { made, run, meter, ratePerSecond };
        await setSendRate(bench, ratePerSecond);
        return work(bench);
      },
      { meter },
    );
  } finally {
    made.remove();
  }
}

async function overRecipients(bench: Bench, onProgress: (text: string) => void): Promise<Slope> {
  const points: { at: number; bill: Bill }[] = [];
  for (const at of recipientCounts) {
    onProgress(`slope: ${at} recipients a batch`);
    const label = `recipients-${at}`;
    const load = { stream: 'marketing', mails, label, recipientsPerBatch: at } as const;
    points.push({ at, bill: await countLoad(load, bench) });
  }
  return { title: 'recipients in a batch', points };
}

async function overBatchSize(bench: Bench, onProgress: (text: string) => void): Promise<Slope> {
  const points: { at: number; bill: Bill }[] = [];
  for (const at of batchSizes) {
    onProgress(`slope: ${at} messages an invocation`);
    await resizeBatches(bench, 'transactional', at);
    const load = { stream: 'transactional', mails, label: `messages-${at}` } as const;
    points.push({ at, bill: await countLoad({ ...load, messagesPerInvocation: at }, bench) });
  }
  return { title: 'messages in an invocation', points };
}

async function overTenants(bench: Bench, onProgress: (text: string) => void): Promise<Slope> {
  const { made, run } = bench;
  const dynamo = createDynamo(localTarget(run.runtime.endpointUrl));
  const directory = { dynamo, name: namesOf(made.config.deployment).tables.directory };
  const all = Array.from({ length: Math.max(...tenantCounts) }, (_, index) => `tenant-${index}`);
  onProgress(`slope: ${all.length} tenants are added`);
  await Promise.all(
    all.map((tenant) => addTenant(directory, { tenant, fromOwned: ['example.com'] }, Date.now())),
  );
  dynamo.destroy();
  const points: { at: number; bill: Bill }[] = [];
  for (const at of tenantCounts) {
    onProgress(`slope: ${at} tenants`);
    const load = {
      stream: 'transactional',
      mails: Math.max(mails, at),
      label: `tenants-${at}`,
      tenants: all.slice(0, at),
    } as const;
    points.push({ at, bill: await countLoad(load, bench) });
  }
  return { title: 'tenants', points };
}

async function overSuppressions(bench: Bench, onProgress: (text: string) => void): Promise<Slope> {
  const { made, run } = bench;
  const table = namesOf(made.config.deployment).tables.suppression;
  const points: { at: number; bill: Bill }[] = [];
  let filled = 0;
  for (const at of suppressionCounts) {
    onProgress(`slope: ${at} suppression entries`);
    await run.runtime.fillTable(table, suppressionEntries(filled, at));
    filled = at;
    const load = { stream: 'transactional', mails, label: `suppressions-${at}` } as const;
    points.push({ at, bill: await countLoad(load, bench) });
  }
  return { title: 'suppression entries', points };
}

const jsonItem = z.record(z.string(), z.record(z.string(), z.string()));

/** Entries of nobody who gets mail here, as a hard bounce leaves them. */
function* suppressionEntries(from: number, to: number): Generator<JsonObject> {
  for (let index = from; index < to; index += 1) {
    const recipientKey = index.toString(36).padStart(43, 'k');
    yield jsonItem.parse(
      toItem({
        ...suppressionKeys.entry(recipientKey, suppressionScope.global),
        reason: 'hard-bounce',
        source: 'feedback',
        at: 1_790_000_000_000,
      }),
    );
  }
}
