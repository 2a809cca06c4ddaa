import { findCauses } from '../../../domain/blame/find-causes.ts';
import type { Cause } from '../../../domain/blame/model.ts';
import type { Signal } from '../../../domain/classification/reasons.ts';
import { judge } from '../../../domain/evidence/judge.ts';
import type { Region } from '../../../domain/evidence/model.ts';
import { measureFor, measureMs } from '../../../domain/rotation/measures.ts';
import { epochMs } from '../../../domain/time.ts';
import type { MakePolicy } from '../policy.ts';
import { createDesk, type Desk } from './desk.ts';
import { createEvidenceFeed } from './evidence-feed.ts';
import { signalOf } from './rate-rules.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const slowedShare = 0.25;

/** Our detector with one answer to everything: the pool is left. */
export const alwaysRotates: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet);
  const feed = createEvidenceFeed();
  const watched = fleet.pools.length * fleet.providers.length;
  return {
    name: 'always-rotates',
    hear: (news, now) => {
      const pairs = new Map<string, { readonly region: Region; readonly signal: Signal }>();
      for (const { origin, signal } of feed.hear(news)) {
        const { pool, provider } = origin;
        if (signal === 'complaint') continue;
        pairs.set(`${signal}|${pool}|${provider}`, { region: { pool, provider }, signal });
      }
      for (const { region, signal } of pairs.values()) {
        if (desk.isStanding('leave', region)) continue;
        const verdict = judge(feed.book, { region, signal, now: epochMs(now), watched });
        if (verdict.level !== 'act') continue;
        const order = { at: now, until: now + measureMs.quarantine, why: `evidence of ${signal}` };
        desk.leave(region, order);
      }
    },
    send: feed.send,
    tick: (now) => {
      feed.tick(now);
      desk.tick(now);
    },
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    acts: desk.acts,
  };
};

/** Rates that a chart takes for good and for bad; those of the facts’ comparison. */
const charts: Readonly<Record<Signal, { readonly good: number; readonly bad: number }>> = {
  block: { good: 0.001, bad: 0.01 },
  domain: { good: 0.001, bad: 0.02 },
  content: { good: 0.001, bad: 0.02 },
  deferral: { good: 0.01, bad: 0.1 },
  outage: { good: 0.01, bad: 0.1 },
  'hard-bounce': { good: 0.01, bad: 0.05 },
  complaint: { good: 0.0003, bad: 0.003 },
};
const signalsOfPairs = ['block', 'deferral', 'outage'] as const;
const signalsOfTenants = ['hard-bounce', 'complaint', 'domain', 'content', 'block'] as const;
/** ln 10,000: the facts’ setting. */
const alarmAt = Math.log(10_000);

type Chart = {
  readonly region: Region;
  readonly signal: Signal;
  sum: number;
  zeroAt: number;
};

/** A Bernoulli CUSUM on arrival time for each pool, provider and tenant, with our blame and our actions. */
export const cusum: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet);
  const feed = createEvidenceFeed();
  const charted = new Map<string, Chart>();
  const chartOf = (signal: Signal, region: Region, now: number): Chart => {
    const key = chartKey(signal, region);
    const chart = charted.get(key) ?? { region, signal, sum: 0, zeroAt: now };
    charted.set(key, chart);
    return chart;
  };
  const regionsOf = (tenant: string, pool: string, provider: string) =>
    [
      [signalsOfPairs, { pool, provider }],
      [signalsOfTenants, { tenant }],
    ] as const;
  const alarm = (chart: Chart, now: number) => {
    const { signal, zeroAt } = chart;
    const onset = epochMs(zeroAt);
    const { book } = feed;
    const cells = book.cells([signal], { since: onset, until: epochMs(now + minuteMs) });
    const before = book.cells([signal], {
      since: epochMs(zeroAt - 10 * minuteMs),
      until: onset,
    });
    const { causes } = findCauses(cells, {
      signal,
      onset,
      tolerated: charts[signal].good,
      before,
    });
    for (const cause of causes) carryOut(desk, cause, now);
    chart.sum = 0;
    chart.zeroAt = now;
  };
  return {
    name: 'cusum',
    hear: (news, now) => {
      feed.hear(news);
      const alarmed = new Set<Chart>();
      for (const one of news) {
        const signal = signalOf(one);
        if (signal === undefined) continue;
        const { tenant, provider } = one.batch.cell;
        for (const [signals, region] of regionsOf(tenant.tenant, one.pool, provider)) {
          if (!signals.some((name) => name === signal)) continue;
          const chart = chartOf(signal, region, one.sentAt);
          const { good, bad } = charts[signal];
          if (chart.sum === 0) chart.zeroAt = Math.min(one.sentAt, now);
          chart.sum += one.count * (Math.log(bad / good) - Math.log((1 - bad) / (1 - good)));
          if (chart.sum >= alarmAt) alarmed.add(chart);
        }
      }
      for (const chart of alarmed) alarm(chart, now);
    },
    send: (cell, pool, count, now) => {
      feed.send(cell, pool, count, now);
      for (const [signals, region] of regionsOf(cell.tenant.tenant, pool, cell.provider)) {
        for (const signal of signals) {
          const { good, bad } = charts[signal];
          const chart = charted.get(chartKey(signal, region));
          // A chart that stands at zero stays there while nothing fails.
          if (chart === undefined || chart.sum === 0) continue;
          chart.sum = Math.max(0, chart.sum + count * Math.log((1 - bad) / (1 - good)));
        }
      }
    },
    tick: (now) => {
      feed.tick(now);
      desk.tick(now);
    },
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    acts: desk.acts,
  };
};

function chartKey(signal: Signal, { tenant = '', pool = '', provider = '' }: Region): string {
  return `${signal}|${tenant}|${pool}|${provider}`;
}

/** Does what our table says about a cause, for as long as ours stands at first. */
function carryOut(desk: Desk, { kind, signal, region }: Cause, now: number): void {
  const measure = measureFor(signal, kind);
  const why = `${kind} at fault for ${signal}`;
  const { ip: _, ...part } = region;
  if (measure === 'hold-tenant' || measure === 'hold-pair') {
    desk.hold(part, { at: now, until: now + measureMs.hold, why });
  } else if (measure === 'slow' || measure === 'slow-and-page') {
    desk.slow(part, { at: now, until: now + hourMs, why, share: slowedShare });
  } else desk.leave(part, { at: now, until: now + measureMs.quarantine, why });
}
