/** What is done about a cause: the decision table. */
import type { CauseKind } from '../blame/model.ts';
import type { Signal } from '../classification/reasons.ts';
import type { Region } from '../evidence/model.ts';
import { dayMs, hourMs, minuteMs } from '../time.ts';

/** `slow-and-page`: whatever it is, another pool would not help, and a person must look. */
export type Measure =
  | 'hold-tenant'
  | 'hold-pair'
  | 'slow'
  | 'slow-and-page'
  | 'move'
  | 'quarantine-ip'
  | 'quarantine-pool';

type Row = Readonly<Record<CauseKind, Measure>>;

/** Who sends is held, whatever the mail failed of: nobody else has to move for it. */
const senders = {
  tenant: 'hold-tenant',
  identity: 'hold-tenant',
  campaign: 'hold-pair',
  'tenant×provider': 'hold-pair',
  'identity×provider': 'hold-pair',
  'campaign×provider': 'hold-pair',
  'tenant×pool': 'hold-pair',
} as const;

const slowed = (measure: 'slow' | 'slow-and-page') =>
  ({
    pool: measure,
    ip: measure,
    'pool×provider': measure,
    'ip×provider': measure,
  }) as const;

/** A request to slow down, or trouble of the provider's own: nobody is held, nothing moves. */
const onlySlow: Row = {
  tenant: 'slow',
  identity: 'slow',
  campaign: 'slow',
  'tenant×provider': 'slow',
  'identity×provider': 'slow',
  'campaign×provider': 'slow',
  'tenant×pool': 'slow',
  ...slowed('slow'),
  provider: 'slow',
  account: 'slow-and-page',
};

/** What the tenants' mail is refused for: another address would be refused the same. */
const ofTheMail: Row = {
  ...senders,
  ...slowed('slow-and-page'),
  provider: 'slow-and-page',
  account: 'slow-and-page',
};

const table: Readonly<Record<Signal, Row>> = {
  block: {
    ...senders,
    'pool×provider': 'move',
    'ip×provider': 'move',
    pool: 'quarantine-pool',
    ip: 'quarantine-ip',
    provider: 'slow-and-page',
    account: 'slow-and-page',
  },
  domain: ofTheMail,
  content: ofTheMail,
  'hard-bounce': ofTheMail,
  complaint: ofTheMail,
  deferral: onlySlow,
  outage: onlySlow,
};

/** Returns what is done about a cause of this kind that shows itself by this signal. Only blocks ever move mail. */
export function measureFor(signal: Signal, kind: CauseKind): Measure {
  return table[signal][kind];
}

/** How mail is slowed. */
export type Slowing = {
  /** Share of the mail that goes on: enough to see the end of it. */
  readonly share: number;
  readonly forMs: number;
  /**
   * `always`, or only where `nothing` gets through: while something does, each try of SES is one more chance,
   * and waiting here would only make the mail later.
   */
  readonly when: 'always' | 'nothing';
};

/** Returns how mail is slowed, by how soon its trouble may end. */
export const slowings: Readonly<Record<Signal, Slowing>> = {
  block: { share: 0.25, forMs: hourMs, when: 'always' },
  domain: { share: 0.25, forMs: hourMs, when: 'always' },
  content: { share: 0.25, forMs: hourMs, when: 'always' },
  'hard-bounce': { share: 0.5, forMs: hourMs, when: 'always' },
  complaint: { share: 0.5, forMs: hourMs, when: 'always' },
  deferral: { share: 0.25, forMs: hourMs, when: 'nothing' },
  outage: { share: 0.1, forMs: hourMs, when: 'nothing' },
};

/** A slowed share is halved each time that the evidence renews it, down to this. */
export const slowShareMin = 0.05;

/** How long each measure stands at first; repeated trouble doubles it (see `lengthened`). */
export const measureMs = {
  /** A person looks at a held tenant within a day, and the same trouble is not found twice in it. */
  hold: dayMs,
  /** What a provider holds against a domain may be a quota that is free again in hours. */
  holdAtProvider: 2 * hourMs,
  /** After a hold for what a sender did a trickle shows whether it was mended, before a day's mail leaves at once. */
  probation: hourMs,
  /** A surge waits for its first answers, of which 99 of 100 come within half a minute; then two steps of a trickle. */
  patience: 2 * minuteMs,
  patienceStep: 5 * minuteMs,
  /** Probes answer within minutes. */
  undecided: 15 * minuteMs,
  /** First look at a blocked pool: providers take blocks back after hours, not minutes. */
  quarantine: 6 * hourMs,
  /** A listing goes by request or by a week without new spam; a look a day is enough. */
  listing: dayMs,
} as const;

/** Refusals that a provider takes back by itself; content, dead addresses and complaints stay what they are. */
const passing: ReadonlySet<Signal> = new Set(['block', 'domain']);

/** Returns how long who sends is held at first. */
export function holdMs(signal: Signal, { provider }: Region): number {
  return provider !== undefined && passing.has(signal) ? measureMs.holdAtProvider : measureMs.hold;
}

/**
 * Shares of a sender's mail that leave after its hold, an hour each, unless it shows sooner that it is well: what
 * waited and fails shows itself in the second, before all the rest leaves.
 */
export const probationShares = [0.05, 0.25] as const;

/** The same for a surge that waits a few minutes, of which much is waiting soon. */
export const patienceShares = [0.02, 0.1, 0.3] as const;

const lengthMaxMs = 7 * dayMs;

/** Returns a length doubled for each time that the same happened in the last seven days, at most a week. */
export function lengthened(ms: number, before: number): number {
  return Math.min(lengthMaxMs, ms * 2 ** Math.min(before, 10));
}
