/** Addresses in the quarantine pool, and their way back to their own. */
import { dayMs, type EpochMs, epochMs } from '../time.ts';
import { quarantinePool } from './apply.ts';
import { poolNamed } from './capacity.ts';
import { lengthened, measureMs } from './measures.ts';
import type { AwayAddress, Decision, Pool, Situation } from './model.ts';
import type { AdvisedPlan } from './plan.ts';
import { standingAt } from './pool-states.ts';
import { clockOf } from './words.ts';

/** Departures within this time make the next one longer. */
const relapseMs = 7 * dayMs;

/** So long its pool's caps stay as they are once an address is back: SES spreads a pool's mail over its addresses. */
const trialMs = dayMs;

/** How far back one must read to know where an address came from: a listing may last for weeks. */
export const awayHistoryMs = 60 * dayMs;

/** Returns the addresses that the decisions of some time left outside of their pools. */
export function awayAddresses(history: readonly Decision[]): readonly AwayAddress[] {
  const away = new Map<string, AwayAddress>();
  const departures: { readonly ip: string; readonly at: EpochMs }[] = [];
  for (const { done, at, actions, cause } of history) {
    if (!done) continue;
    for (const action of actions) {
      if (action.kind !== 'quarantine-ip') continue;
      const { ip, from, to = quarantinePool } = action;
      away.delete(ip);
      if (to !== quarantinePool) continue;
      departures.push({ ip, at });
      const times = departures.filter((one) => one.ip === ip && one.at > at - relapseMs).length;
      const named = cause?.sent === 0 ? 'our-query' : 'replies';
      away.set(ip, { ip, from, since: at, times, named });
    }
  }
  return [...away.values()];
}

/**
 * Returns the moves that bring addresses back to their pools, the first stage of their release: not before their
 * time, which doubles with each relapse, never while a list names them, and one at a time in a pool. An address
 * is refused again as any other, and leaves for twice as long.
 */
export function* planReturns(look: () => Situation): Generator<AdvisedPlan> {
  const busy = new Set<string>();
  for (const one of addressesAway(look())) {
    const situation = look();
    const { now, newId } = situation;
    const { ip, from, since } = one;
    const pool = poolNamed(situation, from);
    if (!pool || busy.has(from) || situation.changeWindow === 'closed') continue;
    if (isTryingAddress(pool, situation) || !mayReturn(one, pool, situation)) continue;
    busy.add(from);
    yield {
      id: newId(),
      actions: [{ kind: 'quarantine-ip', ip, from: quarantinePool, to: from }],
      evidence: [
        `address ${ip} has been out of pool ${from} since ${clockOf(since, now)} and is on no blocklist that answers`,
        `it is on trial for a day, in which the caps of pool ${from} do not rise`,
      ],
      counterEvidence: [],
    };
  }
}

/** Returns whether an address of a pool came back within the day: until it is over, the pool climbs no ladder. */
export function isTryingAddress(
  { pool, ips }: Pool,
  { history, now }: Pick<Situation, 'history' | 'now'>,
): boolean {
  return history.some(
    ({ done, at, actions }) =>
      done &&
      at > now - trialMs &&
      actions.some(
        (action) =>
          action.kind === 'quarantine-ip' && action.to === pool && ips.includes(action.ip),
      ),
  );
}

function addressesAway({ away, history, pools }: Situation): readonly AwayAddress[] {
  const inUse = new Set(pools.flatMap(({ pool, ips }) => (pool === quarantinePool ? [] : ips)));
  return (away ?? awayAddresses(history)).filter(({ ip }) => !inUse.has(ip));
}

/** Where our own query found it and says nothing now, its silence is no answer. */
function mayReturn(
  { ip, since, times, named }: AwayAddress,
  pool: Pool,
  { now, listings }: Situation,
): boolean {
  const isDue = epochMs(since + lengthened(measureMs.listing, times - 1)) <= now;
  const lists = listings.get(ip);
  const isListed = lists === undefined ? named === 'our-query' : lists.length > 0;
  const isOut = ['quarantined', 'cold', 'resting', 'retiring'].includes(
    standingAt(pool, '*').state,
  );
  return isDue && !isListed && !isOut && pool.kind === 'standard';
}
