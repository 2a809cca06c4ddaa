import { randomUUID } from 'node:crypto';
import { type Environment, startEnvironment } from './environment.ts';
import { functionError, type InvocationOutcome } from './invocation-outcome.ts';
import type { WorkerOptions } from './worker-process.ts';

export type FunctionPool = {
  /** `payload` is JSON text; waits for a free environment when all are busy. */
  readonly invoke: (payload: string, requestId?: string) => Promise<InvocationOutcome>;
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
};

/** More processes than this for one function would only slow each other down on one machine. */
const environmentsMax = 20;
const idleMsMax = 300_000;

const closing: InvocationOutcome = {
  status: 'failed',
  error: functionError('ServiceException', 'the local runtime is closing'),
};

/**
 * Keeps the warm environments of one function: the one used last is used first, one is started when
 * none is free, and one that was idle for five minutes is ended.
 *
 * Above ReservedConcurrentExecutions an invocation is throttled as on Lambda. Without a reservation
 * it waits for one of 20 environments, where Lambda would throttle only at the account's limit.
 */
export function createFunctionPool(options: WorkerOptions): FunctionPool {
  const reserved = options.definition.reservedConcurrency;
  const idle: { environment: Environment; reaper: NodeJS.Timeout }[] = [];
  const live = new Set<Environment>();
  const queue: (() => void)[] = [];
  let busy = 0;
  let closed = false;

  const takeIdle = (): Environment | undefined => {
    const warm = idle.pop();
    if (warm === undefined) return undefined;
    clearTimeout(warm.reaper);
    return warm.environment.alive() ? warm.environment : takeIdle();
  };
  const start = async (): Promise<Environment> => {
    const environment = await startEnvironment(options);
    live.add(environment);
    if (closed) await environment.discard();
    void environment.ended.then(() => live.delete(environment));
    return environment;
  };
  const putBack = (environment: Environment) => {
    if (!environment.alive()) return;
    const reaper = setTimeout(() => {
      const index = idle.findIndex((warm) => warm.environment === environment);
      if (index >= 0) idle.splice(index, 1);
      void environment.discard();
    }, idleMsMax);
    reaper.unref();
    idle.push({ environment, reaper });
  };
  return {
    invoke: async (payload, requestId = randomUUID()) => {
      if (reserved !== undefined && busy >= reserved) return { status: 'throttled' };
      if (busy >= environmentsMax) await new Promise<void>((resolve) => queue.push(resolve));
      else busy += 1;
      try {
        if (closed) return closing;
        const environment = takeIdle() ?? (await start());
        const outcome = await environment.invoke(requestId, payload);
        putBack(environment);
        return outcome;
      } finally {
        // The place is handed straight to the first in the queue, so nobody can slip in between.
        const waiting = queue.shift();
        if (waiting === undefined) busy -= 1;
        else waiting();
      }
    },
    inFlight: () => busy + queue.length,
    close: async () => {
      closed = true;
      for (const { reaper } of idle.splice(0)) clearTimeout(reaper);
      await Promise.all([...live].map((environment) => environment.discard()));
    },
  };
}
