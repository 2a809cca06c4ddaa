import { sendBucketMs } from '../../contract/attempt-id.ts';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { createBook } from '../../domain/evidence/book.ts';
import type { EvidenceBook, Origin } from '../../domain/evidence/model.ts';
import { ownersOf, unknown } from '../../domain/evidence/owners.ts';
import { createVoices, type Voices } from '../../domain/evidence/voices.ts';
import { allMail } from '../../domain/rotation/traffic.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { type Campaigns, createCampaigns } from './campaigns.ts';
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
  /** The journal is not read to its end: failures would be counted against mail that is not. */
  readonly isBehind: boolean;
};

/** Reads the evidence anew, or what has come since the run before. */
export type ReadEvidence = (now: EpochMs, trigger: 'schedule' | 'at-once') => Promise<Evidence>;

/**
 * Mails without a single bounce, delay or complaint after which silence is suspicious. The cleanest lists
 * bounce at 0.1 %: ten thousand of their mails stay silent once in 22,000 times.
 */
export const silentMailsMax = 10_000;

/** A memory this far behind is filled anew where another environment has rolled up what it does not know. */
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
  readonly voices: Voices;
  readonly campaigns: Campaigns;
  readonly lookedAt: number[];
  newestAt: EpochMs;
  silentMails: number;
  /** Since when the next look must reach back, whatever else is due; undefined once it has. */
  unheardSince: EpochMs | undefined;
};

/**
 * Returns a reader of the evidence that keeps what it knows between runs of one environment: the first run
 * reads thirty days, the next ones only what is new.
 */
export function createEvidenceMemory(ports: EvidencePorts): ReadEvidence {
  let memory: Memory | undefined;
  return async (now, trigger) => {
    const rolled = (await ports.readRolled()) ?? firstRolled(now);
    if (memory === undefined || isStale(memory, rolled, now))
      memory = await fill(ports, rolled, now);
    const known = memory;
    // A run that failed half-way leaves nothing that can be trusted.
    memory = undefined;
    known.silentMails += await known.journal.read(now, await ports.lastLeaseAt());
    const isBehind = known.journal.readUntil() < now;
    if (isBehind) known.unheardSince = rolled.sixHoursUntil;
    else await hearNews(ports, known, { now, trigger });
    known.book.rollUp(now);
    memory = known;
    const { book, journal, newestAt, silentMails } = known;
    const heardAt = isBehind || silentMails < silentMailsMax ? now : newestAt;
    return { book, journal, rolled, heardAt, isBehind };
  };
}

function isStale({ journal }: Memory, { until }: Rolled, now: EpochMs): boolean {
  return now - journal.knownUntil() > staleMs && until > journal.knownUntil();
}

async function fill(ports: EvidencePorts, rolled: Rolled, now: EpochMs): Promise<Memory> {
  const book = createBook();
  // What is old is kept coarse: the book must know what age it has before it is told.
  book.rollUp(now);
  const campaigns = createCampaigns();
  await fillFromPeriods({ book, campaigns }, ports, { rolled, now });
  return {
    book,
    campaigns,
    journal: createJournalView({ book, campaigns }, ports, rolled.until),
    voided: new Map(),
    voices: createVoices(),
    lookedAt: looks.map(() => now),
    newestAt: epochMs(0),
    silentMails: 0,
    unheardSince: rolled.sixHoursUntil,
  };
}

async function hearNews(
  ports: EvidencePorts,
  memory: Memory,
  { now, trigger }: { readonly now: EpochMs; readonly trigger: 'schedule' | 'at-once' },
): Promise<void> {
  const until = epochMs(now + sendBucketMs);
  if (memory.unheardSince !== undefined) {
    await readNews(ports, memory, { since: memory.unheardSince, until });
    memory.unheardSince = undefined;
    memory.lookedAt.fill(now);
    return;
  }
  // What woke it is young; the deeper looks belong to the schedule.
  const due = looks.findIndex(
    ({ everyMs }, index) =>
      everyMs === 0 || (trigger === 'schedule' && now - (memory.lookedAt[index] ?? 0) >= everyMs),
  );
  const look = looks[due];
  if (!look) return;
  for (let index = due; index < looks.length; index += 1) memory.lookedAt[index] = now;
  await readNews(ports, memory, { since: epochMs(now - look.backMs), until });
}

async function readNews(ports: EvidencePorts, memory: Memory, window: Window): Promise<void> {
  const { failures, voids, cut } = await ports.readNews(window, newsMax);
  if (cut)
    ports.log('rotation.news-cut', {
      message: `more than ${newsMax} failures within ${Math.round((window.until - window.since) / minuteMs)} min; the latest were read`,
    });
  const ownerOf = createFinder(memory.book);
  const wholeOf: typeof ownerOf = (news) => memory.campaigns.known(ownerOf(news));
  for (const failure of failures) {
    const heard = memory.voices.hear(failureOf(failure));
    memory.book.addFailure({ ...heard, origin: wholeOf(failure) });
    hear(memory, failure.heardAt);
  }
  for (const given of voids) {
    const { key, sentAt, heardAt } = given;
    hear(memory, heardAt);
    if (memory.voided.has(key)) continue;
    memory.voided.set(key, sentAt);
    memory.book.void({ origin: wholeOf(given), at: sentAt, count: 1 });
  }
  for (const [key, sentAt] of memory.voided)
    if (sentAt < window.until - voidsKeptMs) memory.voided.delete(key);
  memory.voices.forget(epochMs(window.until - voidsKeptMs));
}

/** Longer than the deepest look. */
const voidsKeptMs = 80 * hourMs;

function hear(memory: Memory, heardAt: EpochMs): void {
  if (heardAt <= memory.newestAt) return;
  memory.newestAt = heardAt;
  memory.silentMails = 0;
}

/**
 * Returns what completes the origin of news without a tag, which tells no tenant where there are many: it is
 * the one that alone sent as the identity on the day of the mail or a day from it. What was sent is read before
 * its news, so the answer does not depend on which news came first.
 */
function createFinder(
  book: EvidenceBook,
): (news: Pick<FailureItem, 'origin' | 'sentAt'>) => Origin {
  const known = new Map<string, string>();
  return ({ origin, sentAt }) => {
    const { tenant, identity } = origin;
    if (tenant !== unknown || identity === unknown) return origin;
    const day = Math.floor(sentAt / dayMs) * dayMs;
    const key = `${identity}\n${day}`;
    const window = { since: epochMs(day - dayMs), until: epochMs(day + 2 * dayMs) };
    const owner =
      known.get(key) ??
      ownersOf(book.cells(allMail, { ...window, within: { identity } }))(identity) ??
      unknown;
    known.set(key, owner);
    return { ...origin, tenant: owner };
  };
}

/** The failure without what makes it an item. */
function failureOf({ pk: _pk, sk: _sk, ttl: _ttl, untagged: _, ...failure }: FailureItem) {
  return failure;
}
