/** Each minute the loop says in numbers what people are called for; names stand in lines, not in metrics. */
import { describe, expect, test } from 'vitest';
import { metrics } from '../../contract/metrics.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { Situation } from '../../domain/rotation/model.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { type MeasurePorts, type Told, tellMetrics } from '../../lambdas/rotation/tell-metrics.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import {
  addFailures,
  addTraffic,
  ago,
  now,
  originsOf,
  poolOf,
  situationOf,
  streamOf,
} from '../support/rotation.ts';
import { createRotationWorld } from '../support/rotation-world.ts';

const streams = [streamOf('transactional')];

function trafficOf(over: Partial<Situation> = {}): Situation {
  const book = createBook();
  addTraffic(book, streams, { perHour: 60, hours: 3 });
  return situationOf({ streams, book, ...over });
}

/** What a run writes: metrics by name, and lines by code. */
function tell(situation: Situation, { isBehind = false, before }: Options = {}) {
  const values = new Map<string, number>();
  const lines: { readonly code: string; readonly [field: string]: unknown }[] = [];
  const ports: MeasurePorts = {
    measure: (dimensions, measures) => {
      for (const { name, value, unit } of measures)
        if (value !== 0 || unit !== 'Count')
          values.set([name, ...Object.values(dimensions)].join(' '), value);
    },
    log: (code, fields) => lines.push({ code, ...fields }),
  };
  const told = tellMetrics({ situation, isBehind }, ports, before);
  return { told, values, lines, of: (code: string) => lines.filter((line) => line.code === code) };
}
type Options = { readonly isBehind?: boolean; readonly before?: Told };

describe('what each minute tells', () => {
  test('is nothing that costs while all is well', () => {
    const pools = [poolOf('a', { warmth: new Map() })];
    expect(tell(trafficOf({ pools })).values.size).toBe(0);
  });

  test('is how much of its cap a pool has used', () => {
    expect(tell(trafficOf()).values.get(`${metrics.warmUpUsedPercent} a`)).toBe(0);
  });

  test('is that the loop stands still, also when it could not read three times what was sent', () => {
    const stopped = ({ values }: ReturnType<typeof tell>) => values.get(metrics.rotationStopped);
    expect(stopped(tell(trafficOf({ automation: 'freeze' })))).toBe(1);
    let before: Told | undefined;
    const seen = [1, 2, 3].map(() => {
      const run = tell(trafficOf(), { isBehind: true, ...(before ? { before } : {}) });
      before = run.told;
      return stopped(run);
    });
    expect(seen).toEqual([undefined, undefined, 1]);
    expect(stopped(tell(trafficOf(), before ? { before } : {}))).toBeUndefined();
  });
});

describe('the time until a review', () => {
  const failing = () => {
    const situation = trafficOf();
    // 3,600 mails an hour for three hours, and a quarter of the last hour's bounces.
    addFailures(situation.book, originsOf(streams), { count: 900, signal: 'hard-bounce' });
    return situation;
  };

  test('is told in hours, and again each minute without counting anew', () => {
    const first = tell(failing());
    const hours = first.values.get(metrics.hoursToBounceReview);
    expect(hours).toBeGreaterThanOrEqual(0);
    expect(hours).toBeLessThan(24);
    const later = { ...trafficOf(), now: epochMs(now + minuteMs) };
    const second = tell(later, { before: first.told });
    expect(second.values.get(metrics.hoursToBounceReview)).toBe(hours);
    expect(second.lines).toEqual([]);
  });

  test('is not told where nothing points to one', () => {
    expect(tell(trafficOf()).values.has(metrics.hoursToBounceReview)).toBe(false);
  });
});

describe('the lines of every ten minutes', () => {
  test('name tenants at risk with their evidence', () => {
    const situation = trafficOf();
    const worst = originsOf(streams).filter(({ tenant }) => tenant === 't3');
    addFailures(situation.book, worst, { count: 200, signal: 'hard-bounce' });
    expect(tell(situation).of('rotation.at-risk')).toMatchObject([
      { tenant: 't3', signal: 'hard-bounce', failed: 200, toleratedPercent: 2 },
    ]);
  });

  test('tell of each pool how it stands, and of each flow what became of it', () => {
    const standings = new Map([['gmail', { state: 'quarantined' as const, since: ago(hourMs) }]]);
    const { of } = tell(trafficOf({ pools: [poolOf('a', { standings, warmth: new Map() })] }));
    expect(of('rotation.pool')).toEqual([
      { code: 'rotation.pool', pool: 'a', provider: 'gmail', state: 'quarantined' },
    ]);
    const flows = of('rotation.flow');
    expect(flows).toHaveLength(5);
    // Sixty an hour of each of twelve tenants are ten in ten minutes.
    for (const flow of flows) expect(flow['accepted']).toBeCloseTo(120, 6);
  });

  test('hold no address', () => {
    const situation = trafficOf();
    addFailures(situation.book, originsOf(streams), { count: 900, signal: 'complaint' });
    expect(JSON.stringify(tell(situation).lines)).not.toContain('@');
  });

  test('are not written while what was sent has not been read', () => {
    expect(tell(trafficOf(), { isBehind: true }).lines).toEqual([]);
  });
});

test('a run of the schedule tells what stands: a loop that a person froze', async () => {
  const world = await createRotationWorld(await dynamoOfFile());
  await world.command({ do: 'automation', state: 'freeze' });
  await world.tick();
  const told = world.told.measured.flatMap(({ measures }) =>
    measures.filter(({ value }) => value !== 0).map(({ name }) => name),
  );
  expect(told).toContain(metrics.rotationStopped);
});
