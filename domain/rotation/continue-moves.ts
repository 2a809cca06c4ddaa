/** What the limit of an hour left behind goes on in the next. */
import { hourMs } from '../time.ts';
import { assignedPools } from './eligible-pools.ts';
import type { Action, Order, Pool, Situation } from './model.ts';
import { type MoveLedger, openLedger } from './move-ledger.ts';
import { moveShare, type Numbering, numbering, throttleMs } from './move-share.ts';
import { openOrders, orderFor } from './orders.ts';
import type { AdvisedPlan } from './plan.ts';
import { standingAt } from './pool-states.ts';

/**
 * Returns the next part of moves that a limit cut short: mail that waits on a pool that is out, an hour after
 * its last part, and more of the throttled mail where it went. Each is made of what those before it left.
 */
export function* continueMoves(look: () => Situation): Generator<AdvisedPlan> {
  const situation = look();
  const waiting = situation.pools.flatMap((pool) =>
    providersOf(pool, situation).map((provider) => ({ pool: pool.pool, provider })),
  );
  const throttled = openOrders(situation).filter((order) => isThrottle(order, situation));
  for (const { pool, provider } of waiting) yield* nextPart(pool, provider, shellOf(look()));
  if (throttled.length > 0) yield* raised(throttled, shellOf(look()));
}

type Shell = { readonly situation: Situation; readonly ledger: MoveLedger };

function shellOf(situation: Situation): Shell {
  return { situation, ledger: openLedger(situation) };
}

/** Providers at which a pool is out although streams have weight on it, but for those moved within the hour. */
function providersOf(pool: Pool, { streams, history, now }: Situation): readonly string[] {
  const named = new Set(streams.flatMap(({ assignment }) => [...assignment.keys()]));
  for (const provider of pool.standings.keys()) named.add(provider);
  return [...named].filter((provider) => {
    const isOut = standingAt(pool, provider).state === 'quarantined';
    const hasWeight = streams.some((stream) =>
      assignedPools(stream, provider).some((one) => one.pool === pool.pool && one.weight > 0),
    );
    const isRecent = history.some(
      ({ at, done, actions }) =>
        done &&
        at > now - hourMs &&
        actions.some(
          (action) =>
            (action.kind === 'move' && action.provider === provider) ||
            (action.kind === 'quarantine' && action.pool === pool.pool),
        ),
    );
    return isOut && hasWeight && !isRecent;
  });
}

function nextPart(pool: string, provider: string, shell: Shell): readonly AdvisedPlan[] {
  const { situation, ledger } = shell;
  const decision = numbering(situation.newId());
  const part = moveShare(
    { from: pool, provider, fraction: 1, holdMs: hourMs, movers: 'all' },
    situation,
    { ledger, decision },
  );
  const isHeld = openOrders(situation).some(
    ({ region, share }) => share === 0 && region.pool === pool && region.tenant === undefined,
  );
  const actions = part.actions.filter(
    (action) =>
      !(isHeld && action.kind === 'hold-pair' && action.order.region.tenant === undefined),
  );
  if (!actions.some(({ kind }) => kind === 'move')) return [];
  return [
    {
      id: decision.id,
      actions,
      moved: ledger.moved(),
      evidence: [`more of what waits on pool ${pool} for ${provider} moves`],
      counterEvidence: [],
      ...(part.brake && { brake: part.brake }),
    },
  ];
}

/** An order for one tenant on the pool that it was moved to; an identity's own limit is no throttle. */
function isThrottle({ region, streams, since, until }: Order, { now }: Situation): boolean {
  return (
    streams?.length === 1 &&
    region.pool !== undefined &&
    region.tenant !== undefined &&
    until - since === throttleMs &&
    since <= now - hourMs
  );
}

function raised(orders: readonly Order[], shell: Shell): readonly AdvisedPlan[] {
  const { situation, ledger } = shell;
  const decision = numbering(situation.newId());
  const actions = orders.flatMap((order) => raise(order, decision, shell));
  if (actions.length === 0) return [];
  return [
    {
      id: decision.id,
      actions,
      moved: ledger.moved(),
      evidence: ['more of the mail that was moved leaves, as much as an hour allows'],
      counterEvidence: [],
    },
  ];
}

function raise(order: Order, decision: Numbering, { situation, ledger }: Shell): readonly Action[] {
  const { region, share, streams = [] } = order;
  const { tenant, identity, provider = '*', pool = '' } = region;
  const [stream = ''] = streams;
  const perHour = ledger.flows
    .filter(
      (flow) =>
        flow.stream === stream &&
        flow.tenant === tenant &&
        flow.identity === identity &&
        flow.provider === provider,
    )
    .reduce((sum, flow) => sum + flow.perHour, 0);
  const more = Math.min((1 - share) * perHour, ledger.budget(stream), ledger.room(pool, provider));
  const next = perHour > 0 ? share + more / perHour : 1;
  ledger.spend(stream, provider, new Map([[pool, more]]));
  const lifted: Action = { kind: 'release', orderId: order.id, order };
  if (next > 0.99) return [lifted];
  const after = orderFor({ region, share: next, forMs: throttleMs, streams }, decision.id, {
    now: situation.now,
    part: decision.next(),
  });
  return [lifted, { kind: after.kind === 'slow' ? 'slow' : 'hold-pair', order: after }];
}
