import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { namesOf } from '../../contract/names.ts';
import type { Meter } from '../../local/metering/meter.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { type RunReport, runRequests } from '../start/run-requests.ts';
import type { Synthesized } from './assembly.ts';

/** A fresh runtime of the synthesized deployment, and what a proof does with one. */
export type LocalRun = {
  readonly runtime: Runtime;
  /** Sends queue bodies through the pipeline and waits until each recipient has its outcome. */
  readonly send: (bodies: readonly string[]) => Promise<RunReport>;
  readonly local: (path: string, change?: { method: string; body?: object }) => Promise<unknown>;
  /** Fires every schedule once, and waits until the functions are through. */
  readonly fireSchedules: () => Promise<void>;
  /** Names of the metrics that functions wrote to their logs so far. */
  readonly metricsLogged: () => readonly string[];
  /** Every line that functions wrote to their logs, with its function before it. */
  readonly lines: readonly string[];
  /** What each function wrote to its log so far. */
  readonly logged: () => readonly Logged[];
};

export type Logged = { readonly by: string; readonly lines: number; readonly bytes: number };

const timeoutSeconds = 120;
const lookMs = 50;

/** Boots the deployment on its own emulators, hands it over and ends it. */
export async function withRuntime<T>(
  { folder, config }: Pick<Synthesized, 'folder' | 'config'>,
  work: (run: LocalRun) => Promise<T>,
  { meter }: { readonly meter?: Meter } = {},
): Promise<T> {
  const lines: { readonly source: string; readonly line: string }[] = [];
  const texts: string[] = [];
  const runtime = await startRuntime({
    assemblyDir: folder,
    stackName: namesOf(config.deployment).stack,
    port: 0,
    seed: 1,
    onLog: (source, line) => {
      lines.push({ source, line });
      texts.push(`${source}: ${line}`);
    },
    ...(meter ? { meter } : {}),
  });
  const local: LocalRun['local'] = (path, change) => askLocal(runtime, path, change);
  try {
    return await work({
      runtime,
      local,
      lines: texts,
      send: (bodies) =>
        runRequests([bodies], {
          runtime,
          deployment: config.deployment,
          streams: Object.keys(config.streams),
          timeoutSeconds,
          onProgress: () => undefined,
        }),
      fireSchedules: async () => {
        const { schedules } = timetable.parse(await local('/schedules'));
        for (const { arn } of schedules)
          await local(`/schedules/${encodeURIComponent(arn)}`, { method: 'POST' });
        while (!(await runtime.idle())) await pause(lookMs);
      },
      metricsLogged: () => [...new Set(lines.flatMap(({ line }) => metricsIn(line)))].sort(),
      logged: () =>
        [...Map.groupBy(lines, ({ source }) => source)].map(([by, own]) => ({
          by,
          lines: own.length,
          bytes: own.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0),
        })),
    });
  } finally {
    await runtime.close();
  }
}

/** Returns what was written between two readings of `logged`. */
export function loggedBetween(
  before: readonly Logged[],
  after: readonly Logged[],
): readonly Logged[] {
  const earlier = new Map(before.map((one) => [one.by, one]));
  return after.map(({ by, lines, bytes }) => {
    const { lines: linesBefore = 0, bytes: bytesBefore = 0 } = earlier.get(by) ?? {};
    return { by, lines: lines - linesBefore, bytes: bytes - bytesBefore };
  });
}

const timetable = z.object({ schedules: z.array(z.object({ arn: z.string() })) });

async function askLocal(
  { endpointUrl }: Runtime,
  path: string,
  change?: { readonly method: string; readonly body?: object },
): Promise<unknown> {
  const answer = await fetch(`${endpointUrl}/_local${path}`, {
    ...(change ? { method: change.method } : {}),
    ...(change?.body ? { body: JSON.stringify(change.body) } : {}),
  });
  if (!answer.ok) throw new Error(`/_local${path}: HTTP ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

const metricLine = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});

function metricsIn(line: string): readonly string[] {
  if (!line.includes('"_aws"')) return [];
  const { _aws } = metricLine.parse(JSON.parse(line));
  return _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
}
