/** A small sender for tests of rotation: two leased pools, a transactional and a marketing stream, twelve tenants. */

import { choosePool } from '../../domain/assignment.ts';
import type { Cause } from '../../domain/blame/model.ts';
import type { Signal } from '../../domain/classification/reasons.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { EvidenceBook, Failure, Origin } from '../../domain/evidence/model.ts';
import { applyActions } from '../../domain/rotation/apply.ts';
import { assignedPools } from '../../domain/rotation/eligible-pools.ts';
import type {
  Decision,
  Pool,
  Situation,
  Standing,
  Stream,
  Warmth,
} from '../../domain/rotation/model.ts';
import { dayMs, epochMs, minuteMs, secondMs } from '../../domain/time.ts';

/** 14:20 UTC. */
export const now = epochMs(Date.UTC(2026, 10, 21, 14, 20));
export const ago = (ms: number) => epochMs(now - ms);

export const tenants = Array.from({ length: 12 }, (_, index) => `t${index}`);
export const providers = ['gmail', 'microsoft', 'yahoo', 'apple', 'gmx'];

/** Room for everything, unless a test says otherwise. */
export const plenty: Warmth = {
  step: 20,
  dayCap: 1_000_000,
  hourCap: 100_000,
  sentToday: 0,
  cleanDays: [700_000],
};

export function poolOf(pool: string, over: Partial<Pool> = {}): Pool {
  return {
    pool,
    kind: 'standard',
    ips: [`192.0.2.${pool.charCodeAt(0)}`],
    standings: new Map([['*', { state: 'active', since: ago(30 * dayMs) } satisfies Standing]]),
    warmth: new Map(providers.map((provider) => [provider, plenty])),
    ...over,
  };
}

export function streamOf(stream: string, over: Partial<Stream> = {}): Stream {
  const pools = over.pools ?? ['a', 'b'];
  return {
    stream,
    lane: 'transactional',
    pools,
    failover: [],
    whenNothingIsWarm: 'hold',
    assignment: new Map([['*', pools.map((pool) => ({ pool, weight: 1 }))]]),
    maxDeliverySeconds: 3600,
    ...over,
  };
}

/** A situation in which everything may be done; mail and failures are added to its book. */
export function situationOf(over: Partial<Situation> = {}): Situation {
  let ids = 0;
  return {
    now,
    book: createBook(),
    pools: [poolOf('a'), poolOf('b')],
    streams: [streamOf('transactional')],
    orders: [],
    trustOf: () => 'established',
    autonomyOf: () => 'act',
    automation: 'on',
    brakes: { movedShareMax: 0.2, holdsMax: 5, feedbackAgeMaxMs: 15 * minuteMs },
    history: [],
    heardAt: ago(secondMs),
    listings: new Map(),
    vetoMs: 60 * minuteMs,
    newId: () => {
      ids += 1;
      return `d${ids}`;
    },
    ...over,
  };
}

/** What stands so much later, when the decisions that were to be done have been. */
export function carriedOut(
  situation: Situation,
  decisions: readonly Decision[],
  ms: number,
): Situation {
  const done = decisions.filter((one) => one.done).flatMap(({ actions }) => actions);
  return {
    ...situation,
    ...applyActions(situation, done, situation.now),
    now: epochMs(situation.now + ms),
    heardAt: epochMs(situation.now + ms),
    history: [...situation.history, ...decisions],
  };
}

/** Adds `perHour` mails of every tenant to every provider for the last hours, by the streams' assignments. */
export function addTraffic(
  book: EvidenceBook,
  streams: readonly Stream[],
  { perHour, hours = 2 }: { readonly perHour: number; readonly hours?: number },
): void {
  const origins = originsOf(streams);
  const add = (from: number, until: number, everyMs: number) => {
    for (let age = from; age < until; age += everyMs)
      for (const origin of origins)
        book.addSent({ origin, at: ago(age), count: (perHour * everyMs) / (60 * minuteMs) });
  };
  add(0, 2 * minuteMs, 10 * secondMs);
  add(2 * minuteMs, hours * 60 * minuteMs, 5 * minuteMs);
}

/** Every tenant at every provider in every stream, through the pool that its assignment gives it. */
export function originsOf(streams: readonly Stream[]): readonly Origin[] {
  return streams.flatMap((stream) =>
    tenants.flatMap((tenant) =>
      providers.flatMap((provider) => {
        const pool = choosePool(assignedPools(stream, provider), tenant);
        const identity = `${tenant}.example`;
        return pool === undefined
          ? []
          : [{ tenant, identity, stream: stream.stream, pool, provider, campaign: '' }];
      }),
    ),
  );
}

let failureKeys = 0;

/** Fails some of the mail of the origins that match, one a second until now. */
export function addFailures(
  book: EvidenceBook,
  origins: readonly Origin[],
  { count, signal = 'block', ...over }: { readonly count: number } & Partial<Failure>,
): readonly Failure[] {
  return Array.from({ length: count }, (_, index) => {
    const origin = origins[index % origins.length];
    if (!origin) throw new Error('no origin to fail');
    const sentAt = ago((20 + (count - index)) * secondMs);
    failureKeys += 1;
    const failure: Failure = {
      key: `failure-${failureKeys}`,
      origin,
      sentAt,
      heardAt: epochMs(sentAt + 3 * secondMs),
      signal,
      reason: reasons[signal],
      weight: 1,
      recipientDomain: `domain-${index % 3}.example`,
      vouched: true,
      ...over,
    };
    book.addSent({ origin, at: failure.sentAt, count: 1 });
    book.addFailure(failure);
    return failure;
  });
}

const reasons: Readonly<Record<Signal, Failure['reason']>> = {
  block: 'block-ip-reputation',
  domain: 'block-domain-reputation',
  content: 'spam-content',
  deferral: 'rate-limited',
  'hard-bounce': 'invalid-recipient',
  complaint: 'complaint',
  outage: 'server-error',
};

/** A cause as blame finds it, decided well. */
export function causeOf(over: Partial<Cause> & Pick<Cause, 'kind' | 'region'>): Cause {
  return {
    signal: 'block',
    onset: ago(minuteMs),
    sent: 31,
    failed: 9,
    expected: 0.062,
    score: 30,
    lnOdds: 12,
    counterEvidence: [],
    vouchedBy: { providers: 1, tenants: 3, recipientDomains: 3 },
    ...over,
  };
}

/** A decision that was carried out. */
export function decisionOf(over: Partial<Decision>): Decision {
  return {
    id: 'earlier',
    at: ago(60 * minuteMs),
    autonomy: 'act',
    done: true,
    actions: [],
    evidence: [],
    counterEvidence: [],
    ...over,
  };
}
