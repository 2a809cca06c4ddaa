/** What is done while it is not known who is at fault, and how that ends. */
import { chooseProbes } from '../blame/choose-probes.ts';
import { senderSignals } from '../blame/kinds.ts';
import type { Cause, Undecided } from '../blame/model.ts';
import type { Region } from '../evidence/model.ts';
import { unknown } from '../evidence/owners.ts';
import { unknownProvider } from '../provider.ts';
import { dayMs } from '../time.ts';
import { poolNamed } from './capacity.ts';
import { counterEvidenceOf, undecidedEvidenceOf } from './explain.ts';
import type { Found } from './look.ts';
import { holdMs, lengthened, type Measure, measureFor, measureMs } from './measures.ts';
import type { Decision, Order, Situation } from './model.ts';
import { contains, isSameRegion, isWithin, openOrders, orderFor } from './orders.ts';
import { isTwiceInADay } from './past.ts';
import { type AdvisedPlan, type Scene, sceneOf } from './plan.ts';
import { isHeldForDoing, probationAfter } from './plan-holds.ts';
import { planMove } from './plan-moves.ts';
import { standingAt } from './pool-states.ts';
import { isStopOver } from './stop.ts';

/**
 * Holds what all candidates share, but for a few probes of trusted tenants; what only slows is left to time.
 * Where waiting decided nothing, or cannot, it ends in what can be taken back, and a person is called.
 */
export function planUndecided(
  undecided: Undecided,
  { verdict, cells }: Found,
  situation: Situation,
): AdvisedPlan | undefined {
  const { candidates } = undecided;
  const [first] = candidates;
  const region = regionToHold(undecided);
  const waits = candidates.every(({ signal, kind }) => onlySlows.has(measureFor(signal, kind)));
  const isAnswered = isHeld(region, situation) || candidates.some((one) => isOut(one, situation));
  if (!first || waits || isAnswered || isHearsay(undecided) || Object.keys(region).length === 0)
    return undefined;
  const before = heldUndecided(region, situation);
  const said = before.filter(({ done, at }) => !done && at > situation.now - measureMs.probation);
  if (said.some((one) => !isStopOver(one, situation))) return undefined;
  const scene = sceneOf(first, situation, verdict);
  const trusted = (tenant: string) => situation.trustOf(tenant) === 'established';
  const probes = chooseProbes(undecided, cells, trusted);
  const plan = {
    undecided,
    verdict,
    counterEvidence: candidates.flatMap(counterEvidenceOf),
  };
  const evidence = undecidedEvidenceOf(undecided);
  const rounds = before.filter(({ done }) => done).length;
  const isOpen = rounds === 0 && probes !== undefined;
  const move = isOpen ? undefined : planTrialMove(undecided, cells, scene);
  if (move) return { ...plan, ...move, evidence: [...evidence, ...move.evidence] };
  const isSender = senderSignals.has(first.signal);
  const { tenant, provider } = undecided.intersection;
  const isSecond = tenant !== undefined && isHeldForDoing(tenant, provider, situation);
  const isConcluded = isSender && (rounds >= roundsMax || isSecond);
  const forMs = isConcluded
    ? holdMs(first.signal, region)
    : lengthened(measureMs.undecided, rounds);
  const order = orderFor(
    // A question has its probes once: what they did not answer, more of them would not.
    { region, share: 0, forMs, ...(rounds === 0 && probes && { probes }) },
    scene.decision.id,
    {
      now: situation.now,
      part: scene.decision.next(),
    },
  );
  const hold = { kind: 'hold-pair', order } as const;
  return {
    ...plan,
    id: scene.decision.id,
    actions: [hold, ...(isSender ? probationAfter(scene, hold) : [])],
    evidence,
    ...((rounds > 0 || isSecond) && { advice: adviceUndecided }),
  };
}

/** What would be slowed at most is not held for being undecided. */
const onlySlows: ReadonlySet<Measure> = new Set(['slow', 'slow-and-page']);

/** A sender that fails again after so many is held as if it were decided. */
const roundsMax = 1;

const adviceUndecided =
  'the mail itself does not tell who is at fault: look at the tenant and its lists, and at what the provider says of the address; then hold the one or move the other by hand (goodstanding pools override), or lift the hold (goodstanding orders list, orders lift)';

/**
 * What all candidates share. The reasons of some signals blame who sends by themselves: there a tenant
 * waits whole, or what is refused here would leave elsewhere meanwhile.
 */
function regionToHold({ intersection, candidates }: Undecided): Region {
  const { tenant } = intersection;
  const isSenders = candidates.every(({ signal }) => senderSignals.has(signal));
  const isOneTenants = candidates.every(({ region }) => region.tenant === tenant);
  return tenant !== undefined && (isSenders || isOneTenants) ? { tenant } : intersection;
}

function isHeld(region: Region, situation: Situation): boolean {
  return openOrders(situation).some((order) => order.share === 0 && contains(order.region, region));
}

/** Replies of servers that anybody may run, and that do not blame the sender by themselves, hold nobody. */
function isHearsay({ candidates, intersection }: Undecided): boolean {
  return (
    intersection.provider === unknownProvider &&
    candidates.every(
      ({ signal, vouchedBy }) => !senderSignals.has(signal) && vouchedBy.providers === 0,
    )
  );
}

/** Mail of a pool that is out by now says nothing new of who sent it. */
function isOut({ region }: Cause, situation: Situation): boolean {
  const pool = poolNamed(situation, region.pool);
  const { provider = '*' } = region;
  return pool !== undefined && ['quarantined', 'cold'].includes(standingAt(pool, provider).state);
}

/** Decisions of the last day that held the same undecided, done or not. */
function heldUndecided(region: Region, { history, now }: Situation): readonly Decision[] {
  return history.filter(
    ({ at, undecided, actions }) =>
      undecided &&
      at > now - dayMs &&
      actions.some((action) => 'order' in action && isSame(action.order, region)),
  );
}

function isSame(order: Order | undefined, region: Region): boolean {
  return order !== undefined && isSameRegion(order.region, region);
}

/**
 * Returns the move of a pool that one established tenant has for itself at a provider: no other mail can tell
 * the two apart, and the same mail through another pool does. Only where the reasons blame the address, nothing
 * else speaks against the tenant, and it was not tried before; what is refused there too is the tenant's.
 */
function planTrialMove(
  { candidates }: Undecided,
  cells: Found['cells'],
  { situation, verdict }: Scene,
): Pick<AdvisedPlan, 'id' | 'actions' | 'evidence' | 'moved' | 'brake' | 'advice'> | undefined {
  const address = candidates.find(
    ({ kind, signal }) => kind === 'pool×provider' && signal === 'block',
  );
  if (!address || address.earnedBy || isTwiceInADay(situation, address)) return undefined;
  const tenants = new Set(
    cells.flatMap(({ origin }) =>
      origin.tenant !== unknown && isWithin(address.region, origin) ? [origin.tenant] : [],
    ),
  );
  const [tenant, ...others] = tenants;
  if (tenant === undefined || others.length > 0 || situation.trustOf(tenant) !== 'established')
    return undefined;
  const scene = sceneOf(address, situation, verdict);
  const outline = planMove(scene);
  if (!outline?.actions.some(({ kind }) => kind === 'move')) return undefined;
  return {
    id: scene.decision.id,
    actions: outline.actions,
    evidence: [
      `${tenant} has this pool for itself there, so another pool decides`,
      ...outline.deeds,
    ],
    ...(outline.moved && { moved: outline.moved }),
    ...(outline.brake && { brake: outline.brake }),
    advice: adviceUndecided,
  };
}
