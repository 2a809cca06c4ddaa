import { diceFor, type Spread } from './dice.ts';

/** What goes wrong in a fault run: probabilities by name, and troubles that last a while. */
export type FaultPlan = {
  readonly seed: number;
  readonly shares: FaultShares;
  /** Environments die at one of the next awaits after a mail: this share of mails kills one. */
  readonly killsPerMail: number;
  /** The same for feedback: share of its writes that suppress or record a batch of events. */
  readonly killsPerFeedbackWrite: number;
  readonly eventLag: Spread;
  readonly skewMs: number;
  readonly troubles: readonly Trouble[];
  /** Transactional mail that stays ambiguous is sent again: by the stream's policy, or by a person. */
  readonly ambiguous: 'resend' | 'redrive';
};

/** Share of calls, deliveries, events or requests, 0..1. */
export type FaultShares = Readonly<Record<FaultName, number>>;
/** Name of a probability. */
export type FaultName = keyof typeof shipped;

/** Something that lasts: `at` is a share of the time in which mail is enqueued. */
export type Trouble = {
  readonly kind: TroubleKind;
  readonly at: number;
  readonly lastsMs: number;
};

/** What can last. */
export const troubleKinds = [
  /** One tenant's From identity is no longer verified: its mail is parked. */
  'identity-unverified',
  /** Somebody deleted marketing's configuration set: its mail is parked. */
  'configuration-missing',
  /** An operator holds one tenant. */
  'tenant-held',
  /** DynamoDB answers 5xx to everything. */
  'store-outage',
  /** Feedback's mapping of bounces and complaints is off. */
  'feedback-stopped',
  /** SES has paused the account. */
  'sending-paused',
  /** SES's quota of 24 hours is spent. */
  'quota-spent',
] as const;
/** What lasts. */
export type TroubleKind = (typeof troubleKinds)[number];

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** The named probabilities as shipped. */
const shipped = {
  /** SES takes a mail and its answer never comes. */
  sesAnswerLost: 0.001,
  /** SES answers 429 although the pace was kept. */
  sesThrottled: 0.002,
  /** SES answers 500 and took nothing. */
  sesFailed: 0.001,
  /** DynamoDB throttles one call. */
  storeThrottled: 0.002,
  /** DynamoDB does what it is asked and its answer never comes. */
  storeAnswerLost: 0.0005,
  /** SQS, S3 or EventBridge answers 5xx. */
  serviceFailed: 0.002,
  /** SQS delivers a message twice. */
  queueDuplicate: 0.01,
  /** SQS delivers a message before older ones. */
  queueReordered: 0.05,
  /** SNS delivers an event twice. */
  eventDuplicate: 0.02,
  /** An app enqueues the same request again. */
  idRepeated: 0.02,
  /** An app uses an id for other content. */
  idReused: 0.005,
  /** A request nobody can use: no JSON, a future version, CRLF in a header, too large. */
  poison: 0.01,
  /** A redrive or a release dies after it sent a message back and before it took it away. */
  mendedTwice: 0.05,
} as const;

/** Faults that the promise about duplicates is stated for: they stay as shipped in every plan. */
const steady: ReadonlySet<string> = new Set(['sesAnswerLost']);

/** What a plan does with each of the others: off, as shipped, or three times as often. */
const swarm = [0, 1, 1, 3] as const;

/** Each comes while mail is under way: what waited for one is on its way when the next one begins. */
const troubles: readonly Trouble[] = [
  { kind: 'identity-unverified', at: 0.05, lastsMs: 3 * minuteMs },
  { kind: 'configuration-missing', at: 0.15, lastsMs: minuteMs },
  { kind: 'tenant-held', at: 0.2, lastsMs: 20 * minuteMs },
  { kind: 'store-outage', at: 0.35, lastsMs: 2 * minuteMs },
  { kind: 'feedback-stopped', at: 0.1, lastsMs: 5 * minuteMs },
  { kind: 'sending-paused', at: 0.6, lastsMs: 3 * minuteMs },
  { kind: 'quota-spent', at: 1.35, lastsMs: 10 * minuteMs },
];

/**
 * Returns the plan of a seed: each seed switches some faults off and some up (swarm testing), because
 * faults hide each other when all of them are on.
 * @see https://users.cs.utah.edu/~regehr/papers/swarm12.pdf
 */
export function planFor(seed: number): FaultPlan {
  const draw = diceFor(seed, 'plan');
  const shareOf = (name: FaultName) => {
    const times = swarm[Math.floor(draw() * swarm.length)] ?? 1;
    return shipped[name] * (steady.has(name) ? 1 : times);
  };
  return {
    seed,
    shares: {
      sesAnswerLost: shareOf('sesAnswerLost'),
      sesThrottled: shareOf('sesThrottled'),
      sesFailed: shareOf('sesFailed'),
      storeThrottled: shareOf('storeThrottled'),
      storeAnswerLost: shareOf('storeAnswerLost'),
      serviceFailed: shareOf('serviceFailed'),
      queueDuplicate: shareOf('queueDuplicate'),
      queueReordered: shareOf('queueReordered'),
      eventDuplicate: shareOf('eventDuplicate'),
      idRepeated: shareOf('idRepeated'),
      idReused: shareOf('idReused'),
      poison: shareOf('poison'),
      mendedTwice: shareOf('mendedTwice'),
    },
    killsPerMail: 1 / 2_000,
    killsPerFeedbackWrite: 1 / 40,
    eventLag: { medianMs: 5 * secondMs, p99Ms: 60 * minuteMs },
    skewMs: draw() < 0.25 ? 2 * secondMs : 50,
    troubles: troubles.filter(() => draw() < 0.75),
    ambiguous: draw() < 0.5 ? 'resend' : 'redrive',
  };
}
