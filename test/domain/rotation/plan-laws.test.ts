import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choosePool } from '../../../domain/assignment.ts';
import { type Cause, causeKinds } from '../../../domain/blame/model.ts';
import { signals } from '../../../domain/classification/reasons.ts';
import type { Origin, Region } from '../../../domain/evidence/model.ts';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { roomOf } from '../../../domain/rotation/capacity.ts';
import { planCause } from '../../../domain/rotation/decide-cause.ts';
import { assignedPools } from '../../../domain/rotation/eligible-pools.ts';
import type { Action, Order, Pool, Situation, Stream } from '../../../domain/rotation/model.ts';
import { contains, isWithin } from '../../../domain/rotation/orders.ts';
import { standingAt } from '../../../domain/rotation/pool-states.ts';
import { recordOf } from '../../../domain/rotation/record.ts';
import { trafficOf } from '../../../domain/rotation/traffic.ts';
import { undoActions } from '../../../domain/rotation/undo.ts';
import { hourMs } from '../../../domain/time.ts';
import {
  ago,
  causeOf,
  now,
  poolOf,
  providers,
  situationOf,
  tenants,
} from '../../support/rotation.ts';

const names = ['a', 'b', 'c', 'd'];

const anyWarmth = fc.constantFrom(0, 50, 500, 5000, 100_000).map((hourCap) => ({
  step: 3,
  dayCap: hourCap * 10,
  hourCap,
  sentToday: 0,
  cleanDays: [hourCap * 7],
}));

const anyPool = (pool: string): fc.Arbitrary<Pool> =>
  fc
    .record({
      kind: fc.constantFrom(
        ...(['standard', 'standard', 'standard', 'managed', 'shared'] as const),
      ),
      state: fc.constantFrom(...(['active', 'active', 'warming', 'quarantined'] as const)),
      ips: fc.integer({ min: 1, max: 3 }),
      warmth: anyWarmth,
    })
    .map(({ kind, state, ips, warmth }) =>
      poolOf(pool, {
        kind,
        ips: Array.from({ length: ips }, (_, index) => `192.0.2.${pool.charCodeAt(0)}${index}`),
        standings: new Map([['*', { state: pool === 'a' ? 'active' : state, since: ago(hourMs) }]]),
        warmth:
          kind === 'standard'
            ? new Map(providers.map((provider) => [provider, warmth]))
            : new Map(),
      }),
    );

const anyStream = (stream: string): fc.Arbitrary<Stream> =>
  fc
    .record({
      lane: fc.constantFrom('transactional' as const, 'marketing' as const),
      others: fc.subarray(['b', 'c']),
      failover: fc.subarray(['c', 'd']),
      whenNothingIsWarm: fc.constantFrom('hold' as const, 'spill' as const),
      weight: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ lane, others, failover, whenNothingIsWarm, weight }) => ({
      stream,
      lane,
      pools: ['a', ...others],
      failover,
      whenNothingIsWarm,
      assignment: new Map([
        ['*', [{ pool: 'a', weight }, ...others.map((pool) => ({ pool, weight: 1 }))]],
      ]),
      maxDeliverySeconds: 3600,
    }));

const blamesAddress = ['pool×provider', 'ip×provider', 'pool', 'ip'] as const;

const anyCause = fc
  .record({
    what: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constantFrom(...blamesAddress), fc.constant('block' as const)),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constantFrom(...causeKinds), fc.constantFrom(...signals)),
      },
    ),
    witnesses: fc.integer({ min: 1, max: 3 }),
    earned: fc.boolean(),
  })
  .map(
    ({ what: [kind, signal], witnesses, earned }): Cause =>
      causeOf({
        kind,
        signal,
        region: regions[kind],
        vouchedBy: { providers: witnesses, tenants: witnesses, recipientDomains: witnesses },
        ...(earned && { earnedBy: { tenant: 't5' } }),
      }),
  );

const regions: Readonly<Record<Cause['kind'], Region>> = {
  tenant: { tenant: 't1' },
  identity: { identity: 't1.example' },
  campaign: { tenant: 't1', campaign: 'spring' },
  pool: { pool: 'a' },
  provider: { provider: 'microsoft' },
  ip: { pool: 'a', ip: '192.0.2.970' },
  account: {},
  'tenant×provider': { tenant: 't1', provider: 'microsoft' },
  'identity×provider': { identity: 't1.example', provider: 'microsoft' },
  'pool×provider': { pool: 'a', provider: 'microsoft' },
  'ip×provider': { pool: 'a', ip: '192.0.2.970', provider: 'microsoft' },
  'campaign×provider': { tenant: 't1', campaign: 'spring', provider: 'microsoft' },
  'tenant×pool': { tenant: 't1', pool: 'a' },
};

