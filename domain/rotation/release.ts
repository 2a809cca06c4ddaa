/** The way back: a trial with a little mail first, then the ladder. */
import type { Signal } from '../classification/reasons.ts';
import type { Region } from '../evidence/model.ts';
import { clean, judgeTrial } from '../evidence/release.ts';
import { dayMs, epochMs } from '../time.ts';
import { applyActions } from './apply.ts';
import { expiryOf, stillInside } from './explain.ts';
import { everyProvider, leavePool } from './leave-pool.ts';
import { lengthened, measureMs } from './measures.ts';
import type { Action, Pool, PoolState, Situation } from './model.ts';
import { openLedger } from './move-ledger.ts';
import { numbering } from './move-share.ts';
import { quarantinesOf } from './past.ts';
import type { AdvisedPlan } from './plan.ts';
import {
  beginTrial,
  capsFor,
  liftOf,
  type Return,
  returningTo,
  stateAction,
  waitingFor,
} from './trial.ts';

/** A pool is active again when a day on the ladder was clean. */
const provenMs = dayMs;

const stages: Partial<Readonly<Record<PoolState, (back: Return) => AdvisedPlan | undefined>>> = {
  quarantined: tryAgain,
  cold: endTrial,
  warming: beActive,
  degraded: recover,
};

/**
 * Returns what comes back now, each pool at each provider by its own evidence: from quarantine into a trial,
 * from the trial to the ladder or back into quarantine for twice as long, and from the ladder into use.
 * While a change window is closed nothing comes back, but what fails its trial goes. Each is made of what stands
 * when it is asked for, which is what those before it left.
 */
export function* planReleases(look: () => Situation): Generator<AdvisedPlan> {
  const places = look().pools.flatMap(({ pool, standings }) =>
    [...standings.keys()].map((provider) => ({ pool, provider })),
  );
  for (const { pool: name, provider } of places) {
    const situation = look();
    const pool = situation.pools.find((one) => one.pool === name);
    const standing = pool?.standings.get(provider);
    // What is out or on trial everywhere has its way back first.
    if (!pool || !standing || (provider !== '*' && !isInUse(pool))) continue;
    const plan = stages[standing.state]?.({ pool, provider, standing, situation });
    const isClosed =
      situation.changeWindow === 'closed' &&
      !plan?.actions.some(({ kind }) => kind === 'quarantine');
    if (plan && !isClosed) yield plan;
  }
}

function isInUse(pool: Pool): boolean {
  return !['quarantined', 'cold'].includes(pool.standings.get('*')?.state ?? 'active');
}

/** What is still listed stays out, for another look later. */
function tryAgain(back: Return): AdvisedPlan | undefined {
  const { pool, standing, situation } = back;
  const { now, listings } = situation;
  const isDue = standing.until !== undefined && standing.until <= now;
  const isListed = pool.ips.some((ip) => (listings.get(ip) ?? []).length > 0);
  if (!isDue || isListed) return undefined;
  const id = situation.newId();
  return { ...planOf(back, beginTrial(back, id), 'goes on trial with a little mail'), id };
}

function endTrial(back: Return): AdvisedPlan | undefined {
  const { standing, situation, pool, provider } = back;
  const { now, book } = situation;
  // A pool that never was in quarantine is cold because it is new: nothing is on trial.
  if (standing.why === undefined) return undefined;
  const trial = judgeTrial(book, { ...evidenceAbout(back), since: standing.since, now });
  if (trial === 'failed') return failTrial(back);
  const isOver = standing.until !== undefined && standing.until <= now;
  if (trial === 'open' && !isOver) return undefined;
  const actions = [
    stateAction(back, { state: 'warming' }),
    ...capsFor(back, { step: 'kept', day: trial === 'open' ? 'first' : 'ladder' }),
    ...waitingFor(back).map(liftOf),
  ];
  const after = { ...situation, ...applyActions(situation, actions, now) };
  return planOf(
    { pool, provider, standing, situation },
    [...actions, ...returningTo(back, after)],
    trial === 'open'
      ? 'had no mail on trial and begins at the foot of the ladder'
      : 'passed its trial',
  );
}

