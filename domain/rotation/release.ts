/** The way back: a trial with a little mail first, then the ladder. */
import { choosePool } from '../assignment.ts';
import type { Signal } from '../classification/reasons.ts';
import type { Region } from '../evidence/model.ts';
import { clean, judgeTrial } from '../evidence/release.ts';
import { dayMs, epochMs } from '../time.ts';
import { applyActions } from './apply.ts';
import { placeOf } from './capacity.ts';
import { assignedPools } from './eligible-pools.ts';
import { lengthened, measureMs } from './measures.ts';
import type { Action, Caps, Order, Pool, PoolState, Situation, Standing } from './model.ts';
import { openLedger } from './move-ledger.ts';
import { openOrders, orderFor } from './orders.ts';
import { quarantinesOf } from './past.ts';
import type { AdvisedPlan } from './plan.ts';
import { restoreShare, trialPerHour } from './restore-share.ts';
import { capsOf } from './warm-up.ts';

type Return = {
  readonly pool: Pool;
  /** One, or `*` for all. */
  readonly provider: string;
  readonly standing: Standing;
  readonly situation: Situation;
};

/** A trial that no mail took part in ends after a day: the first rung of the ladder is as careful. */
const trialMs = dayMs;

/** A trial needs a few mails, however many wait. */
const trialShareMin = 0.01;

/** A pool is active again when a day on the ladder was clean. */
const provenMs = dayMs;

const stages: Partial<Readonly<Record<PoolState, (back: Return) => AdvisedPlan | undefined>>> = {
  quarantined: beginTrial,
  cold: endTrial,
  warming: beActive,
  degraded: recover,
};

/**
 * Returns what comes back now, each pool at each provider by its own evidence: from quarantine into a trial,
 * from the trial to the ladder or back into quarantine for twice as long, and from the ladder into use.
 * While a change window is closed nothing comes back, but what fails its trial goes.
 */
export function planReleases(situation: Situation): readonly AdvisedPlan[] {
  return situation.pools.flatMap((pool) =>
    [...pool.standings].flatMap(([provider, standing]) => {
      // What is out or on trial everywhere has its way back first.
      if (provider !== '*' && !isInUse(pool)) return [];
      const plan = stages[standing.state]?.({ pool, provider, standing, situation });
      const isClosed = situation.changeWindow === 'closed' && plan?.actions.some(isReturn);
      return plan && !isClosed ? [plan] : [];
    }),
  );
}

function isInUse(pool: Pool): boolean {
  return !['quarantined', 'cold'].includes(pool.standings.get('*')?.state ?? 'active');
}

function isReturn({ kind }: Action): boolean {
  return kind === 'release';
}

/** What is still listed stays out, for another look later. */
function beginTrial(back: Return): AdvisedPlan | undefined {
  const { pool, standing, situation } = back;
  const { now, listings } = situation;
  const isDue = standing.until !== undefined && standing.until <= now;
  const isListed = pool.ips.some((ip) => (listings.get(ip) ?? []).length > 0);
  if (!isDue || isListed) return undefined;
  const release = stateAction(back, { state: 'cold', until: epochMs(now + trialMs) });
  const caps = [release, ...capsFor(back, { step: 'half', day: 'first' })];
  const trial = { ...situation, ...applyActions(situation, caps, now) };
  const id = situation.newId();
  const waiting = instead(waitingFor(back), slowedFor({ ...back, situation: trial }, id));
  const actions = [...caps, ...waiting, ...returning(back, trial)];
  return { ...planOf(back, actions, 'goes on trial with a little mail'), id };
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
    ...instead(waitingFor(back), []),
  ];
  const after = { ...situation, ...applyActions(situation, actions, now) };
  return planOf(
    { pool, provider, standing, situation },
    [...actions, ...returning(back, after)],
    trial === 'open'
      ? 'had no mail on trial and begins at the foot of the ladder'
      : 'passed its trial',
  );
}

/** Out again, for twice as long as before. */
function failTrial(back: Return): AdvisedPlan {
  const { pool, provider, situation } = back;
  const { now } = situation;
  const times = quarantinesOf(situation, { pool: pool.pool, provider });
  const until = epochMs(now + lengthened(measureMs.quarantine, times));
  const away = situation.streams.flatMap((stream) =>
    [...stream.assignment].flatMap(([at, before]): readonly Action[] => {
      const pools = before.filter((one) => one.pool !== pool.pool);
      const concerns = provider === '*' || at === provider;
      if (!concerns || pools.length === before.length || pools.length === 0) return [];
      return [{ kind: 'move', stream: stream.stream, provider: at, before, pools }];
    }),
  );
  const out = stateAction(back, { state: 'quarantined', until });
  return planOf(back, [...away, out], 'failed its trial');
}

