/** The beginning of every ladder that is ours: no pool waits without caps for somebody to grow it. */
import { placeOf } from './capacity.ts';
import type { Action, Caps, Pool, Situation, Standing } from './model.ts';
import type { AdvisedPlan } from './plan.ts';
import { coldWarmth, ladderProviders } from './warm-up.ts';

/**
 * Returns the first caps of pools whose warm-up is ours, at every known provider and `other`, and their first
 * step: `cold` while dispatch may not know of the caps yet, `warming` from the next look on. The deploy asks for
 * it by the word `ours`, so nothing stops it. Undefined where every ladder has begun.
 */
export function openLadders(situation: Situation): AdvisedPlan | undefined {
  const ours = situation.pools.filter(({ warmUp }) => warmUp === 'ours');
  const opened = ours.flatMap((pool) => firstCaps(pool, situation));
  const begun = ours.flatMap((pool) => firstSteps(pool, situation));
  const actions = [...opened, ...begun];
  if (actions.length === 0) return undefined;
  return {
    id: situation.newId(),
    actions,
    declared: true,
    evidence: [
      ...opened.flatMap((action) => (action.kind === 'grow' ? [capSentence(action)] : [])),
      ...begun.map(
        ({ pool, provider }) => `pool ${pool} warms up at ${provider}: dispatch knows its caps`,
      ),
    ],
    counterEvidence: [],
  };
}

/** Returns whether an action is a step of a ladder that never was in quarantine: growth, and nothing else. */
export function isLadderStep(action: Action): boolean {
  if (action.kind === 'grow') return true;
  if (action.kind !== 'release' || !('standing' in action)) return false;
  const { standing, before } = action;
  if (standing.why !== undefined) return false;
  if (standing.state === 'cold') return before === undefined;
  const isNew = before?.why === undefined && ['cold', 'warming'].includes(before?.state ?? '');
  return isNew && ['warming', 'active'].includes(standing.state);
}

type Growth = Extract<Action, { readonly kind: 'grow' }>;
type Step = {
  readonly kind: 'release';
  readonly pool: string;
  readonly provider: string;
  readonly standing: Standing;
  readonly before?: Standing;
};

function firstCaps(pool: Pool, { now }: Situation): readonly (Growth | Step)[] {
  const isUnwritten = !pool.standings.has('*');
  return ladderProviders
    .filter((provider) => !pool.warmth.has(provider))
    .flatMap((provider): readonly (Growth | Step)[] => {
      const { step, dayCap, hourCap } = coldWarmth(placeOf(pool, provider));
      const caps: Caps = { step, dayCap, hourCap };
      const grow: Growth = { kind: 'grow', pool: pool.pool, provider, warmth: caps };
      const standing: Standing = { state: 'cold', since: now };
      return isUnwritten && !pool.standings.has(provider)
        ? [{ kind: 'release', pool: pool.pool, provider, standing }, grow]
        : [grow];
    });
}

/** Who is cold for another reason has one written beside it, and a trial to pass. */
function firstSteps(pool: Pool, { now }: Situation): readonly Step[] {
  return [...pool.standings].flatMap(([provider, before]) =>
    before.state === 'cold' && before.why === undefined && pool.warmth.has(provider)
      ? [
          {
            kind: 'release',
            pool: pool.pool,
            provider,
            standing: { state: 'warming', since: now },
            before,
          },
        ]
      : [],
  );
}

function capSentence({ pool, provider, warmth }: Growth): string {
  return `pool ${pool} begins at the foot of its ladder: ${warmth.dayCap} recipients a day to ${provider}`;
}
