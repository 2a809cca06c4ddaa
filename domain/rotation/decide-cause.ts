/** From a cause to what is done about it. */
import type { Cause } from '../blame/model.ts';
import type { Verdict } from '../evidence/model.ts';
import { hourMs } from '../time.ts';
import { counterEvidenceOf, evidenceOf } from './explain.ts';
import { listingEvidenceOf } from './listings.ts';
import { type Measure, measureFor } from './measures.ts';
import type { Action, Brake, Situation } from './model.ts';
import { isSameRegion, openOrders } from './orders.ts';
import { isTwiceInADay, saidLast } from './past.ts';
import { type AdvisedPlan, type Outline, type Scene, sceneOf } from './plan.ts';
import { planHold, planSlow, planWhole } from './plan-holds.ts';
import { planMove, planQuarantineIp, planQuarantinePool } from './plan-moves.ts';
import { adviceTooManyHolds, isStopOver, wouldHoldTooMany } from './stop.ts';

const planners: Readonly<Record<Measure, (scene: Scene) => Outline | undefined>> = {
  'hold-tenant': (scene) => planHold(scene, 'hold-tenant'),
  'hold-pair': (scene) => planWhole(scene) ?? planHold(scene, 'hold-pair'),
  slow: planSlow,
  'slow-and-page': (scene) => {
    const outline = planSlow(scene);
    return outline && { ...outline, advice: adviceForAll };
  },
  move: planMove,
  'quarantine-ip': planQuarantineIp,
  'quarantine-pool': planQuarantinePool,
};

const adviceForAll =
  'no single sender or pool explains it, so look at what all mail shares: From domain and DKIM, the account, the address range, the content; another pool would meet the same';

/** What a stream's rescue is told of: mail that is lost already may go once more through a pool that takes it. */
function rescueOf({ rescue }: Outline, scene: Scene): AdvisedPlan | undefined {
  const { cause, situation } = scene;
  const [to] = rescue?.to ?? [];
  if (!rescue || to === undefined) return undefined;
  const actions = rescueActions({ from: rescue.from, to }, situation);
  if (actions.length === 0) return undefined;
  return {
    id: situation.newId(),
    actions,
    cause,
    evidence: [...evidenceOf(cause, undefined, situation.now), ...listingEvidenceOf(scene)],
    counterEvidence: [],
  };
}

/** Returns the rescues of what a pool lost, one for each stream that allows it and uses or declares the pool. */
export function rescueActions(
  { from, to }: { readonly from: string; readonly to: string },
  { streams }: Pick<Situation, 'streams'>,
): readonly Action[] {
  return streams.flatMap((stream) =>
    stream.rescue &&
    (stream.pools.includes(from) ||
      [...stream.assignment.values()].flat().some(({ pool }) => pool === from))
      ? [{ kind: 'rescue', stream: stream.stream, from, to } as const]
      : [],
  );
}

/** Returns the plans for a cause: what is done about it, and the rescue of what it cost. */
export function planCause(
  cause: Cause,
  verdict: Verdict | undefined,
  situation: Situation,
): readonly AdvisedPlan[] {
  if (wasSaid(cause, situation)) return [];
  const scene = sceneOf(cause, situation, verdict);
  const outline = planners[measureFor(cause.signal, cause.kind)](scene);
  if (!outline || (outline.actions.length === 0 && outline.advice === undefined)) return [];
  const braked = withBrakes(outline, scene);
  const plan: AdvisedPlan = {
    id: scene.decision.id,
    actions: [...braked.actions, ...answersOf(scene, braked)],
    cause,
    ...(verdict && { verdict }),
    evidence: [
      ...evidenceOf(cause, verdict, situation.now),
      ...listingEvidenceOf(scene),
      ...braked.deeds,
    ],
    counterEvidence: counterEvidenceOf(cause),
    ...(braked.brake && { brake: braked.brake }),
    ...(braked.moved && { moved: braked.moved }),
    ...(braked.movers && { movers: braked.movers }),
    ...(braked.advice !== undefined && { advice: braked.advice }),
  };
  const rescue = braked.brake === 'same-cause-twice' ? undefined : rescueOf(braked, scene);
  return rescue ? [plan, rescue] : [plan];
}

/**
 * Lifts what was held because nobody could tell whether this was the cause: the answer stands in its place.
 * Without the order in the record, so that whoever undoes the answer does not get the question back.
 */
function answersOf({ situation, cause }: Scene, { actions }: Outline): readonly Action[] {
  if (actions.length === 0) return [];
  const asked = new Set(
    situation.history
      .filter(({ undecided }) =>
        undecided?.candidates.some(
          ({ signal, region }) => signal === cause.signal && isSameRegion(region, cause.region),
        ),
      )
      .map(({ id }) => id),
  );
  return openOrders(situation)
    .filter(({ decision }) => asked.has(decision))
    .map(({ id }) => ({ kind: 'release', orderId: id }));
}

/** What would be done is not said again within the hour, unless what stopped it is over. */
function wasSaid(cause: Cause, situation: Situation): boolean {
  const last = saidLast(situation, cause);
  return (
    last !== undefined &&
    !last.done &&
    last.at > situation.now - hourMs &&
    !isStopOver(last, situation)
  );
}

/** Causes that come back, and more suspects than a bad day has, say that the loop itself may be wrong. */
function withBrakes(outline: Outline, scene: Scene): Outline {
  const { situation, cause } = scene;
  const holds = outline.actions.some(({ kind }) => kind === 'hold-tenant');
  if (holds && wouldHoldTooMany(situation, outline.actions))
    return stopped(outline, 'too-many-holds', adviceTooManyHolds);
  const moves = outline.actions.some(({ kind }) => kind === 'move' || kind === 'quarantine-ip');
  if (!moves || !isTwiceInADay(situation, cause)) return outline;
  // Mail that waits is neither lost nor seen by one more pool.
  const hold = planHold(scene, 'hold-pair');
  return {
    ...stopped(
      outline,
      'same-cause-twice',
      'this came back within a day, so the pool is hardly the cause: look at the domain, the content and the tenants; the mail waits until somebody lifts the hold (goodstanding orders list, orders lift) or moves it by hand (goodstanding pools override)',
    ),
    actions: hold?.actions ?? [],
  };
}

function stopped({ actions, deeds }: Outline, brake: Brake, advice: string): Outline {
  return { actions, deeds, brake, advice };
}
