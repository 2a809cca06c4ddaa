import { execFile } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { judgePromises, neverStruck, sumCounts, totalsOf } from '../../simulation/promises.ts';
import { faultTables, runsTable } from '../faults/fault-tables.ts';
import { number, type Section } from './section.ts';

/** Two processes, because a run keeps one core busy: each has half of the seeds, 10,000 mails a seed. */
const halves = [
  { seed: 1, mails: 100_000 },
  { seed: 11, mails: 100_000 },
] as const;

const counts = z.record(z.string(), z.number());
const run = z.object({
  seed: z.number(),
  mails: z.number(),
  accepted: z.number(),
  lost: z.number(),
  duplicates: z.number(),
  duplicatesCounted: z.number(),
  duplicatesUnambiguous: z.number(),
  sentToSuppressed: z.number(),
  unsettled: z.number(),
  unexplained: z.number(),
  faults: counts,
  mended: counts,
  examples: z.array(z.string()),
});
const answer = z.object({ runs: z.array(run) });

/** Rehearses the faults of twenty seeds on virtual time; see docs of `npm run faults`. */
export async function measureFaults(onProgress: (text: string) => void): Promise<Section> {
  onProgress('200,000 mails while things go wrong');
  const runs = (await Promise.all(halves.map(runHalf))).flat();
  const totals = totalsOf(runs);
  const faults = sumCounts(runs.map((one) => one.faults));
  const mended = sumCounts(runs.map((one) => one.mended));
  const never = neverStruck(faults);
  return {
    title: 'Faults',
    method: `${number(totals.mails)} mails over ${runs.length} seeds through the real stages on virtual time, while SES hangs, DynamoDB fails, functions die and queues repeat themselves; what the emulated SES received is compared with what was asked. A seed replays: \`npm run faults -- --seed 7\`.`,
    promises: [
      ...judgePromises(totals),
      {
        promise: 'every fault of the plan strikes',
        measured: never.length === 0 ? 'all did' : `never: ${never.join(', ')}`,
        kept: never.length === 0,
      },
    ],
    body: [
      runsTable(runs),
      faultTables({ faults, mended }),
      ...runs.flatMap(({ examples }) => examples),
    ].join('\n\n'),
    data: { ...totals, faults, mended },
  };
}

/** A broken promise is an exit code of 1 and still an answer; no answer is a failure. */
async function runHalf({ seed, mails }: (typeof halves)[number]) {
  const args = [join(repositoryRoot, 'bin', 'faults.mjs'), '--json'];
  const asked = [...args, '--seed', String(seed), '--mails', String(mails)];
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, asked, { maxBuffer: answerBytesMax }, (error, said) => {
      if (error !== null && error.code !== 1) reject(error);
      else resolve(said);
    });
  });
  return answer.parse(JSON.parse(stdout)).runs;
}

/** A run says some kilobytes of itself. */
const answerBytesMax = 16_000_000;
