import { describe, expect, test } from 'vitest';
import { keepClosed } from '../../../domain/rotation/keep-closed.ts';
import type { Order, Situation, Standing } from '../../../domain/rotation/model.ts';
import { movedShare } from '../../../domain/rotation/move-ledger.ts';
import { recordOf } from '../../../domain/rotation/record.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { ago, decisionOf, now, poolOf, situationOf, streamOf } from '../../support/rotation.ts';

const out: Standing = { state: 'quarantined', since: ago(hourMs), until: epochMs(now + hourMs) };
const hold: Order = {
  id: 'd0.1',
  kind: 'hold',
  region: { pool: 'a', provider: 'microsoft' },
  share: 0,
  since: ago(hourMs),
  until: epochMs(now + dayMs),
  decision: 'd0',
};

const stranded = (over: Partial<Situation> = {}) =>
  situationOf({
    pools: [poolOf('a', { standings: new Map([['microsoft', out]]) })],
    streams: [streamOf('transactional', { pools: ['a'] })],
    ...over,
  });

describe('mail of a pool that is out and that has nowhere else to go', () => {
  test('is held where nothing holds it, longer than the pool is out, and a person is called', () => {
    const plan = keepClosed(stranded());
    expect(plan?.actions).toMatchObject([
      { kind: 'hold-pair', order: { region: hold.region, share: 0, streams: ['transactional'] } },
    ]);
    expect(plan?.actions[0]).toMatchObject({ order: { until: epochMs(now + hourMs + dayMs) } });
    expect(plan?.advice).toContain('pools release');
  });

  test('is held again before its hold ends, and only then', () => {
    expect(keepClosed(stranded({ orders: [hold] }))).toBeUndefined();
    const ending = { ...hold, until: epochMs(now + 5 * minuteMs) };
    expect(keepClosed(stranded({ orders: [ending] }))?.actions).toHaveLength(1);
  });

  test('is held whatever the loop itself may do, unless automation is off', () => {
    const situation = stranded({ automation: 'freeze', autonomyOf: () => 'observe' });
    const plan = keepClosed(situation);
    expect(plan && recordOf(plan, situation)).toMatchObject({ done: true, autonomy: 'act' });
    expect(keepClosed(stranded({ automation: 'off' }))).toBeUndefined();
  });

  test('leaves when a person has lifted the hold, until the pool is taken out anew', () => {
    const lifted = decisionOf({
      at: ago(minuteMs),
      by: 'ada',
      actions: [{ kind: 'release', orderId: hold.id, order: hold }],
    });
    expect(keepClosed(stranded({ history: [lifted] }))).toBeUndefined();
    const before = { ...lifted, at: ago(2 * hourMs) };
    expect(keepClosed(stranded({ history: [before] }))).toBeDefined();
  });
});

test('what moved when its veto window ended counts from then, not from when it was proposed', () => {
  const proposed = decisionOf({
    at: ago(90 * minuteMs),
    actsAt: ago(30 * minuteMs),
    moved: [{ stream: 'transactional', share: 0.15 }],
  });
  expect(movedShare({ history: [proposed], now }, 'transactional')).toBe(0);
  const acted = { ...proposed, settled: 'acted' } as const;
  expect(movedShare({ history: [acted], now }, 'transactional')).toBe(0.15);
});
