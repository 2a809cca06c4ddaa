/** Where mail waits, and when a queue is stuck: whose turn it is stands in stuck-causes.ts. */
import type { SesHoldReason } from './reasons.ts';
import type { StuckCause } from './stuck-causes.ts';
import { hourMs, minuteMs } from './time.ts';

/** Where mail, or news of it, waits; in the order of its way. */
export const waitStages = [
  'intake',
  'overflow',
  'later',
  'held',
  'parked',
  'in-ses',
  'feedback',
  'delivery',
  'rotation',
] as const;
export type WaitStage = (typeof waitStages)[number];

/** What is known of a queue whose mail waits. */
export type QueueFacts = {
  readonly stage: 'intake' | 'overflow' | 'feedback' | 'delivery' | 'rotation';
  /** Messages that nobody has taken. */
  readonly waiting: number;
  /** Age of the oldest, milliseconds; absent where nobody could tell. */
  readonly ageMs?: number;
  /** Why the stream's switch is off, or only drains. */
  readonly switchedOff?: SesHoldReason;
  /** Lambda does not read the queue although the switch is on. */
  readonly unread?: true;
  /** Errors of the function that reads it, in the last minutes. */
  readonly errors?: number;
  /** What SES lets the whole account send, recipients per second. */
  readonly ratePerSecond?: number;
};

/**
 * From this age on a queue is stuck. Mail takes seconds; the overflow lane is meant to be late (half a day, as
 * its alarm says); news of SES a quarter of an hour, a word to the loop five minutes, as theirs say.
 */
const ageMax: Readonly<Record<QueueFacts['stage'], number>> = {
  intake: 5 * minuteMs,
  overflow: 12 * hourMs,
  feedback: 15 * minuteMs,
  delivery: 15 * minuteMs,
  rotation: 5 * minuteMs,
};

type Rule = { readonly cause: StuckCause; readonly holds: (facts: QueueFacts) => boolean };

const isMail = ({ stage }: QueueFacts) => stage === 'intake' || stage === 'overflow';

/** The first rule that holds names the cause; the last one of each kind of queue always does. */
const rules: readonly Rule[] = [
  { cause: 'switched-off-by-hand', holds: ({ unread }) => unread === true },
  { cause: 'loop-behind', holds: ({ stage }) => stage === 'rotation' },
  { cause: 'news-behind', holds: (facts) => !isMail(facts) },
  { cause: 'function-fails', holds: ({ errors = 0 }) => errors > 0 },
  { cause: 'beyond-share', holds: ({ stage }) => stage === 'overflow' },
  {
    cause: 'rate-busy',
    holds: ({ waiting, ratePerSecond }) =>
      ratePerSecond !== undefined && (waiting / ratePerSecond) * 1000 >= ageMax.intake / 2,
  },
  { cause: 'nobody-reads', holds: () => true },
];

/**
 * Returns why the mail of a queue does not move; undefined while it moves. What SES refuses stands before
 * everything, whatever its age; else the oldest must be older than its queue tolerates. A rate is the cause
 * where what waits would take it half as long as is tolerated.
 */
export function causeOfQueue(facts: QueueFacts): StuckCause | undefined {
  if (facts.waiting <= 0) return undefined;
  if (isMail(facts) && facts.switchedOff !== undefined) return facts.switchedOff;
  const isOld = (facts.ageMs ?? 0) >= ageMax[facts.stage];
  if (!isOld && facts.unread !== true) return undefined;
  return rules.find(({ holds }) => holds(facts))?.cause;
}
