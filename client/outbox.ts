import type { CheckedRequest } from './check-request.ts';
import { createGroups } from './groups.ts';
import { createLanes } from './lanes.ts';
import { storeBody } from './offload.ts';
import type { Places } from './places.ts';
import {
  type Backoff,
  type BatchAnswer,
  backoffMs,
  type QueueSettings,
  queueBatch,
  type Refusal,
  refusalOf,
} from './queue-batch.ts';

export type OutboxSetting<R extends CheckedRequest> = {
  readonly places: Places;
  readonly settings: QueueSettings;
  readonly backoff: Backoff;
  /** Called once for every request, when its fate in the queue is known. */
  readonly settle: (request: R, answer: BatchAnswer) => void;
};

/** Requests on their way into the queues. */
export type Outbox<R> = {
  /** Takes a request; waits while as many calls are under way as are allowed. */
  readonly put: (request: R) => Promise<void>;
  /** Sends what waits for company. */
  readonly flush: () => Promise<void>;
  /** Sends everything and waits until all is settled. */
  readonly finish: () => Promise<void>;
};

/** Returns an outbox with bounded memory: a few calls under way, and one unfinished group a stream. */
export function createOutbox<R extends CheckedRequest>(setting: OutboxSetting<R>): Outbox<R> {
  const { places, settings, backoff, settle } = setting;
  const retry = { ...backoff, attempts: settings.attempts };
  const lanes = createLanes(settings.concurrency);
  const groups = createGroups<R>();
  const full: (readonly R[])[] = [];

  const join = (request: R) => {
    const complete = groups.add(request);
    if (complete) full.push(complete);
  };
  const upload = async (request: R) => {
    const stored = await storeWithRetry(places, request, retry);
    if ('reason' in stored) settle(request, { taken: false, refusal: stored });
    else join({ ...request, body: stored.body, bytes: stored.bytes });
  };
  const send = async (batch: readonly R[]) => {
    const answers = await queueBatch(places, batch, retry);
    for (const [position, answer] of answers.entries()) {
      const request = batch[position];
      if (request) settle(request, answer);
    }
  };
  const drain = async () => {
    for (let batch = full.shift(); batch; batch = full.shift()) {
      const taken = batch;
      await lanes.start(() => send(taken));
    }
  };
  const flush = async () => {
    full.push(...groups.flush());
    await drain();
  };
  return {
    put: async (request) => {
      if (request.bytes > settings.offloadAboveBytes) await lanes.start(() => upload(request));
      else join(request);
      await drain();
    },
    flush,
    finish: async () => {
      await lanes.idle();
      await flush();
      await lanes.idle();
    },
  };
}

async function storeWithRetry(
  places: Places,
  request: CheckedRequest,
  retry: Backoff & { readonly attempts: number },
): Promise<Awaited<ReturnType<typeof storeBody>> | Refusal> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await storeBody(places, request);
    } catch (error) {
      const refusal = refusalOf(error, request.stream);
      if (!refusal.retryable || attempt >= retry.attempts) return refusal;
      await retry.sleep(backoffMs(attempt, retry.draw));
    }
  }
}
