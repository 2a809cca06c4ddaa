import type { StandingItem } from '../../contract/rotation-items.ts';
import type { Level } from '../../domain/evidence/model.ts';
import type { Decision, Situation } from '../../domain/rotation/model.ts';
import { closeDay } from '../../domain/rotation/warm-up.ts';
import { dayMs, type EpochMs, epochMs, hourMs } from '../../domain/time.ts';
import { rewrite } from './carry-out.ts';
import type { HandPorts } from './ports.ts';
import { sentByPair, sentUnder } from './standing.ts';

/** Returns where the UTC day begins that an instant is in. */
export function dayOf(at: EpochMs): EpochMs {
  return epochMs(Math.floor(at / dayMs) * dayMs);
}

/**
 * Counts yesterday's mail of every pool whose warm-up is ours: it is what the ladder's next steps rest on.
 * Run once a day; a day that is closed twice counts twice, so the cursor is written before it.
 */
export async function closeYesterday(
  { pools, book, history, now }: Pick<Situation, 'pools' | 'book' | 'history' | 'now'>,
  ports: Pick<HandPorts, 'readPoolStandings' | 'putStanding'>,
): Promise<void> {
  const until = dayOf(now);
  const since = epochMs(until - dayMs);
  const sent = sentByPair(book, { since, until });
  for (const { pool, warmth } of pools)
    for (const [provider, before] of warmth) {
      const count = sentUnder(provider, pool, { warm: [...warmth.keys()], sent });
      const level = worstLevel(history, { pool, provider, since });
      const { cleanDays } = closeDay({ ...before, sentToday: count }, level);
      await rewrite({ pool, provider }, ports, (item) => closed(item, { cleanDays, count, until }));
    }
}

type Words = Omit<StandingItem, 'pk' | 'sk' | 'version'>;

function closed(
  item: Words,
  day: { readonly cleanDays: readonly number[]; readonly count: number; readonly until: EpochMs },
): Words {
  if (!item.warmth) return item;
  const lastSentAt = day.count > 0 ? { lastSentAt: day.until } : {};
  return { ...item, warmth: { ...item.warmth, cleanDays: [...day.cleanDays], ...lastSentAt } };
}

function worstLevel(
  history: readonly Decision[],
  {
    pool,
    provider,
    since,
  }: { readonly pool: string; readonly provider: string; readonly since: EpochMs },
): Level {
  const about = history.filter(
    ({ at, cause }) =>
      at >= since &&
      cause?.region.pool === pool &&
      (cause.region.provider === undefined || cause.region.provider === provider),
  );
  return about.length > 0 ? 'act' : 'quiet';
}

/** Orders that have ended stay this long, so that whoever looks at the table sees what was. */
const endedKeptMs = hourMs;

/** Takes orders away that ended a while ago; dispatch has let their mail go since. */
export async function clearEnded(
  { orders, streams, now }: Pick<Situation, 'orders' | 'streams' | 'now'>,
  ports: Pick<HandPorts, 'deleteOrder' | 'streams'>,
): Promise<void> {
  // A stream that is no longer configured keeps its partition, and what ended there.
  const all = new Set([...ports.streams, ...streams.map(({ stream }) => stream)]);
  for (const { id, until } of orders)
    if (until < now - endedKeptMs) for (const stream of all) await ports.deleteOrder(stream, id);
}
