import { sendBucketMs } from '../../contract/attempt-id.ts';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { createJournalView, type JournalView } from './journal-view.ts';
import type { EvidencePorts, Rolled, Window } from './ports.ts';
import { fillFromPeriods, firstRolled } from './sent-history.ts';

/** What is known at a run. */
export type Evidence = {
  readonly book: EvidenceBook;
  /** When the newest news of any mail came; now where silence means nothing yet. */
  readonly heardAt: EpochMs;
  /** What was sent by minute, as far as nothing can change any more. */
  readonly journal: JournalView;
  readonly rolled: Rolled;
};

/** Reads the evidence anew, or what has come since the run before. */
export type ReadEvidence = (now: EpochMs, trigger: 'schedule' | 'at-once') => Promise<Evidence>;

/**
 * Mails without a single bounce, delay or complaint after which silence is suspicious. The cleanest lists
 * bounce at 0.1 %: ten thousand of their mails stay silent once in 22,000 times.
 */
export const silentMailsMax = 10_000;

/** A memory this far behind is filled anew: another environment has worked meanwhile. */
const staleMs = 20 * minuteMs;

/** How far back news are read, and how often; late complaints and expiries may wait for the next deep look. */
const looks = [
  { everyMs: hourMs, backMs: 70 * hourMs },
  { everyMs: 10 * minuteMs, backMs: 24 * hourMs },
  { everyMs: minuteMs, backMs: 65 * minuteMs },
  { everyMs: 0, backMs: 15 * minuteMs },
] as const;

/** News of one look; in a storm the newest decide. */
const newsMax = 20_000;

type Memory = {
  readonly book: EvidenceBook;
  readonly journal: JournalView;
  readonly voided: Map<string, EpochMs>;
  readonly lookedAt: number[];
  newestAt: EpochMs;
  silentMails: number;
};

/**
 * Returns a reader of the evidence that keeps what it knows between runs of one environment: the first run
 * reads thirty days, the next ones only what is new.
 */
export function createEvidenceMemory(ports: EvidencePorts): ReadEvidence {
  let memory: Memory | undefined;
  return async (now, trigger) => {
    const rolled = (await ports.readRolled()) ?? firstRolled(now);
    if (memory === undefined || now - memory.journal.knownUntil() > staleMs)
      memory = await fill(ports, rolled, now);
    const known = memory;
    // A run that failed half-way leaves nothing that can be trusted.
    memory = undefined;
    known.silentMails += await known.journal.read(now, await ports.lastLeaseAt());
    await hearNews(ports, known, { now, trigger });
    known.book.rollUp(now);
    memory = known;
    const { book, journal, newestAt, silentMails } = known;
    return { book, journal, rolled, heardAt: silentMails < silentMailsMax ? now : newestAt };
  };
}

async function fill(ports: EvidencePorts, rolled: Rolled, now: EpochMs): Promise<Memory> {
  const book = createBook();
  // What is old is kept coarse: the book must know what age it has before it is told.
  book.rollUp(now);
  await fillFromPeriods(book, ports, rolled, now);
  const memory: Memory = {
    book,
    journal: createJournalView(book, ports, rolled.until),
    voided: new Map(),
    lookedAt: looks.map(() => now),
    newestAt: epochMs(0),
    silentMails: 0,
  };
  await readNews(ports, memory, {
    since: rolled.sixHoursUntil,
    until: epochMs(now + sendBucketMs),
  });
  return memory;
}

async function hearNews(
  ports: EvidencePorts,
  memory: Memory,
  { now, trigger }: { readonly now: EpochMs; readonly trigger: 'schedule' | 'at-once' },
): Promise<void> {
  // What woke it is young; the deeper looks belong to the schedule.
  const due = looks.findIndex(
    ({ everyMs }, index) =>
      everyMs === 0 || (trigger === 'schedule' && now - (memory.lookedAt[index] ?? 0) >= everyMs),
  );
  const look = looks[due];
  if (!look) return;
  for (let index = due; index < looks.length; index += 1) memory.lookedAt[index] = now;
  await readNews(ports, memory, {
    since: epochMs(now - look.backMs),
    until: epochMs(now + sendBucketMs),
  });
}

async function readNews(ports: EvidencePorts, memory: Memory, window: Window): Promise<void> {
  const { failures, voids, cut } = await ports.readNews(window, newsMax);
  if (cut)
    ports.log('rotation.news-cut', {
      message: `more than ${newsMax} failures within ${Math.round((window.until - window.since) / minuteMs)} min; the latest were read`,
    });
  for (const failure of failures) {
    memory.book.addFailure(failureOf(failure));
    hear(memory, failure.heardAt);
  }
  for (const { key, origin, sentAt, heardAt } of voids) {
    hear(memory, heardAt);
    if (memory.voided.has(key)) continue;
    memory.voided.set(key, sentAt);
    memory.book.void({ origin, at: sentAt, count: 1 });
  }
  for (const [key, sentAt] of memory.voided)
    if (sentAt < window.until - voidsKeptMs) memory.voided.delete(key);
}

/** Longer than the deepest look. */
const voidsKeptMs = 80 * hourMs;

function hear(memory: Memory, heardAt: EpochMs): void {
  if (heardAt <= memory.newestAt) return;
  memory.newestAt = heardAt;
  memory.silentMails = 0;
}

/** The failure without what makes it an item. */
function failureOf({ pk: _pk, sk: _sk, ttl: _ttl, untagged: _, ...failure }: FailureItem) {
  return failure;
}
