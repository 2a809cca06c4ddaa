import type { Warmth } from '../../domain/rotation/model.ts';
import { capsOf, closeDay, nextCaps, type Place } from '../../domain/rotation/warm-up.ts';
import { epochMs } from '../../domain/time.ts';
import { type ByPair, createByPair } from './by-pair.ts';
import type { Fleet } from './fleet.ts';

/** Warm capacity of a pool at a provider, by the ladder of the domain. */
export type WarmCaps = {
  /** Takes room for up to `count` mails; returns how many may leave. */
  readonly lease: (pool: string, provider: string, count: number, now: number) => number;
  readonly of: (pool: string, provider: string, now: number) => Warmth;
  /** Mails that may still leave this hour. */
  readonly roomOf: (pool: string, provider: string, now: number) => number;
};

type Entry = {
  readonly place: Place;
  day: number;
  hour: number;
  sentThisHour: number;
  warmth: Warmth;
};

/** Whether a day of a pool at a provider was clean, as the policy sees it. */
type LevelOf = (pool: string, provider: string) => 'quiet' | 'degrade' | 'act';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const cleanDaysKept = 14;
/** A step so high that the best clean day limits and not the ladder: a pool that was warm long ago. */
const warmStep = 60;

/** Creates the caps of a run: absolute, leased before mail leaves, the same rule for every policy. */
export function createWarmCaps(fleet: Fleet, levelOf: LevelOf): WarmCaps {
  const entries = entriesOf(fleet);
  const at = (pool: string, provider: string, now: number): Entry => {
    const entry = entries(pool, provider);
    const hour = Math.floor(now / hourMs);
    if (hour === entry.hour) return entry;
    entry.hour = hour;
    entry.sentThisHour = 0;
    const day = Math.floor(now / dayMs);
    if (day > entry.day) beginDay(entry, levelOf(pool, provider), now);
    entry.day = day;
    return entry;
  };
  return {
    lease: (pool, provider, count, now) => {
      const entry = at(pool, provider, now);
      const leased = Math.min(count, roomIn(entry));
      if (leased === 0) return 0;
      entry.sentThisHour += leased;
      const sentToday = entry.warmth.sentToday + leased;
      entry.warmth = { ...entry.warmth, sentToday, lastSentAt: epochMs(now) };
      return leased;
    },
    roomOf: (pool, provider, now) => roomIn(at(pool, provider, now)),
    of: (pool, provider, now) => at(pool, provider, now).warmth,
  };
}

function entriesOf(fleet: Fleet): ByPair<Entry> {
  return createByPair((name, provider) => {
    const pool = fleet.pools.find((one) => one.pool === name);
    if (pool === undefined) throw new Error(`no warm capacity is known of ${name}`);
    const usual = Math.floor(pool.warmPerDay * (fleet.mix.get(provider) ?? 0));
    const place = { provider, ipCount: pool.ips.length };
    const cleanDays = usual > 0 ? Array.from({ length: cleanDaysKept }, () => usual) : [];
    return {
      place,
      day: Math.floor(fleet.startsAt / dayMs),
      hour: Math.floor(fleet.startsAt / hourMs),
      sentThisHour: 0,
      warmth: { ...capsOf(usual > 0 ? warmStep : 0, cleanDays, place), cleanDays, sentToday: 0 },
    };
  });
}

function roomIn({ warmth: { dayCap, hourCap, sentToday }, sentThisHour }: Entry): number {
  return Math.max(0, Math.min(dayCap - sentToday, hourCap - sentThisHour));
}

function beginDay(entry: Entry, level: 'quiet' | 'degrade' | 'act', now: number): void {
  const closed = closeDay(entry.warmth, level);
  const caps = nextCaps(closed, { now: epochMs(now), level, place: entry.place });
  entry.warmth = { ...closed, ...caps };
}
