/** The numbers for which people are called follow from what stands, and are nothing while all is well. */
import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import { tenantsAtRisk } from '../../../domain/rotation/at-risk.ts';
import { fullestCaps, gaugesOf } from '../../../domain/rotation/gauges.ts';
import type { Order, Pool, Situation, Standing } from '../../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';
import {
  addFailures,
  addTraffic,
  ago,
  now,
  originsOf,
  plenty,
  poolOf,
  providers,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

const nothing = { quarantined: 0, streamsWithoutRoom: 0, tenantsHeld: 0, isStopped: false };

/** A deployment through which mail goes, with these pools. */
function withTraffic(pools: readonly Pool[], over: Partial<Situation> = {}): Situation {
  const streams = [streamOf('transactional')];
  const book = createBook();
  addTraffic(book, streams, { perHour: 12 });
  return situationOf({ pools, streams, book, ...over });
}

const standing = (state: Standing['state']): Standing => ({ state, since: ago(hourMs) });
const quarantinedAt = (provider: string) => new Map([[provider, standing('quarantined')]]);

function holdOf(id: string, over: Partial<Order>): Order {
  return {
    ...{ id, kind: 'hold', share: 0, decision: id },
    region: { tenant: 't1' },
    since: ago(hourMs),
    until: epochMs(now + hourMs),
    ...over,
  };
}

describe('the gauges', () => {
  test('are nothing while mail goes as it should', () => {
    expect(gaugesOf(withTraffic([poolOf('a'), poolOf('b')]))).toEqual(nothing);
  });

  test('count each pool that is out at a provider, and each address that was taken out', () => {
    const away = [{ ip: '192.0.2.9', from: 'b', since: now, times: 1, named: 'replies' as const }];
    const pools = [poolOf('a', { standings: quarantinedAt('gmail') }), poolOf('b')];
    expect(gaugesOf(withTraffic(pools, { away }))).toEqual({ ...nothing, quarantined: 2 });
  });

  test('a stream has no room where all its pools are out at a provider that it sends to', () => {
    const out = ['a', 'b'].map((pool) => poolOf(pool, { standings: quarantinedAt('gmail') }));
    expect(gaugesOf(withTraffic(out)).streamsWithoutRoom).toBe(1);
    const elsewhere = ['a', 'b'].map((pool) =>
      poolOf(pool, { standings: quarantinedAt('mailru') }),
    );
    expect(gaugesOf(withTraffic(elsewhere)).streamsWithoutRoom).toBe(0);
  });

  test('a stream has no room where every cap of the day is used up', () => {
    const used = { ...plenty, sentToday: plenty.dayCap };
    const full = (pool: string) => poolOf(pool, { warmth: new Map([['gmail', used]]) });
    expect(gaugesOf(withTraffic([full('a'), full('b')])).streamsWithoutRoom).toBe(1);
    expect(gaugesOf(withTraffic([full('a'), poolOf('b')])).streamsWithoutRoom).toBe(0);
  });

  test('count a tenant once, however many orders hold it, and no order that has ended or names nobody', () => {
    const orders = [
      holdOf('1', {}),
      holdOf('2', { region: { tenant: 't1', provider: 'gmail' } }),
      holdOf('3', { region: { tenant: 't2' } }),
      holdOf('4', { region: { tenant: 't3' }, until: ago(1) }),
      holdOf('5', { region: { provider: 'gmail' } }),
      holdOf('6', { region: { tenant: 't4' }, kind: 'slow', share: 0.5 }),
    ];
    expect(gaugesOf(situationOf({ orders }))).toEqual({ ...nothing, tenantsHeld: 2 });
  });

  test('the loop has stopped when it is off or frozen, not when providers are silent', () => {
    for (const automation of ['off', 'freeze'] as const)
      expect(gaugesOf(situationOf({ automation })).isStopped).toBe(true);
    const silent = withTraffic([poolOf('a')], { heardAt: epochMs(0) });
    expect(gaugesOf(silent).isStopped).toBe(false);
  });

  test('a pool’s fullest cap stands for it, and a pool without one says nothing', () => {
    const warmth = new Map([
      ['gmail', { ...plenty, dayCap: 1_000, sentToday: 900 }],
      ['yahoo', { ...plenty, dayCap: 100_000, sentToday: 2_000 }],
    ]);
    const pools = [poolOf('a', { warmth }), poolOf('b', { warmth: new Map() })];
    expect(fullestCaps(pools)).toEqual([
      { pool: 'a', provider: 'gmail', dayCap: 1_000, sentToday: 900, share: 0.9 },
    ]);
  });
});

describe('tenants at risk', () => {
  const streams = [streamOf('transactional')];
  const origins = originsOf(streams);
  const of = (tenant: string) => origins.filter((origin) => origin.tenant === tenant);

  function bookOf(bounces: Readonly<Record<string, number>>) {
    const book = createBook();
    addTraffic(book, streams, { perHour: 60 });
    for (const [tenant, count] of Object.entries(bounces))
      addFailures(book, of(tenant), { count, signal: 'hard-bounce' });
    return book;
  }

  test('are those whose mail fails beyond what is tolerated, the surest first', () => {
    const found = tenantsAtRisk(bookOf({ t1: 60, t2: 120, t3: 2 }), now, { countMax: 10 });
    expect(found.map(({ tenant }) => tenant)).toEqual(['t2', 't1']);
    expect(found[0]).toMatchObject({ signal: 'hard-bounce', failed: 120, tolerated: 0.02 });
    expect(found[0]?.sent).toBeGreaterThanOrEqual(2 * 60 * providers.length);
  });

  test('are no more than asked for', () => {
    expect(tenantsAtRisk(bookOf({ t1: 60, t2: 120 }), now, { countMax: 1 })).toHaveLength(1);
  });

  test('what the provider alone does puts nobody at risk', () => {
    const book = createBook();
    addTraffic(book, streams, { perHour: 60 });
    addFailures(book, of('t1'), { count: 200, signal: 'outage' });
    expect(tenantsAtRisk(book, now, { countMax: 10 })).toEqual([]);
  });
});
