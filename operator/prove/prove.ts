import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { measureBench } from '../bench/bench.ts';
import { formatPage, pageLook } from '../cli/page.ts';
import { synthesize } from './assembly.ts';
import { measureBadRequests } from './bad-requests.ts';
import { measureBlame } from './blame.ts';
import { measureClassification } from './classification.ts';
import { measureEvidence } from './evidence.ts';
import { measureFaults } from './faults.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureMime } from './mime.ts';
import { type ProveOptions, readOptions } from './options.ts';
import { number, type Section, table } from './section.ts';
import { measureStartup } from './startup.ts';
import { measureTemplate } from './template.ts';
import { measureThroughput } from './throughput.ts';

/**
 * Measures every number that this repository claims, writes docs/measured.md and prints it as a terminal shows it. Returns the
 * exit code: 0 when every promise was kept, 1 when not, 2 when something could not be measured.
 */
export async function prove(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  try {
    return await run(options);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function run(options: ProveOptions): Promise<number> {
  const startedAt = performance.now();
  const machine = describeMachine();
  const sections = [
    ...(await measure((text) => process.stderr.write(`${text} …\n`))),
    measureClassification(options.diagnostics),
  ];
  const seconds = (performance.now() - startedAt) / 1000;
  const page = pageOf(sections, { machine, seconds, options });
  writeFileSync(join(repositoryRoot, 'docs', 'measured.md'), page);
  const promises = sections.flatMap((section) => section.promises);
  const result = {
    ...machine,
    seconds,
    promises,
    ...Object.fromEntries(sections.map(({ title, data }) => [title, data])),
  };
  process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : formatPage(page, pageLook));
  return promises.every(({ kept }) => kept) ? 0 : 1;
}

async function measure(onProgress: (text: string) => void): Promise<readonly Section[]> {
  const startup = await measureStartup(onProgress);
  onProgress('the template');
  const made = await synthesize();
  try {
    const [template, cost] = await measureTemplate(made);
    const throughput = await measureThroughput(onProgress);
    onProgress('MIME');
    const mime = await measureMime(made);
    onProgress('bad input');
    const bad = await measureBadRequests(made);
    const bench = await measureBench(onProgress);
    const faults = await measureFaults(onProgress);
    const evidence = measureEvidence(onProgress);
    const blame = measureBlame(onProgress);
    return [
      startup,
      throughput,
      ...bench,
      faults,
      evidence,
      blame,
      mime,
      bad,
      template,
      cost,
    ].filter((section) => section !== undefined);
  } finally {
    made.remove();
  }
}

type About = {
  readonly machine: Machine;
  readonly seconds: number;
  readonly options: ProveOptions;
};

function pageOf(sections: readonly Section[], { machine, seconds, options }: About): string {
  const { date, commit, cpu, cores, memoryGb, node, platform } = machine;
  const promises = sections.flatMap((section) => section.promises);
  return `${[
    '# Measured',
    'Written by `npm run prove`; do not edit.',
    table(
      ['what', 'value'],
      [
        ['date', date],
        ['commit', commit],
        ['machine', `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}`],
        ['Node', node],
        ['this took', `${number(seconds)} s`],
        [
          '`npm test`',
          options.testSeconds
            ? `${number(options.testSeconds)} s, as given to this run`
            : 'not measured by this run; give it with `--test-seconds`',
        ],
        ['`npm ci`', 'not measured here: it depends on the registry’s distance'],
      ],
    ),
    table(
      ['promised', 'measured', 'kept'],
      promises.map(({ promise, measured, kept }) => [promise, measured, kept ? 'yes' : '**no**']),
    ),
    ...sections.flatMap(({ title, method, body }) => [
      `## ${title}`,
      method,
      ...(body === '' ? [] : [body]),
    ]),
  ].join('\n\n')}\n`;
}
