/** How a pool that was out is tried: first-day caps, a little mail of tenants that are known, and nothing else. */
import { shareIn } from '../assignment.ts';
import { dayMs, epochMs, hourMs } from '../time.ts';
import { applyActions } from './apply.ts';
import { placeOf, poolNamed, roomOf } from './capacity.ts';
import { assignedPools } from './eligible-pools.ts';
import type { Action, Caps, Order, Pool, Situation, Standing } from './model.ts';
import { openLedger } from './move-ledger.ts';
import { openOrders, orderFor } from './orders.ts';
import { restoreShare, trialPerHour } from './restore-share.ts';
import { allMail, identityDays, type Trusted } from './traffic.ts';
import { capsOf } from './warm-up.ts';

/** A pool at one provider, or `*` for all, that was out or is on its way back. */
export type Return = {
  readonly pool: Pool;
  readonly provider: string;
  readonly standing: Standing;
  readonly situation: Situation;
};

/** A trial that no mail took part in ends after a day: the first rung of the ladder is as careful. */
const trialMs = dayMs;

/** The trial's order outlasts it: what ends it lifts the order, and if nothing does, no mail leaves at once. */
const orderMs = 2 * trialMs;

/** A trial needs a few mails, however many wait. */
const trialShareMin = 0.01;

/** As many tenants as an item of orders has room for; the largest fill a trial. */
const tenantsMax = 100;

/**
 * Returns what puts a pool on trial: its state, the caps of a ladder's first day, as many whole tenants of
 * those that left as fit an hour of that, and an order that lets no more than that leave and holds the rest.
 */
export function beginTrial(back: Return, decision: string): readonly Action[] {
  const { situation } = back;
  const { now } = situation;
  const caps = [
    stateAction(back, { state: 'cold', until: epochMs(now + trialMs) }),
    ...capsFor(back, { step: 'half', day: 'first' }),
  ];
  const onTrial = { ...situation, ...applyActions(situation, caps, now) };
  const moves = returningTo(back, onTrial);
  const after = { ...onTrial, ...applyActions(onTrial, moves, now) };
  const waiting = waitingFor(back);
  const order = trialOrder({ ...back, situation: after }, decision, waiting);
  return [...caps, ...order, ...waiting.map(liftOf), ...moves];
}

/** Returns the orders by which all mail of a pool waits, or leaves slowly. */
export function waitingFor({ pool, provider, situation }: Return): readonly Order[] {
  return openOrders(situation).filter(
    ({ region }) =>
      region.pool === pool.pool &&
      region.tenant === undefined &&
      region.identity === undefined &&
      (provider === '*' || region.provider === provider),
  );
}

/** Returns the action that lifts an order. */
export function liftOf(order: Order): Action {
  return { kind: 'release', orderId: order.id, order };
}

/** Returns the moves that bring back as much of a pool's mail as its caps and the hour's limit allow. */
export function returningTo({ pool, provider }: Return, situation: Situation): readonly Action[] {
  const ledger = openLedger(situation);
  const providers =
    provider === '*' ? [...new Set(ledger.flows.map((flow) => flow.provider))] : [provider];
  const now = situation.pools.find((one) => one.pool === pool.pool) ?? pool;
  return providers.flatMap((at) => restoreShare(now, at, { situation, ledger }));
}

/** Returns the change of a pool's state; why it was out stays written beside it until it is out again. */
export function stateAction(
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

/** Returns caps of the first day during a trial, on half the steps that it had; those steps once it has passed. */
export function capsFor(
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

/** Where nobody on the pool is established, the trial has nobody else's mail; the others wait for its end. */
function trialOrder(back: Return, decision: string, waiting: readonly Order[]): readonly Action[] {
  const { pool, provider, situation } = back;
  const flows = flowsOn(back);
  if (flows.length === 0 && waiting.length === 0) return [];
  const established = flows.filter(({ trust }) => trust === 'established');
  const free = freeOf(back, flows);
  const chosen = chooseTenants(established.length > 0 ? established : flows, free);
  const isEverybody = flows.every(({ tenant }) => chosen.tenants.includes(tenant));
  const order = orderFor(
    {
      region: provider === '*' ? { pool: pool.pool } : { pool: pool.pool, provider },
      share:
        chosen.perHour > 0
          ? Math.min(1, Math.max(trialShareMin, free / chosen.perHour))
          : trialShareMin,
      forMs: orderMs,
      trial: true,
      ...(isEverybody ? {} : { tenants: chosen.tenants }),
    },
    decision,
    { now: situation.now, part: 1 },
  );
  return [{ kind: 'slow', order }];
}

/** Mail whose tenants meet the pool; where it has waited for more than a day, its volume of the days before. */
function flowsOn({ pool, provider, situation }: Return): readonly Trusted[] {
  const isOn = (flow: Omit<Trusted, 'trust' | 'perHour'>) =>
    [flow.provider, '*'].includes(provider) &&
    situation.streams.some(
      (stream) =>
        stream.stream === flow.stream &&
        shareIn(assignedPools(stream, flow.provider), flow.tenant, pool.pool) > 0,
    );
  const flows = openLedger(situation).flows.filter(isOn);
  if (flows.length > 0) return flows;
  const { book, now, trustOf } = situation;
  const since = epochMs(now - identityDays * dayMs);
  const hours = (identityDays * dayMs) / hourMs;
  return book
    .cells(allMail, { since, until: now, within: { pool: pool.pool } })
    .filter(({ origin, sent }) => sent > 0 && isOn(origin))
    .map(({ origin, sent }) => {
      const { stream, provider: at, tenant, identity } = origin;
      const trust = trustOf(tenant);
      return { stream, provider: at, tenant, identity, trust, perHour: sent / hours };
    });
}

/** What the pool carried before it was out takes no room of its trial. */
function freeOf({ pool: { pool: name }, situation }: Return, flows: readonly Trusted[]): number {
  const pool = poolNamed(situation, name);
  return [...new Set(flows.map(({ provider }) => provider))]
    .map((at) => Math.min(pool ? roomOf(pool, at, 0) : 0, trialPerHour))
    .reduce((sum, one) => sum + one, 0);
}

/** The largest first, until their mail fills the trial. */
function chooseTenants(
  flows: readonly Trusted[],
  free: number,
): { readonly tenants: readonly string[]; readonly perHour: number } {
  const volumes = new Map<string, number>();
  for (const { tenant, perHour } of flows)
    volumes.set(tenant, perHour + (volumes.get(tenant) ?? 0));
  const tenants: string[] = [];
  let sum = 0;
  for (const [tenant, perHour] of [...volumes].toSorted(([, one], [, other]) => other - one)) {
    if (tenants.length >= tenantsMax || (tenants.length > 0 && sum >= free)) break;
    tenants.push(tenant);
    sum += perHour;
  }
  return { tenants, perHour: sum };
}