/** Out again, for twice as long as before; what finds no room elsewhere waits as long as the pool is out. */
function failTrial(back: Return): AdvisedPlan {
  const { pool, provider, situation } = back;
  const { now, streams } = situation;
  const times = quarantinesOf(situation, { pool: pool.pool, provider });
  const outMs = lengthened(measureMs.quarantine, times);
  const ledger = openLedger(situation);
  const id = situation.newId();
  const all = everyProvider(pool.pool, situation, ledger);
  const providers = provider === '*' ? all : [provider];
  const left = leavePool(
    // As long again, for a trial that begins late.
    { from: pool.pool, providers, fraction: 1, holdMs: 2 * outMs, movers: 'all' },
    situation,
    { ledger, decision: numbering(id) },
  );
  const out = stateAction(back, { state: 'quarantined', until: epochMs(now + outMs) });
  const using = streams.filter(({ assignment }) =>
    [...assignment.values()].flat().some((one) => one.pool === pool.pool),
  );
  const waits = left.actions.find(({ kind }) => kind === 'hold-pair');
  const until = waits && 'order' in waits ? waits.order?.until : undefined;
  const region = evidenceAbout(back).region;
  const plan = planOf(
    back,
    [...left.actions, ...waitingFor(back).map(liftOf), out],
    'failed its trial',
  );
  return {
    ...plan,
    id,
    evidence: [
      ...plan.evidence,
      ...(until === undefined ? [] : expiryOf(left.heldPerHour, using, { now, until })),
      ...stillInside(using, region, situation),
    ],
    moved: ledger.moved(),
    ...(left.brake && { brake: left.brake }),
    ...(until !== undefined && { advice: adviceStranded }),
  };
}

const adviceStranded =
  'the block still stands and not all of its mail has somewhere else to go: add warm capacity or a failover pool, or ask the provider to take the block back';

/** Further shares come back day by day, as far as the ladder reaches; all of them, and it is in use again. */
function beActive(back: Return): AdvisedPlan | undefined {
  const { pool, provider, standing, situation } = back;
  const { now, book } = situation;
  if (now - standing.since < provenMs) return undefined;
  const lastMove = situation.history.findLast(
    ({ actions, done }) =>
      done &&
      actions.some(
        (action) =>
          action.kind === 'move' &&
          action.pools.some((one) => one.pool === pool.pool) &&
          [action.provider, '*'].includes(provider),
      ),
  );
  // A pool that never was in quarantine has lost no share that could come back.
  const isNew = standing.why === undefined;
  const hasMoved = lastMove !== undefined && lastMove.at > now - provenMs;
  const moves = isNew || hasMoved ? [] : returningTo(back, situation);
  if (moves.length > 0) return planOf(back, moves, 'gets back more of its mail');
  const isClean = clean(book, { ...evidenceAbout(back), since: standing.since, now });
  if (!isClean) return undefined;
  return planOf(back, [stateAction(back, { state: 'active' })], 'is proven clean');
}

/** What a provider asked for was given; the evidence would have renewed it. Who was warming up goes on with it. */
function recover(back: Return): AdvisedPlan | undefined {
  const { pool, provider, standing, situation } = back;
  if (standing.until === undefined || standing.until > situation.now) return undefined;
  const slowed = situation.history
    .filter(({ done }) => done)
    .flatMap(({ actions }) => actions)
    .findLast(
      (action) =>
        action.kind === 'quarantine' &&
        action.pool === pool.pool &&
        action.provider === provider &&
        action.standing.state === 'degraded',
    );
  const before = slowed?.kind === 'quarantine' ? slowed.before : undefined;
  const state = before?.state === 'warming' ? 'warming' : 'active';
  const why = before?.why === undefined ? {} : { why: before.why };
  const action = stateAction({ ...back, standing: { ...standing, ...why } }, { state });
  return planOf(back, [action], 'has slowed down long enough');
}

function evidenceAbout({ pool, provider }: Return): {
  readonly region: Region;
  readonly signal: Signal;
} {
  return {
    region: provider === '*' ? { pool: pool.pool } : { pool: pool.pool, provider },
    signal: 'block',
  };
}

function planOf(
  { pool, provider, situation }: Return,
  actions: readonly Action[],
  what: string,
): AdvisedPlan {
  const at = provider === '*' ? 'everywhere' : `at ${provider}`;
  return {
    id: situation.newId(),
    actions,
    evidence: [`pool ${pool.pool} ${what} ${at}`],
    counterEvidence: [],
  };
}
