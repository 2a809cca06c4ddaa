import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamo, localTarget } from '../../adapters/clients.ts';
import { addTenant } from '../../adapters/tenant-directory.ts';
import { namesOf } from '../../contract/names.ts';
import type { PipelineConfig } from '../../contract/pipeline-config.ts';
import { config as settings } from '../../goodstanding.config.ts';
import { buildApp } from '../../lib/pipeline-app.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { createBackend } from '../actions/backend.ts';
import { claimLocalState, dropLocalState } from '../actions/local-state.ts';
import { readInput } from './input-file.ts';
import { listenForInterrupt } from './interrupt.ts';
import { readOptions, type StartOptions } from './options.ts';
import { type RunReport, runRequests } from './run-requests.ts';
import { createSample } from './sample.ts';
import { createConsole, type Show } from './show.ts';

/** As a shell tells that Ctrl-C ended a command. */
const interruptedCode = 130;

/**
 * Starts the whole pipeline on this machine, sends the sample or a file through it and reports; stays
 * up until interrupted unless `--once`. Returns the exit code: 0 when every recipient has an outcome.
 */
export async function start(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const show = createConsole(options);
  const outdir = mkdtempSync(join(tmpdir(), 'goodstanding-'));
  const leaveNothing = () => {
    dropLocalState('.', process.pid);
    rmSync(outdir, { recursive: true, force: true });
  };
  // A second Ctrl-C and a failure that nobody caught end the process without the way out below.
  process.on('exit', leaveNothing);
  const interrupt = listenForInterrupt();
  try {
    return await run(options, { show, outdir, signal: interrupt.signal });
  } catch (error) {
    // Ctrl-C reaches the bundler too, which then fails: that is no news.
    if (interrupt.signal.aborted) return interruptedCode;
    show.problem(error instanceof Error ? describe(error) : String(error));
    return 2;
  } finally {
    interrupt.close();
    leaveNothing();
    process.off('exit', leaveNothing);
  }
}

type Running = {
  readonly show: Show;
  readonly outdir: string;
  readonly signal: AbortSignal;
};

async function run(options: StartOptions, { show, outdir, signal }: Running): Promise<number> {
  const bodies = options.input === undefined ? undefined : readInput(options.input);
  const startedAt = performance.now();
  const { app, config } = await buildApp({ config: settings, outdir });
  app.synth();
  const runtime = await startRuntime({
    assemblyDir: outdir,
    onLog: show.log,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  try {
    show.ready({ config, runtime, seconds: (performance.now() - startedAt) / 1000 });
    const own = {
      endpoint: runtime.endpointUrl,
      deployment: config.deployment,
      pid: process.pid,
    };
    // With --once it is gone before anybody could use it.
    const used = options.once ? own : claimLocalState('.', own);
    const report = await sendAll(bodies, { options, config, runtime, show, signal });
    if (signal.aborted) return interruptedCode;
    if (report) show.report(report);
    const complete = report === undefined || isComplete(report);
    if (options.once) return complete ? 0 : 1;
    const opened = options.console ? await openOwnConsole(options, config, runtime) : undefined;
    show.staysUp({
      runtime,
      config,
      ...(opened ? { consoleUrl: opened.url } : {}),
      ...(used.pid === own.pid ? {} : { other: used }),
      sampleSent: report !== undefined && bodies === undefined,
    });
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await opened?.close();
    return 0;
  } finally {
    await runtime.close();
  }
}

/** Opened last: whoever only wants the runtime has it first. */
async function openOwnConsole(
  { operate }: StartOptions,
  { deployment }: PipelineConfig,
  { endpointUrl }: Runtime,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { openConsole } = await import('../console/open-console.ts');
  const backend = createBackend(localTarget(endpointUrl), deployment);
  const label = `local runtime ${endpointUrl}`;
  const opened = await openConsole({ backend, label, mode: operate ? 'operate' : 'look' });
  return {
    url: opened.url,
    close: async () => {
      await opened.close();
      backend.close();
    },
  };
}

async function sendAll(
  bodies: readonly string[] | undefined,
  pipeline: {
    readonly options: StartOptions;
    readonly config: PipelineConfig;
    readonly runtime: Runtime;
    readonly show: Show;
    readonly signal: AbortSignal;
  },
): Promise<RunReport | undefined> {
  const { options, config, runtime, show, signal } = pipeline;
  const sendsSample = !bodies && options.sample;
  // A program that asked for a report gets one, of zeros.
  if (!bodies && !sendsSample && !(options.once && options.json)) return undefined;
  const streams = Object.keys(config.streams);
  const [single = '', bulk = single] = streams;
  const sample = createSample(fromAddress(config), { single, bulk }, Date.now());
  if (sendsSample && config.tenancy === 'many') await addSampleTenant(config, runtime, show);
  const waves = bodies ? [bodies] : sendsSample ? [sample.first, sample.afterwards] : [];
  const report = await runRequests(waves, {
    runtime,
    deployment: config.deployment,
    streams,
    timeoutSeconds: options.timeout,
    onProgress: show.progress,
    signal,
  });
  const { recipients, reasons } = report;
  if (recipients > 0 && reasons['tenant-unknown'] === recipients) show.everyTenantUnknown();
  return report;
}

/** Where tenants are added by hand, nobody would be there for whom the sample could be sent. */
async function addSampleTenant(
  config: PipelineConfig,
  { endpointUrl }: Runtime,
  show: Show,
): Promise<void> {
  const dynamo = createDynamo(localTarget(endpointUrl));
  const directory = { dynamo, name: namesOf(config.deployment).tables.directory };
  const owned = ownedFirst(config);
  const tenant = { tenant: 'default', fromOwned: [owned] };
  if (await addTenant(directory, tenant, Date.now()))
    show.tenantAdded({ tenant: tenant.tenant, owned });
  dynamo.destroy();
}

/** The outcomes add up, nobody is lost, nobody got a mail twice. */
function isComplete({ outcomes, recipients, lost, doubleSent }: RunReport): boolean {
  const sum = Object.values(outcomes).reduce((total, count) => total + count, 0);
  return sum === recipients && lost === 0 && doubleSent === 0;
}

function ownedFirst({ sendingDomains, sendingAddresses }: PipelineConfig): string {
  return sendingDomains[0]?.domain ?? sendingAddresses[0] ?? '';
}

function fromAddress(config: PipelineConfig): string {
  const owned = ownedFirst(config);
  return owned.includes('@') ? owned : `hello@${owned}`;
}

function describe(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