/** Further shares come back day by day, as far as the ladder reaches; all of them, and it is in use again. */
function beActive(back: Return): AdvisedPlan | undefined {
  const { pool, provider, standing, situation } = back;
  const { now, book } = situation;
  if (standing.why === undefined || now - standing.since < provenMs) return undefined;
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
  const moves = lastMove && lastMove.at > now - provenMs ? [] : returning(back, situation);
  if (moves.length > 0) return planOf(back, moves, 'gets back more of its mail');
  const isClean = clean(book, { ...evidenceAbout(back), since: standing.since, now });
  if (!isClean) return undefined;
  return planOf(back, [stateAction(back, { state: 'active' })], 'is proven clean');
}

/** What a provider asked for was given; the evidence would have renewed it. */
function recover(back: Return): AdvisedPlan | undefined {
  const { standing, situation } = back;
  if (standing.until === undefined || standing.until > situation.now) return undefined;
  return planOf(back, [stateAction(back, { state: 'active' })], 'has slowed down long enough');
}

/** Orders by which all mail of the pool waits, or leaves slowly. */
function waitingFor({ pool, provider, situation }: Return): readonly Order[] {
  return openOrders(situation).filter(
    ({ region }) =>
      region.pool === pool.pool &&
      region.tenant === undefined &&
      region.identity === undefined &&
      (provider === '*' || region.provider === provider),
  );
}

/** Mail that never left the pool takes part in the trial as far as its caps reach, and waits on otherwise. */
function slowedFor({ pool, provider, situation }: Return, id: string): readonly Action[] {
  const { flows, room } = openLedger(situation);
  const places = new Map(
    situation.streams.flatMap((stream) =>
      flows
        .filter((flow) => flow.stream === stream.stream && [flow.provider, '*'].includes(provider))
        .filter(
          ({ tenant, provider: at }) => choosePool(assignedPools(stream, at), tenant) === pool.pool,
        )
        .map((flow) => [flow, flow.perHour] as const),
    ),
  );
  const perHour = [...places.values()].reduce((sum, one) => sum + one, 0);
  if (perHour === 0) return [];
  const free = [...new Set([...places.keys()].map((flow) => flow.provider))]
    .map((at) => Math.min(room(pool.pool, at), trialPerHour))
    .reduce((sum, one) => sum + one, 0);
  const order = orderFor(
    {
      region: provider === '*' ? { pool: pool.pool } : { pool: pool.pool, provider },
      share: Math.min(1, Math.max(trialShareMin, free / perHour)),
      forMs: trialMs,
    },
    id,
    { now: situation.now, part: 1 },
  );
  return [{ kind: 'slow', order }];
}

function instead(orders: readonly Order[], actions: readonly Action[]): readonly Action[] {
  if (orders.length === 0) return [];
  return [
    ...actions,
    ...orders.map((order): Action => ({ kind: 'release', orderId: order.id, order })),
  ];
}

function returning({ pool, provider }: Return, situation: Situation): readonly Action[] {
  const ledger = openLedger(situation);
  const providers =
    provider === '*' ? [...new Set(ledger.flows.map((flow) => flow.provider))] : [provider];
  const now = situation.pools.find((one) => one.pool === pool.pool) ?? pool;
  return providers.flatMap((at) => restoreShare(now, at, { situation, ledger }));
}

function stateAction(
  { pool, provider, standing, situation }: Return,
  next: Pick<Standing, 'state' | 'until'>,
): Action {
  const kept = { since: situation.now, ...(standing.why !== undefined && { why: standing.why }) };
  return {
    kind: next.state === 'quarantined' ? 'quarantine' : 'release',
    pool: pool.pool,
    provider,
    standing: { ...next, ...kept },
    before: standing,
  };
}

/** Caps of the first day during a trial, on half the steps that it had; those steps once it has passed. */
function capsFor(
  { pool, provider }: Return,
  wanted: { readonly step: 'half' | 'kept'; readonly day: 'first' | 'ladder' },
): readonly Action[] {
  return [...pool.warmth].flatMap(([at, warmth]): readonly Action[] => {
    if (provider !== '*' && at !== provider) return [];
    const before: Caps = { step: warmth.step, dayCap: warmth.dayCap, hourCap: warmth.hourCap };
    const step = wanted.step === 'half' ? Math.floor(warmth.step / 2) : warmth.step;
    const caps = capsOf(wanted.day === 'first' ? 0 : step, warmth.cleanDays, placeOf(pool, at));
    return [{ kind: 'grow', pool: pool.pool, provider: at, warmth: { ...caps, step }, before }];
  });
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
