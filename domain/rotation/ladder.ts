/** The day's step of every ladder. */

import type { Level } from '../evidence/model.ts';
import { dayMs, epochMs, hourMs } from '../time.ts';
import { isTryingAddress } from './away.ts';
import { placeOf } from './capacity.ts';
import { verdictsOf } from './look.ts';
import type { Action, Caps, Decision, Pool, Situation } from './model.ts';
import type { AdvisedPlan } from './plan.ts';
import { standingAt } from './pool-states.ts';
import { nextCaps } from './warm-up.ts';

/** A day's step is taken in its first hours or not at all: verdicts of all pools are not asked for each minute. */
const firstHoursMs = hourMs;

/** Signals by which a provider says that a pool sends too much for what it is. */
const telling = new Set(['block', 'deferral', 'complaint']);

/**
 * Returns the caps of the day that has begun, once a UTC day: up, held or down by what the evidence says of
 * each pool at each provider. While a change window is closed nothing goes up. Undefined where nothing changes.
 */
export function climbLadders(situation: Situation): AdvisedPlan | undefined {
  const { now, pools, history } = situation;
  const today = epochMs(now - (now % dayMs));
  if (now - today >= firstHoursMs) return undefined;
  if (history.some((one) => one.at >= today && isDaysStep(one))) return undefined;
  const levels = levelsOf(situation);
  const actions = pools.flatMap((pool) => stepsOf(pool, levels, situation));
  if (actions.length === 0) return undefined;
  return {
    id: situation.newId(),
    actions,
    evidence: actions.map(sentence),
    counterEvidence: [],
  };
}

type Step = Extract<Action, { readonly kind: 'grow' }>;

/** The first caps of a pool, and what a person declares, are no step of the day. */
function isDaysStep({ actions, by }: Decision): boolean {
  return (
    by === undefined &&
    actions.length > 0 &&
    actions.every((action) => action.kind === 'grow' && action.before !== undefined)
  );
}

function stepsOf(
  pool: Pool,
  levels: ReadonlyMap<string, Level>,
  situation: Situation,
): readonly Step[] {
  const { now, changeWindow } = situation;
  if (pool.kind !== 'standard') return [];
  const isWaiting = changeWindow === 'closed' || isTryingAddress(pool, situation);
  return [...pool.warmth].flatMap(([provider, warmth]) => {
    // Who is out has a trial to pass first; its caps are the trial's.
    if (['quarantined', 'cold'].includes(standingAt(pool, provider).state)) return [];
    const level = levels.get(`${pool.pool}\n${provider}`) ?? 'quiet';
    const warm = nextCaps(warmth, { now, level, place: placeOf(pool, provider) });
    const before: Caps = { step: warmth.step, dayCap: warmth.dayCap, hourCap: warmth.hourCap };
    const isSame = warm.step === before.step && warm.dayCap === before.dayCap;
    const isHeldBack = isWaiting && warm.dayCap > before.dayCap;
    return isSame || isHeldBack
      ? []
      : [{ kind: 'grow', pool: pool.pool, provider, warmth: warm, before }];
  });
}

/** The worst that the evidence says of each pool at each provider where it has a warmth. */
function levelsOf(situation: Situation): ReadonlyMap<string, Level> {
  const regions = situation.pools.flatMap(({ pool, kind, warmth }) =>
    kind === 'standard' ? [...warmth.keys()].map((provider) => ({ pool, provider })) : [],
  );
  const worst = new Map<string, Level>();
  for (const { region, signal, level } of verdictsOf(situation, regions)) {
    const key = `${region.pool}\n${region.provider}`;
    if (telling.has(signal) && rank(level) > rank(worst.get(key) ?? 'quiet')) worst.set(key, level);
  }
  return worst;
}

function rank(level: Level): number {
  return ['quiet', 'degrade', 'act'].indexOf(level);
}

function sentence({ pool, provider, warmth, before }: Step): string {
  return `pool ${pool} at ${provider}: step ${tenths(before?.step ?? 0)} → ${tenths(warmth.step)}, ${before?.dayCap ?? 0} → ${warmth.dayCap} recipients a day`;
}

/** What a person declared may lie between two steps. */
function tenths(step: number): number {
  return Math.round(step * 10) / 10;
}
