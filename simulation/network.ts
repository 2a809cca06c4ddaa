import type { Draw } from '../local/emulators/ses/dice.ts';
import { AwsFailure } from './aws/failure.ts';
import { durationOf, type Spread } from './dice.ts';
import { never, type Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** One call to AWS as the network sees it. */
export type AwsCall = {
  readonly service: ServiceName;
  /** Command name without its ending: `PutItem`. */
  readonly operation: string;
  readonly input: object;
};

/** AWS services that the stages call. */
export type ServiceName =
  | 'dynamodb'
  | 'ses'
  | 'sqs'
  | 's3'
  | 'events'
  | 'secretsmanager'
  | 'lambda';

/** What a fault does to a call. */
export type CallFate =
  | { readonly kind: 'answered' }
  /** Refused by AWS before it took effect. */
  | { readonly kind: 'refused'; readonly error: Error }
  /** Takes effect; the answer comes never, and the client gives up after a while. */
  | { readonly kind: 'answer-lost'; readonly error: Error; readonly afterMs: number };

/** Decides what becomes of each call. */
export type Faults = (call: AwsCall, process: Process, now: number) => CallFate;

/** Computes the answer of a service; AWS's errors are thrown. */
export type Answer = (call: AwsCall) => Promise<object>;

/** Carries a process's call to its answer. */
export type Network = (process: Process, call: AwsCall) => Promise<object>;

/** There and back, by service. */
export type Latency = Readonly<Record<ServiceName, Spread>>;

/** In-region times: SES as measured, the others as AWS's own graphs show them. */
export const usualLatency: Latency = {
  ses: { medianMs: 50, p99Ms: 150 },
  dynamodb: { medianMs: 5, p99Ms: 20 },
  sqs: { medianMs: 10, p99Ms: 50 },
  s3: { medianMs: 20, p99Ms: 100 },
  events: { medianMs: 10, p99Ms: 50 },
  secretsmanager: { medianMs: 20, p99Ms: 100 },
  lambda: { medianMs: 30, p99Ms: 150 },
};

/** How often a client asks, as adapters/clients.ts makes them: sending never asks twice. */
const attemptsOf = ({ operation }: AwsCall) => (/^Send.*Email$/.test(operation) ? 1 : 3);

/** The SDK's pause before its n-th repeat, at most. @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const backOffMs = (attempt: number) => 100 * 2 ** (attempt - 1);

/** Errors that the SDK asks again about; so it does whenever a service answers 5xx. */
const transient = /Throttl|ProvisionedThroughputExceeded|TooManyRequests|SlowDown|Timeout/;

/**
 * Returns the way of each call: through the latency to its effect and back, meeting faults. What a dying
 * process had on the wire takes effect or not; what it had not sent never does.
 */
export function createNetwork(world: {
  readonly scheduler: Scheduler;
  readonly draw: Draw;
  readonly latency: Latency;
  readonly faults: Faults;
  readonly answer: Answer;
}): Network {
  const { scheduler, draw, latency, faults, answer } = world;

  const once = async (process: Process, call: AwsCall): Promise<object> => {
    await process.passAwait();
    const fate = faults(call, process, scheduler.now());
    const wayMs = durationOf(draw, latency[call.service]) / 2;
    await scheduler.sleep(wayMs);
    if (!process.outlives()) return never();
    const said =
      fate.kind === 'refused'
        ? { error: fate.error }
        : await scheduler
            .work(() => answer(call))
            .then(
              (value) => ({ value }),
              (error: unknown) => ({ error }),
            );
    await scheduler.sleep(fate.kind === 'answer-lost' ? fate.afterMs : wayMs);
    await process.passAwait();
    if (fate.kind === 'answer-lost') throw fate.error;
    if ('error' in said) throw said.error;
    return said.value;
  };

  return async (process, call) => {
    const attempts = attemptsOf(call);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(process, call);
      } catch (error) {
        if (!isTransient(error) || attempt >= attempts) throw error;
        await process.pause(draw() * backOffMs(attempt));
      }
    }
  };
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { httpStatusCode = 0 } = error instanceof AwsFailure ? error.$metadata : {};
  return httpStatusCode >= 500 || transient.test(error.name);
}
