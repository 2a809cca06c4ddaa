import type { Draw } from '../local/emulators/ses/dice.ts';
import { names, type Streams, topics } from './deployment.ts';
import { durationOf, type Spread } from './dice.ts';
import { createQueue, type Queue } from './queue.ts';
import type { Scheduler } from './scheduler.ts';

/** Shares of deliveries. */
export type QueueDice = {
  readonly duplicateShare: number;
  readonly reorderedShare: number;
  /** SNS delivers an event twice. */
  readonly duplicateEventShare: number;
};

const minuteMs = 60_000;

/** Time-out of dispatch, as lib/send-path.ts sets it; its queues' visibility is six times as long. */
export const dispatchTimeoutMs = 2 * minuteMs;
/** Time-out of feedback, as lib/feedback-path.ts sets it. */
export const feedbackTimeoutMs = minuteMs;

/** The queues of lib/send-path.ts and lib/feedback-path.ts. */
export function createQueues(
  scheduler: Scheduler,
  draw: (purpose: string) => Draw,
  { streams, queueDice }: { readonly streams: Streams; readonly queueDice: QueueDice },
): ReadonlyMap<string, Queue> {
  const queues = new Map<string, Queue>();
  const add = (
    name: string,
    about: { readonly timeoutMs: number; readonly dead?: Queue; readonly receives?: number },
  ) => {
    const { dead, receives = 0 } = about;
    const queue = createQueue(scheduler, draw(name), {
      name,
      visibilityMs: 6 * about.timeoutMs,
      ...(dead === undefined ? {} : { dead: { queue: dead, after: receives }, ...queueDice }),
    });
    queues.set(name, queue);
    return queue;
  };
  for (const [stream, { tenantShare }] of Object.entries(streams)) {
    const dead = add(names.parkedQueue(stream), { timeoutMs: minuteMs });
    add(names.intakeQueue(stream), { timeoutMs: dispatchTimeoutMs, dead, receives: 100 });
    if (tenantShare !== undefined)
      add(names.overflowQueue(stream), { timeoutMs: dispatchTimeoutMs, dead, receives: 100 });
  }
  for (const [name, deadName] of [
    [names.feedbackQueue, names.feedbackDeadQueue],
    [names.deliveryQueue, names.deliveryDeadQueue],
  ] as const) {
    const dead = add(deadName, { timeoutMs: minuteMs });
    add(name, { timeoutMs: feedbackTimeoutMs, dead, receives: 20 });
  }
  return queues;
}

/** The way of SES's events, and how many were delivered twice on it. */
export type EventPath = {
  readonly publish: (topicArn: string, messages: readonly string[]) => void;
  readonly duplicated: () => number;
};

/** A lag drawn longer than this is cut: nobody waits for an event for weeks. */
const longestLagMs = 1_440 * minuteMs;

/** SES → SNS → SQS: late, sometimes twice, and in any order. */
export function createEventPath(
  scheduler: Scheduler,
  draw: Draw,
  path: {
    readonly queues: ReadonlyMap<string, Queue>;
    readonly lag: Spread;
    readonly duplicateShare: number;
  },
): EventPath {
  let duplicated = 0;
  const publish: EventPath['publish'] = (topicArn, messages) => {
    const name = topicArn === topics.delivery ? names.deliveryQueue : names.feedbackQueue;
    const deliver = (body: string) => {
      const at = scheduler.now() + Math.min(longestLagMs, durationOf(draw, path.lag));
      scheduler.at(at, () => path.queues.get(name)?.send({ body }));
    };
    for (const body of messages) {
      deliver(body);
      if (path.duplicateShare <= 0 || draw() >= path.duplicateShare) continue;
      duplicated += 1;
      deliver(body);
    }
  };
  return { publish, duplicated: () => duplicated };
}
