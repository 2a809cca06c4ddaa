import type { Draw } from '../local/emulators/ses/dice.ts';
import { createClients } from './aws/clients.ts';
import { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';
import { names, type Streams } from './deployment.ts';
import { type Answer, createNetwork, type Faults, type Latency, usualLatency } from './network.ts';
import { createProcess, type Process } from './process.ts';
import type { Queue } from './queue.ts';
import { dispatchTimeoutMs, feedbackTimeoutMs } from './queues.ts';
import type { Scheduler } from './scheduler.ts';
import {
  type DispatchOver,
  type StageEnvironment,
  startAccount,
  startDispatch,
  startDue,
  startFeedback,
} from './stages.ts';

const minuteMs = 60_000;

/** What the functions run on. */
export type FunctionsOptions = {
  readonly streams: Streams;
  readonly latency?: Partial<Latency>;
  readonly faults?: Faults;
  readonly skewMs?: number;
  readonly over?: DispatchOver;
  readonly accountEveryMs?: number;
  readonly draw: (purpose: string) => Draw;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly answer: Answer;
};

/** The functions at work, and what they told of themselves. */
export type Functions = {
  readonly consumers: readonly Consumer[];
  readonly metrics: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, number>;
};

type Runner = {
  readonly environmentIn: (process: Process) => StageEnvironment;
  readonly newProcess: () => Process;
  readonly failed: (error: unknown) => void;
};

/**
 * Starts every function with its mappings and schedules. Each mapping has environments of its own; in
 * AWS the two of a stream share theirs, which changes what an environment remembers and nothing else.
 */
export function startFunctions(scheduler: Scheduler, options: FunctionsOptions): Functions {
  const { draw } = options;
  const metrics = new Map<string, number>();
  const failures = new Map<string, number>();
  const network = createNetwork({
    scheduler,
    draw: draw('network'),
    latency: { ...usualLatency, ...options.latency },
    faults: options.faults ?? (() => ({ kind: 'answered' })),
    answer: options.answer,
  });
  const newId = createIds(draw('ids'));
  const failed = (error: unknown) => addTo(failures, String(error));
  const runner: Runner = {
    newProcess: createProcesses(scheduler, draw, options.skewMs ?? 0),
    failed,
    environmentIn: (process) => ({
      process,
      newId,
      clients: createClients((service, operation, input) =>
        network(process, { service, operation, input }),
      ),
      count: (metric, by) => addTo(metrics, metric, by),
      failure: failed,
    }),
  };
  startSchedules(scheduler, options, runner);
  return { consumers: startConsumers(scheduler, options, runner), metrics, failures };
}

function addTo(counts: Map<string, number>, name: string, by = 1): void {
  if (by !== 0) counts.set(name, (counts.get(name) ?? 0) + by);
}

function startConsumers(
  scheduler: Scheduler,
  { streams, queues, draw, over }: FunctionsOptions,
  { environmentIn, newProcess }: Runner,
): readonly Consumer[] {
  const consume = (
    name: string,
    about: Omit<ConsumerOptions, 'name' | 'queue' | 'newProcess'>,
  ): readonly Consumer[] => {
    const queue = queues.get(name);
    if (queue === undefined) return [];
    return [createConsumer(scheduler, draw(`poll ${name}`), { ...about, name, queue, newProcess })];
  };
  const feedback = {
    concurrency: 2,
    timeoutMs: feedbackTimeoutMs,
    start: (process: Process) => startFeedback(environmentIn(process)),
  };
  const dispatch = Object.entries(streams).flatMap(([stream, { concurrency, batchSize = 10 }]) => {
    const about = { stream, streams, ...(over === undefined ? {} : { over }) };
    const start = (process: Process) => startDispatch(about, environmentIn(process));
    const own = { concurrency, batchSize, timeoutMs: dispatchTimeoutMs, start };
    return queuesOf(stream).flatMap((name) => consume(name, own));
  });
  return [
    ...dispatch,
    ...consume(names.feedbackQueue, { ...feedback, batchSize: 10 }),
    ...consume(names.deliveryQueue, { ...feedback, batchSize: 100, batchingWindowMs: 1_000 }),
  ];
}

function queuesOf(stream: string): readonly string[] {
  return [names.intakeQueue(stream), names.overflowQueue(stream)];
}

function startSchedules(
  scheduler: Scheduler,
  { streams, queues, accountEveryMs = minuteMs }: FunctionsOptions,
  runner: Runner,
): void {
  const watched = Object.entries(streams).map(([stream, { concurrency }]) => {
    const mappings = queuesOf(stream).filter((name) => queues.has(name));
    return [stream, { mappings, environments: concurrency, recipients: 10 }] as const;
  });
  every(scheduler, accountEveryMs, {
    ...runner,
    start: (process) => startAccount(Object.fromEntries(watched), runner.environmentIn(process)),
  });
  every(scheduler, 5 * minuteMs, {
    ...runner,
    start: (process) => startDue(Object.keys(streams), runner.environmentIn(process)),
  });
}

/** Runs a function on a schedule, in one environment while it lives. */
function every(
  scheduler: Scheduler,
  periodMs: number,
  about: Runner & { readonly start: (process: Process) => () => Promise<void> },
): void {
  let process = about.newProcess();
  let run = about.start(process);
  const tick = (): void => {
    scheduler.at(scheduler.now() + periodMs, tick, 'background');
    if (!process.isAlive()) {
      process = about.newProcess();
      run = about.start(process);
    }
    scheduler.start(() => run().catch(about.failed));
  };
  scheduler.at(scheduler.now() + periodMs, tick, 'background');
}

function createProcesses(
  scheduler: Scheduler,
  draw: (purpose: string) => Draw,
  skewMs: number,
): () => Process {
  const skew = draw('skew');
  const wire = draw('wire');
  return () => createProcess(scheduler, wire, { skewMs: Math.round((2 * skew() - 1) * skewMs) });
}

/** Random ids of 128 bits, from the seed. */
function createIds(draw: Draw): () => string {
  return () => {
    const bytes = Buffer.alloc(16);
    for (let word = 0; word < 16; word += 4)
      bytes.writeUInt32LE(Math.floor(draw() * 2 ** 32), word);
    return bytes.toString('base64url');
  };
}
