import { journalOpenMs } from '../../adapters/journal-store.ts';
import type { SentRow } from '../../adapters/sent-rows.ts';
import { sendBucketMs } from '../../contract/attempt-id.ts';
import type { EvidenceBook, Origin } from '../../domain/evidence/model.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';
import type { Campaigns } from './campaigns.ts';
import type { EvidencePorts } from './ports.ts';

/** What dispatch wrote down before it sent, as far as it is not rolled up. */
export type JournalView = {
  /** Reads what is new into the book; returns by how many mails the count grew. */
  readonly read: (now: EpochMs, lastLeaseAt: EpochMs) => Promise<number>;
  /** Until when it has been read; before now where it is read in parts. */
  readonly readUntil: () => EpochMs;
  /** Until when nothing changes any more. */
  readonly knownUntil: () => EpochMs;
  /** What was sent in the minute from `start` on; all of it where the minute ends before `knownUntil`. */
  readonly minute: (start: EpochMs) => readonly SentRow[];
  /** Forgets the minutes that begin before an instant: they stand rolled up. */
  readonly forget: (until: EpochMs) => void;
};

/** Buckets of one run; a journal that is further behind is caught up with over several runs. */
const bucketsMax = 180;

/** Buckets that are read at once, eight partitions each. */
const bucketsAtOnce = 6;

/** Returns a view of the journal from an instant on (a full minute), which fills the book. */
export function createJournalView(
  { book, campaigns }: { readonly book: EvidenceBook; readonly campaigns: Campaigns },
  ports: Pick<EvidencePorts, 'readJournal' | 'log'>,
  from: EpochMs,
): JournalView {
  let knownUntil = from;
  const open = new Map<EpochMs, Counts>();
  const minutes = new Map<number, Counts>();
  const settle = (now: EpochMs) => {
    const settled = Math.min(lastRead, now - journalOpenMs);
    while (knownUntil + sendBucketMs <= settled) {
      const counts = open.get(knownUntil);
      open.delete(knownUntil);
      const minute = Math.floor(knownUntil / minuteMs) * minuteMs;
      const before = minutes.get(minute) ?? new Map();
      if (counts) minutes.set(minute, merge(before, counts));
      knownUntil = epochMs(knownUntil + sendBucketMs);
    }
  };
  let lastRead = from;
  return {
    readUntil: () => lastRead,
    knownUntil: () => knownUntil,
    minute: (start) => [...(minutes.get(start)?.values() ?? [])],
    forget: (until) => {
      for (const start of minutes.keys()) if (start < until) minutes.delete(start);
    },
    read: async (now, lastLeaseAt) => {
      const most = knownUntil + bucketsMax * sendBucketMs;
      // Nothing was leased for what comes later, so nothing was sent: a quiet minute costs no read of the journal.
      const leasedUntil = lastLeaseAt + journalOpenMs;
      const end = most > leasedUntil ? now + sendBucketMs : Math.min(now + sendBucketMs, most);
      const buckets: EpochMs[] = [];
      for (let at: number = knownUntil; at < end && at <= leasedUntil; at += sendBucketMs)
        buckets.push(epochMs(at));
      if (end < now)
        ports.log('rotation.behind', {
          message: 'the journal is read in parts',
          behindMs: now - end,
        });
      let grown = 0;
      for (let index = 0; index < buckets.length; index += bucketsAtOnce) {
        const group = buckets.slice(index, index + bucketsAtOnce);
        const read = await Promise.all(group.map(ports.readJournal));
        for (const [position, bucket] of group.entries()) {
          const next = admitted(countsOf(read[position] ?? []), campaigns, bucket);
          grown += replace(book, bucket, { before: open.get(bucket) ?? new Map(), next });
          open.set(bucket, next);
        }
      }
      lastRead = epochMs(end);
      settle(now);
      return grown;
    },
  };
}

type Counts = ReadonlyMap<string, SentRow>;

function countsOf(rows: readonly SentRow[]): Counts {
  return merge(new Map(), new Map(rows.map((row, index) => [String(index), row])));
}

/** Where a tenant has too many campaigns, those with most mail are told apart. */
function admitted(counts: Counts, campaigns: Campaigns, bucket: EpochMs): Counts {
  const rows = [...counts.values()].sort((one, other) => other.count - one.count);
  return countsOf(
    rows.map(({ origin, count }) => ({ origin: campaigns.admit(origin, bucket), count })),
  );
}

/** Adds rows of the same origin up. */
function merge(one: Counts, other: Counts): Counts {
  const sum = new Map(one);
  for (const { origin, count } of other.values()) {
    const key = keyOf(origin);
    sum.set(key, { origin, count: count + (sum.get(key)?.count ?? 0) });
  }
  return sum;
}

/** Tells the book the difference between what a bucket held and what it holds. Returns by how much it grew. */
function replace(
  book: EvidenceBook,
  at: EpochMs,
  { before, next }: { readonly before: Counts; readonly next: Counts },
): number {
  let grown = 0;
  for (const key of new Set([...before.keys(), ...next.keys()])) {
    const origin = (next.get(key) ?? before.get(key))?.origin;
    const count = (next.get(key)?.count ?? 0) - (before.get(key)?.count ?? 0);
    if (!origin || count === 0) continue;
    grown += count;
    if (count > 0) book.addSent({ origin, at, count });
    else book.void({ origin, at, count: -count });
  }
  return grown;
}

function keyOf({ tenant, identity, stream, pool, provider, campaign }: Origin): string {
  return JSON.stringify([tenant, identity, stream, pool, provider, campaign]);
}
