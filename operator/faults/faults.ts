import { planFor } from '../../simulation/fault-plan.ts';
import { type FaultReport, runFaults } from '../../simulation/fault-run.ts';
import { judgePromises, neverStruck, sumCounts, totalsOf } from '../../simulation/promises.ts';
import { formatPage, pageLook } from '../cli/page.ts';
import { table } from '../prove/section.ts';
import { faultTables, runsTable } from './fault-tables.ts';
import { type FaultsOptions, readOptions } from './options.ts';

/** A run has at most so many mails: more of them take more seeds, which finds more. */
const mailsPerRun = 10_000;

type Run = { readonly report: FaultReport; readonly realSeconds: number; readonly replay: string };

/**
 * Sends a load through the pipeline under the fault plans of some seeds and prints what became of it.
 * Returns the exit code: 0 when every promise was kept, 1 when not, 2 when a run failed.
 */
export async function faults(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const runs = sizesOf(options);
  if (options.plan) {
    const plans = runs.map(({ seed }) => planFor(seed));
    process.stdout.write(`${JSON.stringify(plans, undefined, 2)}\n`);
    return 0;
  }
  try {
    const done: Run[] = [];
    for (const run of runs) done.push(await runOne(run));
    return show(done, options);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 2;
  }
}

type Size = { readonly seed: number; readonly mails: number };

function sizesOf({ seed, mails }: FaultsOptions): readonly Size[] {
  return Array.from({ length: Math.ceil(mails / mailsPerRun) }, (_, index) => ({
    seed: seed + index,
    mails: Math.min(mailsPerRun, mails - index * mailsPerRun),
  }));
}

async function runOne({ seed, mails }: Size): Promise<Run> {
  const startedAt = performance.now();
  const { isTTY } = process.stderr;
  const onProgress = (text: string) => {
    if (isTTY) process.stderr.write(`\r\u001b[Kseed ${seed}: ${text}`);
  };
  const report = await runFaults({ seed, mails, onProgress });
  if (isTTY) process.stderr.write('\r\u001b[K');
  return {
    report,
    realSeconds: Math.round((performance.now() - startedAt) / 100) / 10,
    replay: `npm run faults -- --seed ${seed} --mails ${mails}`,
  };
}

function show(runs: readonly Run[], { json }: FaultsOptions): number {
  const reports = runs.map(({ report }) => report);
  const totals = totalsOf(reports);
  const promises = judgePromises(totals);
  const kept = promises.every((one) => one.kept);
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...totals, ...countsIn(reports), promises, runs: runs.map(({ report, ...rest }) => ({ ...report, ...rest })) })}\n`
      : `${formatPage(pageOf(runs, promises), pageLook)}\n`,
  );
  return kept ? 0 : 1;
}

function pageOf(runs: readonly Run[], promises: ReturnType<typeof judgePromises>): string {
  const reports = runs.map(({ report }) => report);
  const wrong = runs.filter(({ report }) => report.examples.length > 0);
  return [
    runsTable(
      runs.map(({ report, realSeconds }) => ({ ...report, realSeconds })),
      {
        hours: ({ virtualSeconds }) => (virtualSeconds / 3600).toFixed(1),
        seconds: ({ realSeconds }) => realSeconds,
      },
    ),
    faultTables(countsIn(reports)),
    table(
      ['promised', 'measured', 'kept'],
      promises.map(({ promise, measured, kept, doubt }) => [
        promise,
        measured,
        kept ? (doubt ?? 'yes') : '**no**',
      ]),
    ),
    ...wrong.map(({ report, replay }) => [...report.examples, `replay: ${replay}`].join('\n')),
  ].join('\n\n');
}

function countsIn(reports: readonly FaultReport[]) {
  const faults = sumCounts(reports.map((report) => report.faults));
  const mended = sumCounts(reports.map((report) => report.mended));
  return { faults, mended, neverStruck: neverStruck(faults) };
}
