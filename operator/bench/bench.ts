import { Command } from 'commander';
import { formatPage, pageLook } from '../cli/page.ts';
import { synthesize } from '../prove/assembly.ts';
import type { Section } from '../prove/section.ts';
import { measureTemplate } from '../prove/template.ts';
import { measureThroughput } from '../prove/throughput.ts';
import { benchConfig } from './bench-config.ts';
import { measureCosts } from './cost.ts';
import { measureCpu } from './cpu.ts';
import { fairnessSection, measureFairness } from './fairness.ts';
import { measureImports } from './imports.ts';
import { latencySection, measureLatency } from './latency.ts';
import { measurePacing, pacingSection } from './pacing.ts';
import { cpuSection, slopeSection } from './report.ts';
import { featureSection, priceSection } from './report-cost.ts';
import { measureSlopes } from './slopes.ts';

/** Measures prices, CPU time, slopes, pace and fairness: what `npm run bench` has beside the sections of `npm run prove`. */
export async function measureBench(
  onProgress: (text: string) => void,
): Promise<readonly Section[]> {
  const costs = await measureCosts(onProgress);
  const slopes = await measureSlopes(onProgress);
  const made = await synthesize(benchConfig());
  try {
    const cpu = await measureCpu(made, onProgress);
    const imports = await measureImports(made, onProgress);
    return [
      priceSection(costs),
      featureSection(costs),
      slopeSection(slopes),
      cpuSection(cpu),
      imports,
      pacingSection(await measurePacing(onProgress)),
      latencySection(await measureLatency(onProgress)),
      fairnessSection(await measureFairness(onProgress)),
    ];
  } finally {
    made.remove();
  }
}

/**
 * Runs every benchmark and prints what it found, on standard output alone. Returns the exit code: 0 when
 * every promise was kept, 1 when not, 2 when something could not be measured.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const { json } = readOptions(args);
  const onProgress = (text: string) => process.stderr.write(`${text} …\n`);
  try {
    const sections = await measureAll(onProgress);
    const promises = sections.flatMap((section) => section.promises);
    const data = Object.fromEntries(sections.map((section) => [section.title, section.data]));
    process.stdout.write(
      json ? `${JSON.stringify({ promises, ...data })}\n` : formatPage(pageOf(sections), pageLook),
    );
    return promises.every(({ kept }) => kept) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function measureAll(onProgress: (text: string) => void): Promise<readonly Section[]> {
  const own = await measureBench(onProgress);
  const made = await synthesize();
  try {
    return [...own, ...(await measureTemplate(made)), await measureThroughput(onProgress)];
  } finally {
    made.remove();
  }
}

function pageOf(sections: readonly Section[]): string {
  return sections
    .map(({ title, method, promises, body }) => {
      const kept = promises.map(
        (one) => `${one.kept ? 'kept' : 'NOT KEPT'}: ${one.promise}: ${one.measured}`,
      );
      return [`## ${title}`, method, kept.join('\n'), body]
        .filter((part) => part !== '')
        .join('\n\n');
    })
    .join('\n\n')
    .concat('\n');
}

function readOptions(args: readonly string[]): { readonly json: boolean } {
  return new Command('npm run bench --')
    .description(
      'Measure what a mail costs, in money, calls, units and CPU time, and how fast and fairly mail goes. It takes some minutes on two cores and says on standard error what it does.',
    )
    .option('--json', 'print one JSON object instead of tables', false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' })
    .opts<{ json: boolean }>();
}