const anyScene = fc
  .record({
    pools: fc.tuple(...names.map(anyPool)),
    streams: fc.tuple(anyStream('one'), anyStream('two')),
    cause: anyCause,
    volumes: fc.array(fc.constantFrom(0, 1, 20, 300), { minLength: 12, maxLength: 12 }),
    newcomers: fc.oneof(fc.constant<string[]>([]), fc.subarray(tenants)),
    /** Pools through which each identity was seen at Microsoft days ago. */
    seen: fc.oneof(fc.constant<string[]>([]), fc.subarray(['b', 'c', 'd'])),
    listed: fc.constantFrom<readonly string[]>([], [], [], ['barracuda'], ['spamhaus-sbl']),
    movedShareMax: fc.constantFrom(0.05, 0.2, 1),
  })
  .map(({ pools, streams, cause, volumes, newcomers, seen, listed, movedShareMax }) => {
    const trusted = new Set(tenants.filter((tenant) => !newcomers.includes(tenant)));
    const situation = situationOf({
      pools,
      streams,
      trustOf: (tenant) => (trusted.has(tenant) ? 'established' : 'new'),
      brakes: { movedShareMax, holdsMax: 5, feedbackAgeMaxMs: hourMs },
      listings: new Map([['192.0.2.970', listed]]),
    });
    for (const stream of streams)
      for (const [index, tenant] of tenants.entries())
        for (const provider of ['microsoft', 'gmail']) {
          const origin = originOf(stream, tenant, provider);
          situation.book.addSent({ origin, at: ago(30_000), count: volumes[index] ?? 0 });
          for (const pool of index % 2 === 0 ? seen : [])
            situation.book.addSent({
              origin: { ...origin, pool },
              at: ago(100 * hourMs),
              count: 1,
            });
        }
    return { situation, cause };
  });

function originOf(stream: Stream, tenant: string, provider: string): Origin {
  const pool = choosePool(assignedPools(stream, provider), tenant) ?? 'a';
  const identity = `${tenant}.example`;
  return { tenant, identity, stream: stream.stream, pool, provider, campaign: '' };
}

type Planned = {
  readonly situation: Situation;
  readonly cause: Cause;
  readonly actions: readonly Action[];
  readonly after: ReturnType<typeof applyActions>;
};

function forAllPlans(law: (planned: Planned) => void): void {
  fc.assert(
    fc.property(anyScene, ({ situation, cause }) => {
      const actions = planCause(cause, undefined, situation).flatMap((plan) => plan.actions);
      law({ situation, cause, actions, after: applyActions(situation, actions, now) });
    }),
    { numRuns: 60 },
  );
}

/** Mail of every tenant that changes pools, with the share of it that may leave. */
function movedMail({ situation, after }: Planned) {
  const { flows } = trafficOf(situation.book, now);
  return flows.flatMap((flow) => {
    const from = poolFor(situation.streams, flow);
    const to = poolFor(after.streams, flow);
    if (to === undefined || to === from) return [];
    const origin = { ...flow, pool: to, campaign: '' };
    const shares = after.orders
      .filter((order) => concerns(order, origin))
      .map(({ share }) => share);
    return [{ flow, to, perHour: flow.perHour * Math.min(1, ...shares) }];
  });
}

function concerns({ region, streams }: Order, origin: Origin): boolean {
  return isWithin(region, origin) && (streams === undefined || streams.includes(origin.stream));
}

function poolFor(
  streams: readonly Stream[],
  { stream: name, provider, tenant }: { stream: string; provider: string; tenant: string },
): string | undefined {
  const stream = streams.find((one) => one.stream === name);
  return stream && choosePool(assignedPools(stream, provider), tenant);
}

