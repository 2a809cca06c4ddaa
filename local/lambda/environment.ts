import { randomBytes } from 'node:crypto';
import { createDesk, type InvocationDesk } from './invocation-desk.ts';
import { functionError, type InvocationOutcome } from './invocation-outcome.ts';
import { residentBytesMax, watchMemory } from './memory-limit.ts';
import { openRuntimeApi } from './runtime-api.ts';
import { spawnWorker, type WorkerOptions } from './worker-process.ts';

/** One execution environment: a worker process with the bundle loaded, used by one event at a time. */
export type Environment = {
  readonly invoke: (requestId: string, payload: string) => Promise<InvocationOutcome>;
  readonly alive: () => boolean;
  /** Kills the process at once; a running invocation fails. */
  readonly discard: () => Promise<void>;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const initMsMax = 10_000;

/**
 * Starts an execution environment, which holds a function to its Timeout and MemorySize: whoever
 * goes over is killed and the environment is not used again.
 *
 * Unlike on Lambda the process is not frozen between events, and one that needs more than 10 s to
 * start fails the event, where Lambda would start it once more.
 */
export async function startEnvironment(options: WorkerOptions): Promise<Environment> {
  const desk = createDesk();
  const ended = Promise.withResolvers<void>();
  const bytesMax = residentBytesMax(options.definition.memoryMb);
  let killReason: string | undefined;
  let gone = false;
  const kill = (reason: string) => {
    killReason ??= reason;
    worker.kill('SIGKILL');
  };
  const api = await openRuntimeApi({
    desk,
    onResidentBytes: (bytes) => bytes > bytesMax && kill('signal: killed'),
  });
  const worker = spawnWorker(options, api.address, (reason) => {
    gone = true;
    memory.stop();
    clearTimeout(initLimit);
    api.close();
    desk.runtimeGone(killReason ?? reason);
    ended.resolve();
  });
  const memory = watchMemory({
    pid: worker.pid,
    bytesMax,
    onExceeded: () => kill('signal: killed'),
  });
  const initLimit = setTimeout(() => kill(`no start within ${initMsMax / 1_000} s`), initMsMax);
  void desk.initialized.then(() => clearTimeout(initLimit));
  return {
    invoke: (requestId, payload) => runInvocation({ requestId, payload, desk, kill, options }),
    alive: () => !gone && killReason === undefined,
    discard: () => {
      kill('signal: killed');
      return ended.promise;
    },
    ended: ended.promise,
  };
}

async function runInvocation(run: {
  readonly requestId: string;
  readonly payload: string;
  readonly desk: InvocationDesk;
  readonly kill: (reason: string) => void;
  readonly options: WorkerOptions;
}): Promise<InvocationOutcome> {
  const { requestId, desk, kill } = run;
  const { definition } = run.options;
  const init = await desk.initialized;
  if (init.status === 'failed') {
    kill('init failed');
    return init;
  }
  const timeoutMs = definition.timeoutSeconds * 1_000;
  const timer = setTimeout(() => {
    // What is killed after its answer only failed to ask for the next event.
    desk.answer(requestId, timedOut(requestId, definition.timeoutSeconds));
    kill('timed out');
  }, timeoutMs);
  const outcome = await desk.run({
    requestId,
    payload: run.payload,
    // The runtime compares it with the clock of its own process, which is the real one.
    deadlineMs: Date.now() + timeoutMs,
    functionArn: definition.arn,
    traceId: traceId(),
  });
  // A runtime that has reported a crash is about to exit: only one that asks again can be reused.
  await desk.askedAgain();
  clearTimeout(timer);
  return outcome;
}

function timedOut(requestId: string, seconds: number): InvocationOutcome {
  const message = `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
  return { status: 'failed', error: functionError('Sandbox.Timedout', message) };
}

function traceId(): string {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Sampled=0`;
}
