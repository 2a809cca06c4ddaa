import type { Json, Physical, Place, Resource } from '../aws.ts';
import { runAsyncEvent } from './async-invocations.ts';
import {
  defaultEventInvokeConfig,
  defineEventInvokeConfig,
  type EventInvokeConfig,
} from './event-invoke-config.ts';
import { defineFunction, type LambdaFunction } from './function-definition.ts';
import { functionName } from './function-name.ts';
import { createFunctionPool, type FunctionPool } from './function-pool.ts';
import type { InvocationOutcome } from './invocation-outcome.ts';
import type { QueueClient } from './queue-client.ts';

/** One invocation of a function, when it has ended. */
export type FunctionRun = {
  readonly functionName: string;
  readonly status: InvocationOutcome['status'];
  /** From the invocation to its outcome: a cold start and the wait for an environment included. */
  readonly durationMs: number;
  /** Invocations of the function that ran or waited when this one began, itself included. */
  readonly concurrentCount: number;
};

export type OnRun = (run: FunctionRun) => void;

export type FunctionsOptions = {
  readonly place: Place;
  readonly endpointUrl: () => string;
  readonly nameServer: string | undefined;
  readonly queue: QueueClient;
  readonly onLog: (functionName: string, line: string) => void;
  readonly onInvoked: (functionName: string) => void;
  readonly onRun: OnRun;
  readonly retryDelaysMs: readonly number[];
};

/** The functions of the box, by name; payloads are JSON text. */
export type Functions = {
  readonly create: (resource: Resource) => Physical;
  readonly configureEvents: (resource: Resource) => Physical;
  readonly find: (nameOrArn: string) => LambdaFunction | undefined;
  readonly invoke: (definition: LambdaFunction, payload: string) => Promise<InvocationOutcome>;
  /** Accepts an event and answers before it has run. */
  readonly accept: (definition: LambdaFunction, payload: string) => void;
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
};

type BoxFunction = {
  readonly definition: LambdaFunction;
  /** Made at the first invocation, when the endpoint has its address. */
  pool: FunctionPool | undefined;
  config: EventInvokeConfig;
};

/** Holds the functions of the template and runs them, synchronously or as events. */
export function createFunctions(options: FunctionsOptions): Functions {
  const byName = new Map<string, BoxFunction>();

  const boxed = (nameOrArn: string): BoxFunction | undefined => {
    const name = functionName(nameOrArn);
    return name === undefined ? undefined : byName.get(name);
  };
  const known = (nameOrArn: string): BoxFunction => {
    const found = boxed(nameOrArn);
    if (found !== undefined) return found;
    throw new Error(
      `function got ${nameOrArn}, allowed are ${[...byName.keys()].join(', ') || 'none yet'}`,
    );
  };
  const poolOf = (found: BoxFunction): FunctionPool => {
    const { definition } = found;
    found.pool ??= createFunctionPool({
      definition,
      place: options.place,
      endpointUrl: options.endpointUrl(),
      nameServer: options.nameServer,
      onLine: (line) => options.onLog(definition.name, line),
    });
    return found.pool;
  };
  const run = (found: BoxFunction, payload: string, requestId?: string) =>
    runWatched(
      { ...options, name: found.definition.name, pool: poolOf(found) },
      payload,
      requestId,
    );
  const accept = (definition: LambdaFunction, payload: string): void => {
    const found = known(definition.name);
    const onLog = (line: string) => options.onLog(definition.name, line);
    runAsyncEvent(definition, payload, {
      invoke: (requestId, text) => run(found, text, requestId),
      config: () => found.config,
      sendTo,
      onLog,
      retryDelaysMs: options.retryDelaysMs,
    }).catch((cause: unknown) => onLog(`local runtime: an event was lost: ${String(cause)}`));
  };
  const sendTo = async (arn: string, body: Json): Promise<void> => {
    const text = JSON.stringify(body);
    if (arn.split(':')[2] === 'sqs') return options.queue.send(arn, text);
    accept(known(arn).definition, text);
  };
  return {
    create: (resource) => {
      const definition = defineFunction(resource, options.place);
      if (byName.has(definition.name)) {
        throw new Error(
          `${resource.type} ${resource.logicalId}: a function named ${definition.name} exists: ` +
            'give one of the two a FunctionName of its own',
        );
      }
      byName.set(definition.name, {
        definition,
        pool: undefined,
        config: defaultEventInvokeConfig,
      });
      for (const warning of definition.warnings) options.onLog(definition.name, warning);
      return { ref: definition.name, attributes: { Arn: definition.arn } };
    },
    configureEvents: (resource) => {
      const { functionRef, config } = defineEventInvokeConfig(resource);
      known(functionRef).config = config;
      return { ref: `${functionRef}|$LATEST`, attributes: {} };
    },
    find: (nameOrArn) => boxed(nameOrArn)?.definition,
    invoke: (definition, payload) => run(known(definition.name), payload),
    accept,
    inFlight: () => sum([...byName.values()].map((found) => found.pool?.inFlight() ?? 0)),
    close: async () => {
      await Promise.all([...byName.values()].map((found) => found.pool?.close()));
    },
  };
}

type Watched = Pick<FunctionsOptions, 'onInvoked' | 'onRun'> & {
  readonly name: string;
  readonly pool: FunctionPool;
};

async function runWatched(
  { name, pool, onInvoked, onRun }: Watched,
  payload: string,
  requestId?: string,
): Promise<InvocationOutcome> {
  onInvoked(name);
  const startMs = performance.now();
  const concurrentCount = pool.inFlight() + 1;
  const outcome = await pool.invoke(payload, requestId);
  const durationMs = performance.now() - startMs;
  onRun({ functionName: name, status: outcome.status, durationMs, concurrentCount });
  return outcome;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
