import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../aws.ts';
import type { EventInvokeConfig } from './event-invoke-config.ts';
import type { LambdaFunction } from './function-definition.ts';
import type { InvocationOutcome } from './invocation-outcome.ts';

export type AsyncInvocationsOptions = {
  readonly invoke: (requestId: string, payload: string) => Promise<InvocationOutcome>;
  readonly config: () => EventInvokeConfig;
  /** Sends a record to a queue or a function. */
  readonly sendTo: (arn: string, body: Json) => Promise<void>;
  readonly onLog: (line: string) => void;
  readonly retryDelaysMs: readonly number[];
};

type AsyncEvent = {
  readonly requestId: string;
  readonly payload: string;
  readonly acceptedMs: number;
};

/** Lambda waits one minute before the first retry of a function error and two before the second. */
export const lambdaRetryDelaysMs: readonly number[] = [60_000, 120_000];

const throttlePauseMs = { first: 1_000, max: 300_000 };

/**
 * Runs an accepted event to its end as Lambda's internal queue does: retries after a function error,
 * patience while throttled, then a record to the on-success or on-failure destination, or the event
 * itself to the dead-letter queue. Waiting for a retry does not keep the process alive, and a retry
 * that is still waiting when the box closes is lost with it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export async function runAsyncEvent(
  definition: LambdaFunction,
  payload: string,
  options: AsyncInvocationsOptions,
): Promise<void> {
  const event = { requestId: randomUUID(), payload, acceptedMs: Date.now() };
  const { outcome, attempts, condition } = await attempt(event, options);
  const { onSuccessArn, onFailureArn } = options.config();
  const record = () => destinationRecord({ definition, event, outcome, attempts, condition });
  if (outcome.status === 'succeeded') {
    if (onSuccessArn !== undefined) await options.sendTo(onSuccessArn, record());
    return;
  }
  options.onLog(`local runtime: event ${event.requestId} given up after ${attempts} attempts`);
  if (onFailureArn !== undefined) await options.sendTo(onFailureArn, record());
  if (definition.deadLetterArn !== undefined) {
    await options.sendTo(definition.deadLetterArn, JSON.parse(payload));
  }
}

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

async function attempt(event: AsyncEvent, options: AsyncInvocationsOptions) {
  const { retriesMax, ageSecondsMax } = options.config();
  let throttleMs = throttlePauseMs.first;
  for (let attempts = 0; ; ) {
    const outcome = await options.invoke(event.requestId, event.payload);
    if (outcome.status !== 'throttled') attempts += 1;
    const ended = (condition: Condition) => ({ outcome, attempts, condition });
    if (outcome.status === 'succeeded') return ended('Success');
    if (attempts > retriesMax) return ended('RetriesExhausted');
    const pauseMs =
      outcome.status === 'throttled' ? throttleMs : (options.retryDelaysMs[attempts - 1] ?? 0);
    if (outcome.status === 'throttled') throttleMs = Math.min(throttleMs * 2, throttlePauseMs.max);
    if (Date.now() + pauseMs - event.acceptedMs > ageSecondsMax * 1_000) {
      return ended('EventAgeExceeded');
    }
    await sleep(pauseMs, undefined, { ref: false });
  }
}

function destinationRecord(options: {
  readonly definition: LambdaFunction;
  readonly event: AsyncEvent;
  readonly outcome: InvocationOutcome;
  readonly attempts: number;
  readonly condition: Condition;
}): Json {
  const { definition, event, outcome } = options;
  const version = { statusCode: 200, executedVersion: '$LATEST' };
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${definition.arn}:$LATEST`,
      condition: options.condition,
      approximateInvokeCount: options.attempts,
    },
    requestPayload: JSON.parse(event.payload),
    ...(outcome.status === 'succeeded' && {
      responseContext: version,
      responsePayload: JSON.parse(outcome.payload),
    }),
    ...(outcome.status === 'failed' && {
      responseContext: { ...version, functionError: 'Unhandled' },
      responsePayload: JSON.parse(outcome.error.body),
    }),
  };
}
