import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { number, type Section, table } from './section.ts';

const runs = 5;
const readySecondsMax = 5;
const sampleSecondsMax = 15;
const sampleRecipientsMin = 500;

type Run = {
  /** Seconds from the start of npm to the line that says that it is up. */
  readonly readySeconds: number;
  /** Seconds from the start of npm to the report, absent without a sample. */
  readonly reportSeconds?: number;
  readonly report?: z.output<typeof reported>;
  readonly exitCode: number;
};

const reported = z.looseObject({
  requests: z.number(),
  recipients: z.number(),
  outcomes: z.record(z.string(), z.number()),
  lost: z.number(),
  duplicates: z.number(),
});

/** Measures `npm start` from outside: how soon it is ready, and how soon the sample is through. */
export async function measureStartup(onProgress: (text: string) => void): Promise<Section> {
  const ready: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    onProgress(`npm start, run ${run} of ${runs}`);
    ready.push((await npmStart('--once', '--json', '--no-sample')).readySeconds);
  }
  onProgress('npm start with its sample');
  const sample = await npmStart('--once', '--json');
  const { report, reportSeconds = Number.POSITIVE_INFINITY } = sample;
  const median = [...ready].sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
  const outcomes = Object.entries(report?.outcomes ?? {});
  const sum = outcomes.reduce((total, [, count]) => total + count, 0);
  return {
    title: 'From `npm start` to a sample that is through',
    method: `\`npm start -- --once --json --no-sample\` ${runs} times and \`npm start -- --once --json\` once, timed from outside: from the start of npm to the line that says it is up, and to the report. Synthesis, bundling and creating every resource are in it.`,
    promises: [
      promise('ready in 5 s', `${number(median, 1)} s`, median <= readySecondsMax),
      promise(
        'sample of 500 recipients or more through in 15 s',
        `${report?.recipients ?? 0} recipients in ${number(reportSeconds, 1)} s`,
        (report?.recipients ?? 0) >= sampleRecipientsMin && reportSeconds <= sampleSecondsMax,
      ),
      promise(
        'every recipient of the sample has one outcome, exit code 0',
        `${sum} of ${report?.recipients ?? 0}, ${report?.lost ?? 'unknown'} lost, exit code ${sample.exitCode}`,
        sum === report?.recipients && report?.lost === 0 && sample.exitCode === 0,
      ),
    ],
    body: [
      `Ready after ${ready.map((one) => number(one, 1)).join(', ')} s; median **${number(median, 1)} s**.`,
      `The sample, ${report?.requests ?? 0} requests for ${report?.recipients ?? 0} recipients, was through after **${number(reportSeconds, 1)} s** (${report?.duplicates ?? 0} repeated request, sent once).`,
      '',
      table(['outcome', 'recipients'], outcomes),
    ].join('\n'),
    data: { readySeconds: ready, readySecondsMedian: median, sampleSeconds: reportSeconds, report },
  };
}

function promise(text: string, measured: string, kept: boolean) {
  return { promise: text, measured, kept };
}

function npmStart(...options: readonly string[]): Promise<Run> {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const npm = process.env['npm_execpath'];
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const child = spawn(command, [...args, 'start', '--silent', '--', ...options], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let readySeconds = Number.POSITIVE_INFINITY;
  let answer: Pick<Run, 'report' | 'reportSeconds'> = {};
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/ is up at http/.test(line)) readySeconds = seconds();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{'))
      answer = { report: reported.parse(JSON.parse(line)), reportSeconds: seconds() };
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ readySeconds, ...answer, exitCode: code ?? -1 }));
  });
}
