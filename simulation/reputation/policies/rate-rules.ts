import type { Signal } from '../../../domain/classification/reasons.ts';
import { traitsOf } from '../../../domain/classification/reasons.ts';
import type { Region } from '../../../domain/evidence/model.ts';
import type { News } from '../mail.ts';
import type { MakePolicy } from '../policy.ts';
import { createDesk } from './desk.ts';
import { createRollingCounts } from './rolling-counts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A window with the mails that it must hold before its rate is believed. */
const windows = [
  { windowMs: hourMs, mailsMin: 100 },
  { windowMs: dayMs, mailsMin: 500 },
  { windowMs: 7 * dayMs, mailsMin: 2_000 },
] as const;

type Limit = {
  readonly rate: number;
  readonly of: 'tenant' | 'pool×provider';
  readonly do: 'hold' | 'slow' | 'leave';
};

/** Limits that SES, providers and other senders publish or keep by custom. */
const limits: Readonly<Partial<Record<Signal, Limit>>> = {
  'hard-bounce': { rate: 0.05, of: 'tenant', do: 'hold' },
  complaint: { rate: 0.003, of: 'tenant', do: 'hold' },
  content: { rate: 0.05, of: 'tenant', do: 'hold' },
  domain: { rate: 0.05, of: 'tenant', do: 'hold' },
  block: { rate: 0.05, of: 'pool×provider', do: 'leave' },
  deferral: { rate: 0.15, of: 'pool×provider', do: 'slow' },
};
/** How long it stays; then the rate decides anew. */
const orderMs = 24 * hourMs;
const slowedShare = 0.25;
const looksEveryMs = minuteMs;

/** Rates over an hour, a day and a week against fixed limits, each with a least count of mails. */
export const fixedThresholds: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet);
  const sent = createRollingCounts(7 * dayMs, 10 * minuteMs);
  const failed = createRollingCounts(7 * dayMs, 10 * minuteMs);
  const touched = new Map<string, { readonly region: Region; readonly signal: Signal }>();
  let nextLook = 0;
  const judge = (
    key: string,
    { region, signal }: { region: Region; signal: Signal },
    now: number,
  ) => {
    const limit = limits[signal];
    if (limit === undefined) return;
    const over = windows.find(({ windowMs, mailsMin }) => {
      const mails = sent.sum(regionKey(region), windowMs, now);
      return mails >= mailsMin && failed.sum(key, windowMs, now) > limit.rate * mails;
    });
    if (over === undefined) return;
    const order = { at: now, until: now + orderMs, why: `${signal} above ${limit.rate}` };
    if (limit.do === 'slow') desk.slow(region, { ...order, share: slowedShare });
    else desk[limit.do](region, order);
  };
  return {
    name: 'fixed-thresholds',
    hear: (news, now) => {
      for (const one of news) {
        const signal = signalOf(one);
        const limit = signal === undefined ? undefined : limits[signal];
        if (signal === undefined || limit === undefined) continue;
        const region = regionOf(one, limit.of);
        const key = `${signal}|${regionKey(region)}`;
        failed.add(key, one.count, now);
        touched.set(key, { region, signal });
      }
    },
    send: ({ tenant: { tenant }, provider }, pool, count, now) => {
      sent.add(regionKey({ tenant }), count, now);
      sent.add(regionKey({ pool, provider }), count, now);
    },
    tick: (now) => {
      desk.tick(now);
      if (now < nextLook) return;
      nextLook = now + looksEveryMs;
      for (const [key, what] of touched) judge(key, what, now);
      touched.clear();
    },
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    acts: desk.acts,
  };
};

type Rule = { readonly events: number; readonly do: 'suspend' | 'slow'; readonly forMs: number };

/** The published community rules by kind of reply: so many an hour suspend a source at a provider. */
const eventRules: Readonly<Partial<Record<Signal, Rule>>> = {
  block: { events: 5, do: 'suspend', forMs: 2 * hourMs },
  content: { events: 5, do: 'suspend', forMs: hourMs },
  domain: { events: 5, do: 'suspend', forMs: hourMs },
  deferral: { events: 2, do: 'slow', forMs: 30 * minuteMs },
  outage: { events: 5, do: 'suspend', forMs: 15 * minuteMs },
};

/**
 * Events an hour for each source and provider, as KumoMTA publishes them, with mail led to sources that are
 * not suspended.
 * @see https://github.com/KumoCorp/kumomta/blob/main/assets/community/shaping.toml
 */
export const eventsPerHour: MakePolicy = ({ fleet }) => {
  const desk = createDesk(fleet);
  const events = createRollingCounts(hourMs);
  return {
    name: 'events-per-hour',
    hear: (news, now) => {
      for (const one of news) {
        const signal = signalOf(one);
        const rule = signal === undefined ? undefined : eventRules[signal];
        if (rule === undefined) continue;
        const region = { pool: one.pool, provider: one.batch.cell.provider };
        const key = `${signal}|${regionKey(region)}`;
        events.add(key, one.count, now);
        if (events.sum(key, hourMs, now) < rule.events) continue;
        const order = { at: now, until: now + rule.forMs, why: `${rule.events} ${signal} an hour` };
        if (rule.do === 'slow') desk.slow(region, { ...order, share: 0.1 });
        else desk.leave(region, order);
      }
    },
    send: () => undefined,
    tick: desk.tick,
    routeOf: desk.routeOf,
    pardon: desk.pardon,
    version: desk.version,
    acts: desk.acts,
  };
};

/** Returns the signal of news, if it says anything of anybody's reputation. */
export function signalOf({ kind, classified }: News): Signal | undefined {
  if (kind === 'complaint') return 'complaint';
  return classified === undefined ? undefined : traitsOf(classified.reason).signal;
}

function regionOf({ batch, pool }: News, of: Limit['of']): Region {
  return of === 'tenant'
    ? { tenant: batch.cell.tenant.tenant }
    : { pool, provider: batch.cell.provider };
}

function regionKey({ tenant = '', pool = '', provider = '' }: Region): string {
  return `${tenant}|${pool}|${provider}`;
}
