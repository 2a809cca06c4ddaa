import type { Region } from '../../domain/evidence/model.ts';
import type { Act } from './policy.ts';
import type { Truth } from './scenario-words.ts';

/** What was wrong about an action: the object that it struck. */
export type WrongObject = 'pool' | 'tenant' | 'provider';

export type JudgedAct = Act & { readonly right: boolean; readonly object: WrongObject };

/** A cause keeps being acted on for so long after its end: news of it is still coming. */
const graceMs = 3_600_000;
/** From this share of good mail failing on, leaving or slowing was right whoever wrote the scenario. */
const trulyFailing = 0.2;

/** Judges one action when it is taken, by the scenario's truth and by what truly fails. */
export function judgeAct(
  act: Act,
  {
    truth,
    startsAt,
    failedShare,
  }: {
    readonly truth: readonly Truth[];
    readonly startsAt: number;
    /** Share of good mail that fails now, by pool (or all) and provider. */
    readonly failedShare: (region: Region, kind: 'blocked' | 'put-off') => number;
  },
): JudgedAct {
  const named = truth.some(
    (one) =>
      isActive(one, act.at - startsAt) &&
      one.right.some((right) => right.do === act.do && isWithin(act.region, right.region)),
  );
  return { ...act, right: named || meetsTrouble(act, failedShare), object: objectOf(act.region) };
}

/** Whether a region is another one or a part of it. */
export function isWithin(region: Region, whole: Region): boolean {
  return Object.entries(whole).every(([name, value]) => entryOf(region, name) === value);
}

function isActive({ fromMinute, untilMinute }: Truth, ageMs: number): boolean {
  const until = (untilMinute ?? Number.POSITIVE_INFINITY) * 60_000 + graceMs;
  return ageMs >= fromMinute * 60_000 && ageMs <= until;
}

function meetsTrouble(
  { do: what, region }: Act,
  failedShare: (region: Region, kind: 'blocked' | 'put-off') => number,
): boolean {
  if (what === 'return') return true;
  if (region.tenant !== undefined || region.identity !== undefined) return false;
  if (region.provider === undefined) return false;
  const blocked = failedShare(region, 'blocked');
  if (what === 'leave') return blocked >= trulyFailing;
  return blocked + failedShare(region, 'put-off') >= trulyFailing;
}

function objectOf(region: Region): WrongObject {
  if (region.tenant !== undefined || region.identity !== undefined) return 'tenant';
  return region.pool !== undefined || region.ip !== undefined ? 'pool' : 'provider';
}

function entryOf(region: Region, name: string): string | undefined {
  return Object.entries(region).find(([key]) => key === name)?.[1];
}
