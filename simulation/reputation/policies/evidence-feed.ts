import { traitsOf } from '../../../domain/classification/reasons.ts';
import { createBook } from '../../../domain/evidence/book.ts';
import type { EvidenceBook, Failure } from '../../../domain/evidence/model.ts';
import { signalOf } from '../../../domain/evidence/signals.ts';
import { epochMs } from '../../../domain/time.ts';
import { type FleetCell, originOf } from '../fleet.ts';
import type { News } from '../mail.ts';

/** The evidence of a run: what was sent and what failed, in the book of the domain. */
export type EvidenceFeed = {
  readonly book: EvidenceBook;
  readonly send: (cell: FleetCell, pool: string, count: number, now: number) => void;
  /** Books news; returns the failures that were new. */
  readonly hear: (news: readonly News[]) => readonly Failure[];
  readonly tick: (now: number) => void;
};

const rollsEveryMs = 600_000;

/** Creates a feed with an empty book. */
export function createEvidenceFeed(): EvidenceFeed {
  const book = createBook();
  const origins = new Map<number, Map<string, ReturnType<typeof originOf>>>();
  let nextRoll = 0;
  const origin = (cell: FleetCell, pool: string) => {
    const mine = origins.get(cell.index) ?? new Map<string, ReturnType<typeof originOf>>();
    origins.set(cell.index, mine);
    const known = mine.get(pool) ?? originOf(cell, pool);
    mine.set(pool, known);
    return known;
  };
  return {
    book,
    send: (cell, pool, count, now) =>
      book.addSent({ origin: origin(cell, pool), at: epochMs(now), count }),
    hear: (news) =>
      news.flatMap((one) =>
        failuresOf(one, origin(one.batch.cell, one.pool)).filter((failure) =>
          book.addFailure(failure),
        ),
      ),
    tick: (now) => {
      if (now < nextRoll) return;
      nextRoll = now + rollsEveryMs;
      book.rollUp(epochMs(now));
    },
  };
}

/** One failure a mail: the book counts each once, so a repeated event adds nothing. */
function failuresOf(news: News, origin: ReturnType<typeof originOf>): readonly Failure[] {
  const { classified, kind, id, count, sentAt, heardAt, vouched, recipientDomain, ip } = news;
  const traits = classified === undefined ? undefined : traitsOf(classified.reason);
  const signal = kind === 'complaint' ? kind : classified && signalOf(classified.reason, kind);
  if (signal === undefined) return [];
  const { blocklist } = classified ?? {};
  return Array.from({ length: count }, (_, index) => ({
    key: `${id}#${index}`,
    origin,
    sentAt: epochMs(sentAt),
    heardAt: epochMs(heardAt),
    signal,
    reason: classified?.reason ?? 'complaint',
    weight: traits?.weight ?? 1,
    recipientDomain,
    vouched,
    ...(ip === undefined ? {} : { ip }),
    ...(blocklist === undefined ? {} : { blocklist }),
  }));
}
