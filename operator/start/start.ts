import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, type PipelineConfig } from '../../contract/pipeline-config.ts';
import { config as settings } from '../../goodstanding.config.ts';
import { buildApp } from '../../lib/pipeline-app.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { readOptions, type StartOptions } from './options.ts';
import { type RunReport, runRequests } from './run-requests.ts';
import { createSample } from './sample.ts';
import { createConsole, type Show } from './show.ts';

/** Where the CLI finds the local runtime of this clone. */
const stateFile = join('.goodstanding', 'local.json');

/**
 * Starts the whole pipeline on this machine, sends the sample or a file through it and reports; stays
 * up until interrupted unless `--once`. Returns the exit code: 0 when every recipient has an outcome.
 */
export async function start(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const show = createConsole(options);
  try {
    return await run(options, show);
  } catch (error) {
    show.problem(
      error instanceof ConfigError || !(error instanceof Error) ? String(error) : describe(error),
    );
    return 2;
  }
}

async function run(options: StartOptions, show: Show): Promise<number> {
  // CDK bundles through npx, which otherwise says what it thinks of the user's npm settings.
  process.env['npm_config_loglevel'] ??= 'error';
  const bodies = options.input === undefined ? undefined : readLines(options.input);
  const startedAt = performance.now();
  const outdir = mkdtempSync(join(tmpdir(), 'goodstanding-'));
  const { app, config } = await buildApp({ config: settings, outdir });
  app.synth();
  const runtime = await startRuntime({
    assemblyDir: outdir,
    onLog: show.log,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const stop = async () => {
    rmSync(stateFile, { force: true });
    await runtime.close();
    rmSync(outdir, { recursive: true, force: true });
  };
  try {
    show.ready({ config, runtime, seconds: (performance.now() - startedAt) / 1000 });
    writeState(runtime, config);
    const report = await sendAll(bodies, { options, config, runtime, show });
    if (report) show.report(report);
    const complete = report === undefined || isComplete(report);
    if (options.once) return complete ? 0 : 1;
    show.staysUp(runtime);
    await interrupted();
    return 0;
  } finally {
    await stop();
  }
}

async function sendAll(
  bodies: readonly string[] | undefined,
  pipeline: {
    readonly options: StartOptions;
    readonly config: PipelineConfig;
    readonly runtime: Runtime;
    readonly show: Show;
  },
): Promise<RunReport | undefined> {
  const { options, config, runtime, show } = pipeline;
  if (!bodies && !options.sample) return undefined;
  const streams = Object.keys(config.streams);
  const [single = '', bulk = single] = streams;
  const sample = createSample(fromAddress(config), { single, bulk }, Date.now());
  const waves = bodies ? [bodies] : [sample.first, sample.afterwards];
  return runRequests(waves, {
    runtime,
    deployment: config.deployment,
    streams,
    timeoutSeconds: options.timeout,
    onProgress: show.progress,
  });
}

/** The outcomes add up, nobody is lost, nobody got a mail twice. */
function isComplete({ outcomes, recipients, lost, doubleSent }: RunReport): boolean {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  return sum === recipients && lost === 0 && doubleSent === 0;
}

function fromAddress(config: PipelineConfig): string {
  const [domain] = config.sendingDomains;
  return domain ? `hello@${domain.domain}` : (config.sendingAddresses[0] ?? '');
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch (cause) {
    throw new Error(
      `--input: got ${file}, which cannot be read; name a file with one queue body a line`,
      {
        cause,
      },
    );
  }
}

function writeState({ endpointUrl }: Runtime, { deployment }: PipelineConfig): void {
  mkdirSync('.goodstanding', { recursive: true });
  const state = { endpoint: endpointUrl, deployment, pid: process.pid };
  writeFileSync(stateFile, `${JSON.stringify(state, undefined, 2)}\n`);
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
