import type { EpochMs } from '../time.ts';
import type { Board, News, Ringing } from './model.ts';

/** A deployment of which nothing is known yet. */
export const emptyBoard: Board = { ringing: {}, incidents: [], tests: [] };

/**
 * Returns the board with news taken in. Of each kind only the latest of both states counts, so that neither
 * repeated nor late news change anything.
 */
export function hear(board: Board, news: readonly News[]): Board {
  const ringing: Record<string, Ringing> = { ...board.ringing };
  for (const { kind, state, at } of news) {
    const before = ringing[kind] ?? {};
    ringing[kind] =
      state === 'alarm'
        ? { ...before, rangAt: latest(before.rangAt, at) }
        : { ...before, silentAt: latest(before.silentAt, at) };
  }
  return { ...board, ringing };
}

/** Returns whether a kind rings; where both states came at the same instant it does, which is safer. */
export function rings({ rangAt, silentAt }: Ringing = {}): boolean {
  return rangAt !== undefined && (silentAt === undefined || silentAt <= rangAt);
}

/** What alarms say of themselves when asked may be some moments old: newer news of theirs count more. */
const settledMs = 120_000;

/**
 * Returns the news in how alarms stand that the board has missed: an event that never came, or came to nobody.
 * @param standing kinds that ring, and since when
 */
export function missedNews(
  { ringing }: Board,
  standing: ReadonlyMap<string, EpochMs>,
  now: EpochMs,
): readonly News[] {
  const kinds = new Set([...Object.keys(ringing), ...standing.keys()]);
  return [...kinds].flatMap((kind): readonly News[] => {
    const known = ringing[kind] ?? {};
    const since = standing.get(kind);
    if (rings(known) === (since !== undefined)) return [];
    const saidAt = Math.max(known.rangAt ?? 0, known.silentAt ?? 0);
    if (now - saidAt < settledMs) return [];
    if (since === undefined) return [{ kind, state: 'ok', at: now }];
    // It rang before we thought that it had become silent: then it was never silent.
    return [{ kind, state: 'alarm', at: latest(known.silentAt, since) }];
  });
}

function latest(one: EpochMs | undefined, other: EpochMs): EpochMs {
  return one !== undefined && one > other ? one : other;
}
