/**
 * The ladder: how many recipients a pool may be sent at a provider. It has one owner: ours for standard
 * pools whose warm-up SES does not do; where SES owns it (managed, shared) a pool has no warmth here and
 * none of this applies.
 * @see docs/decisions/0013-rotation.md
 */
import type { Level } from '../evidence/model.ts';
import { dayMs, type EpochMs } from '../time.ts';
import type { Caps, Warmth } from './model.ts';

/** Recipients of the first day for one address; small providers begin lower, the rest shares one item. */
const firstDayCaps: Readonly<Record<string, number>> = {
  gmail: 50,
  microsoft: 50,
  yahoo: 30,
  apple: 20,
  gmx: 20,
  other: 50,
};
const firstDayCapDefault = 20;

/**
 * Growth a day: SendGrid's published automated warm-up, 20 × 1.4^day an hour.
 * @see https://www.twilio.com/docs/sendgrid/ui/sending-email/warming-up-an-ip-address
 */
const growth = 1.4;

/** A day on which less of its cap was sent proves nothing about the next step. */
const usedShareMin = 0.6;

/** A pool never sends more than this many times what it carried cleanly in a day of the last fourteen. */
const cleanDayFactor = 1.5;
const cleanDaysKept = 14;

/** Share of a day's cap that an hour may take: no burst passes for growth. */
const hourShare = 0.1;

/** Providers forget: a step is lost for each idle day after the seventh, and all after thirty. */
const idleDaysFree = 7;
const idleDaysMax = 30;

/** Steps lost when the evidence acts: two of them halve the cap (1.4² = 1.96). */
const stepsLost = 2;

/** Providers with an item of their own from the first day on, and `other` for everybody else. */
export const ladderProviders: readonly string[] = Object.keys(firstDayCaps);

/** Whose cap it is: addresses of a pool, at a provider. */
export type Place = { readonly provider: string; readonly ipCount: number };

/** Returns what the ladder allows on a step, by what was carried cleanly; need is no argument of it. */
export function capsOf(step: number, cleanDays: readonly number[], place: Place): Caps {
  const first = firstDayCap(place);
  const proven = cleanDayFactor * Math.max(0, ...cleanDays.slice(-cleanDaysKept));
  return capped(step, Math.min(rung(step, place), Math.max(first, proven)));
}

/** Returns a pool at the foot of the ladder. */
export function coldWarmth(place: Place): Warmth {
  return { ...capsOf(0, [], place), sentToday: 0, cleanDays: [] };
}

/**
 * Returns the caps of addresses that carried so many recipients a day before we knew them, and the step of
 * the ladder that is as high, in parts of a step; undefined where a new address may be sent as many.
 */
export function declaredCaps(perDay: number, place: Place): Caps | undefined {
  const first = firstDayCap(place);
  if (perDay <= first) return undefined;
  return capped(Math.log(perDay / first) / Math.log(growth), perDay);
}

/** Returns the clean days that are remembered with one more. */
export function withCleanDay(cleanDays: readonly number[], count: number): readonly number[] {
  return [...cleanDays, count].slice(-cleanDaysKept);
}

/** Returns the warmth after its day is over: a day with trouble counts as none. */
export function closeDay(warmth: Warmth, level: Level): Warmth {
  const clean = level === 'quiet' ? warmth.sentToday : 0;
  return {
    ...warmth,
    sentToday: 0,
    cleanDays: withCleanDay(warmth.cleanDays, clean),
  };
}

/**
 * Returns the caps of the day that begins: a step up after a quiet day that used its cap, the same step
 * where it did not or the evidence frets, two steps down where it acts, and down while nothing is sent.
 */
export function nextCaps(
  warmth: Warmth,
  { now, level, place }: { readonly now: EpochMs; readonly level: Level; readonly place: Place },
): Caps {
  if (level === 'act') return shrunk(warmth, place);
  const idleDays = warmth.lastSentAt === undefined ? 0 : (now - warmth.lastSentAt) / dayMs;
  if (idleDays >= idleDaysMax) return capsOf(0, [], place);
  if (idleDays > idleDaysFree) return capsOf(Math.max(0, warmth.step - 1), warmth.cleanDays, place);
  const usedIt = (warmth.cleanDays.at(-1) ?? 0) >= usedShareMin * warmth.dayCap;
  // Where days and not steps are the limit, a further step would only take the ladder out of reach of trouble.
  const ladderLimits = rung(warmth.step, place) <= warmth.dayCap + 1;
  const climbs = level === 'quiet' && usedIt && ladderLimits;
  const caps = capsOf(warmth.step + (climbs ? 1 : 0), warmth.cleanDays, place);
  return level === 'quiet' ? caps : capped(caps.step, Math.min(caps.dayCap, warmth.dayCap));
}

/** Returns at most half of the caps, and a ladder that has to be climbed again from there. */
export function shrunk(warmth: Caps, place: Place): Caps {
  const reached = Math.floor(Math.log(warmth.dayCap / firstDayCap(place)) / Math.log(growth));
  const step = Math.max(0, Math.min(warmth.step, reached) - stepsLost);
  return capped(step, Math.min(warmth.dayCap / 2, rung(step, place)));
}

function firstDayCap({ provider, ipCount }: Place): number {
  return (firstDayCaps[provider] ?? firstDayCapDefault) * Math.max(1, ipCount);
}

function rung(step: number, place: Place): number {
  return firstDayCap(place) * growth ** step;
}

function capped(step: number, day: number): Caps {
  // 50 × 1.4² is 97.99… in floating point, and means 98.
  const dayCap = Math.max(1, Math.floor(day + 1e-6));
  return { step, dayCap, hourCap: Math.max(1, Math.floor(dayCap * hourShare)) };
}