describe('whatever the cause, a plan', () => {
  test('moves mail in part of these scenes, whole and in part, and holds and throttles in others', () => {
    const seen = new Set<string>();
    forAllPlans((planned) => {
      for (const { flow, perHour } of movedMail(planned))
        seen.add(perHour === 0 ? 'waits' : perHour < flow.perHour ? 'throttled' : 'moves');
      for (const action of planned.actions)
        seen.add(
          action.kind === 'move' && action.pools.some(({ pool }) => pool === 'a')
            ? 'partly'
            : action.kind,
        );
    });
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        'hold-pair',
        'hold-tenant',
        'moves',
        'quarantine',
        'slow',
        'throttled',
        'waits',
      ]),
    );
  });

  test('never leaves mail on a pool that is out without saying that it waits', () => {
    forAllPlans(({ situation, after, cause }) => {
      for (const stream of after.streams)
        for (const provider of ['microsoft', 'gmail'])
          for (const { pool } of assignedPools(stream, provider)) {
            const named = after.pools.find((one) => one.pool === pool);
            const stood = situation.pools.find((one) => one.pool === pool);
            if (!named || !stood || standingAt(named, provider).state !== 'quarantined') continue;
            if (standingAt(stood, provider).state === 'quarantined') continue;
            const held = after.orders.some(
              ({ region, share }) => share === 0 && contains(region, { pool, provider }),
            );
            expect([cause.kind, held]).toEqual([cause.kind, true]);
          }
      for (const stream of after.streams)
        for (const pools of stream.assignment.values()) expect(pools).not.toEqual([]);
    });
  });

  test('never gives a pool more than its room', () => {
    forAllPlans((planned) => {
      const { carried } = trafficOf(planned.situation.book, now);
      const inflow = new Map<string, number>();
      for (const { flow, to, perHour } of movedMail(planned)) {
        const key = `${to}\n${flow.provider}`;
        inflow.set(key, (inflow.get(key) ?? 0) + perHour);
      }
      for (const [key, perHour] of inflow) {
        const [name = '', provider = ''] = key.split('\n');
        const pool = planned.situation.pools.find((one) => one.pool === name);
        if (!pool) throw new Error(`moved to an unknown pool ${name}`);
        expect(perHour).toBeLessThanOrEqual(roomOf(pool, provider, carried(name, provider)) + 1e-6);
      }
    });
  });

  test('never moves more of a stream in an hour than the brake allows', () => {
    forAllPlans((planned) => {
      const { flows } = trafficOf(planned.situation.book, now);
      for (const { stream } of planned.situation.streams) {
        const of = (mail: readonly { flow: { stream: string }; perHour: number }[]) =>
          mail.reduce((sum, one) => sum + (one.flow.stream === stream ? one.perHour : 0), 0);
        const whole = of(flows.map((flow) => ({ flow, perHour: flow.perHour })));
        const { movedShareMax } = planned.situation.brakes;
        expect(of(movedMail(planned))).toBeLessThanOrEqual(whole * movedShareMax + 1e-6);
      }
    });
  });

  test('never shows an identity to a provider through a third pool', () => {
    forAllPlans((planned) => {
      for (const { flow, to, perHour } of movedMail(planned)) {
        const cells = planned.situation.book.cells(['block'], {
          since: ago(7 * 24 * hourMs),
          until: now,
          within: { identity: flow.identity, provider: flow.provider },
        });
        const pools = new Set(
          cells.filter(({ sent }) => sent > 0).map(({ origin }) => origin.pool),
        );
        if (!pools.has(to) && pools.size >= 2) expect(perHour).toBe(0);
      }
    });
  });

  test('moves for blocks of pools and addresses alone', () => {
    forAllPlans(({ cause, actions }) => {
      const moves = actions.some(
        ({ kind }) => kind === 'move' || kind === 'quarantine-ip' || kind === 'rescue',
      );
      const mayMove = cause.signal === 'block' && /^(pool|ip)(×|$)/.test(cause.kind);
      if (moves) expect(mayMove).toBe(true);
    });
  });

  test('never takes the last address of a pool, nor any of a pool that is not ours to divide', () => {
    forAllPlans(({ situation, actions, after }) => {
      for (const action of actions) {
        if (action.kind !== 'quarantine-ip') continue;
        const pool = situation.pools.find(({ pool: name }) => name === action.from);
        expect(pool?.kind).toBe('standard');
        expect(
          after.pools.find(({ pool: name }) => name === action.from)?.ips.length,
        ).toBeGreaterThan(0);
      }
    });
  });

  test('moves nothing of a listing that only a person can answer', () => {
    forAllPlans(({ situation, cause, actions }) => {
      if (!situation.listings.get('192.0.2.970')?.includes('spamhaus-sbl')) return;
      if (cause.region.pool === undefined || cause.signal !== 'block') return;
      expect(actions.map(({ kind }) => kind)).not.toContain('move');
    });
  });

  test("keeps marketing of others out of a transactional stream's pools", () => {
    forAllPlans((planned) => {
      const { streams } = planned.situation;
      for (const { flow, to } of movedMail(planned)) {
        const stream = streams.find((one) => one.stream === flow.stream);
        const guarded = streams.some(
          (one) => one.lane === 'transactional' && one.pools.includes(to),
        );
        if (stream?.lane === 'marketing' && guarded) expect(stream.pools).toContain(to);
      }
    });
  });

  test('is taken back whole by its undo', () => {
    forAllPlans(({ situation, actions, after }) => {
      const undone = applyActions(after, undoActions({ actions }), now);
      expect(undone.orders).toEqual([]);
      for (const stream of undone.streams) {
        const stood = situation.streams.find((one) => one.stream === stream.stream);
        for (const provider of providers)
          expect(stood && assignedPools(stream, provider)).toEqual(
            stood && assignedPools(stood, provider),
          );
      }
      for (const pool of undone.pools) {
        const stood = situation.pools.find((one) => one.pool === pool.pool);
        expect(new Set(pool.ips)).toEqual(new Set(stood?.ips));
        expect(pool.warmth).toEqual(stood?.warmth);
        for (const provider of providers)
          expect(standingAt(pool, provider).state).toBe(stood && standingAt(stood, provider).state);
      }
    });
  });

  test('is done by nobody while automation is off or any of its kinds is only observed', () => {
    fc.assert(
      fc.property(anyScene, fc.boolean(), ({ situation, cause }, isOff) => {
        const calm: Situation = isOff
          ? { ...situation, automation: 'off' }
          : { ...situation, autonomyOf: () => 'observe' };
        for (const plan of planCause(cause, undefined, situation))
          expect(recordOf(plan, calm)).toMatchObject({ done: false });
      }),
      { numRuns: 30 },
    );
  });
});
