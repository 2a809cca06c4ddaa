/** What was sent, kept for long: minutes become ten minutes, and those after a day six hours. */
import type { SentPeriod } from '../../adapters/evidence-store.ts';
import type { SentRow } from '../../adapters/sent-rows.ts';
import { type Signal, signals } from '../../domain/classification/reasons.ts';
import type { EvidenceBook, Origin } from '../../domain/evidence/model.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { Campaigns } from './campaigns.ts';
import type { JournalView } from './journal-view.ts';
import { createOrigins } from './known-origins.ts';
import type { EvidencePorts, Rolled, Window } from './ports.ts';

const tenMinutesMs = 10 * minuteMs;
const sixHoursMs = 6 * hourMs;

/** Age up to which minutes are read by themselves. */
const minutesKeptMs = 3 * hourMs;

/** Age up to which ten minutes are read by themselves: no verdict looks further back in them. */
const tenMinutesKeptMs = 24 * hourMs;

/** Age at which six hours are closed: nearly all complaints have come. */
const closedMs = 72 * hourMs;

/** How long the past is kept. */
const keptMs = 30 * dayMs;

/** A first run looks back this far. */
const firstLookMs = 30 * minuteMs;

/** Failures of six hours that are counted at most: 4 % of what a sender of five million a day sends in them. */
const closedFailuresMax = 50_000;

/** Returns how far a new deployment has rolled up: it knows nothing of the time before. */
export function firstRolled(now: EpochMs): Rolled {
  return {
    until: floor(now - firstLookMs, minuteMs),
    sixHoursUntil: floor(now - closedMs, sixHoursMs),
  };
}

/** What a fill tells what was sent: the book, and which campaigns it tells apart. */
type Known = { readonly book: EvidenceBook; readonly campaigns: Campaigns };

/** Tells an empty book what was sent until now, each time once: six hours, then ten minutes, then minutes. */
export async function fillFromPeriods(
  known: Known,
  ports: Pick<EvidencePorts, 'readSentPeriods'>,
  { rolled: { until, sixHoursUntil }, now }: { readonly rolled: Rolled; readonly now: EpochMs },
): Promise<void> {
  const minutesSince = floor(Math.min(now - minutesKeptMs, until), tenMinutesMs);
  const tenMinutesSince = floor(until - tenMinutesKeptMs, sixHoursMs);
  const windows = [
    ['6h', { since: floor(now - keptMs, sixHoursMs), until: tenMinutesSince }],
    ['10m', { since: tenMinutesSince, until: minutesSince }],
    ['1m', { since: minutesSince, until }],
  ] as const;
  const originOf = createOrigins();
  // Failures of six hours that are not closed are news still.
  for (const [level, window] of windows)
    for await (const period of ports.readSentPeriods(level, { ...window, originOf }))
      addPeriod(known, period.start < sixHoursUntil ? period : sentAlone(period));
}

/**
 * Rolls the journal up as far as it is settled. Each period is written before the cursor passes it, so that a
 * run that dies in between writes the same again.
 */
export async function rollUp(
  ports: EvidencePorts,
  journal: JournalView,
  rolled: Rolled,
  now: EpochMs,
): Promise<Rolled> {
  let { until, sixHoursUntil } = rolled;
  let sentCount = 0;
  while (until + minuteMs <= journal.knownUntil()) {
    const rows = journal.minute(until);
    sentCount += rows.length;
    await ports.putSentPeriod('1m', { start: until, rows });
    until = epochMs(until + minuteMs);
    if (until % tenMinutesMs === 0) await closeTenMinutes(ports, epochMs(until - tenMinutesMs));
    if (until % sixHoursMs === 0)
      await sumSixHours(ports, epochMs(until - tenMinutesKeptMs - sixHoursMs));
  }
  const summedUntil = floor(until - tenMinutesKeptMs, sixHoursMs);
  if (sixHoursUntil + sixHoursMs <= Math.min(now - closedMs, summedUntil)) {
    await closeSixHours(ports, sixHoursUntil);
    sixHoursUntil = epochMs(sixHoursUntil + sixHoursMs);
  }
  // Minutes without mail need no note of their own; a run that begins at them finds them empty again.
  const isWorthIt = sentCount > 0 || until % tenMinutesMs === 0;
  const next = { until, sixHoursUntil };
  if (isWorthIt || sixHoursUntil !== rolled.sixHoursUntil) {
    await ports.putRolled(next);
    journal.forget(until);
  }
  return next;
}

/** Campaigns are known for three hours, as blame looks no further back for them. */
async function closeTenMinutes(ports: EvidencePorts, start: EpochMs): Promise<void> {
  const window: Window = { since: start, until: epochMs(start + tenMinutesMs) };
  const sums = createSums();
  for await (const { rows } of ports.readSentPeriods('1m', window)) sums.add(rows);
  await ports.putSentPeriod('10m', { start, rows: sums.all() });
}

async function sumSixHours(ports: EvidencePorts, start: EpochMs): Promise<void> {
  const window: Window = { since: start, until: epochMs(start + sixHoursMs) };
  const sums = createSums();
  for await (const { rows } of ports.readSentPeriods('10m', window)) sums.add(rows);
  await ports.putSentPeriod('6h', { start, rows: sums.all() });
}

/** Adds what failed; a run that comes again finds its own failures there, and counts anew. */
async function closeSixHours(ports: EvidencePorts, start: EpochMs): Promise<void> {
  const window: Window = { since: start, until: epochMs(start + sixHoursMs) };
  const sums = createSums();
  for await (const period of ports.readSentPeriods('6h', window)) sums.add(sentAlone(period).rows);
  const { failures } = await ports.readNews(window, closedFailuresMax);
  for (const { sentAt, origin, signal, weight } of failures)
    if (sentAt >= window.since && sentAt < window.until)
      sums.add([{ origin, count: 0, failed: { [signal]: weight } }]);
  await ports.putSentPeriod('6h', { start, rows: sums.all() });
}

function sentAlone({ start, rows }: SentPeriod): SentPeriod {
  return { start, rows: rows.map(({ origin, count }) => ({ origin, count })) };
}

function addPeriod({ book, campaigns }: Known, { start: at, rows }: SentPeriod): void {
  for (const { origin, count, failed } of rows) {
    if (count > 0) book.addSent({ origin: campaigns.admit(origin, at), at, count });
    if (!failed) continue;
    for (const signal of signals) {
      const weight = failed[signal];
      if (weight === undefined) continue;
      // What is so old counts for the normal rate alone: it is one lump, vouched for by nobody.
      book.addOldFailure({
        key: '',
        ...{ origin, signal, weight, sentAt: at, heardAt: at },
        reason: 'undetermined',
        recipientDomain: '',
        vouched: false,
      });
    }
  }
}

/** Adds up what agrees in everything but the campaign, one period after the other. */
function createSums() {
  const originOf = createOrigins();
  const sums = new Map<Origin, SentRow>();
  return {
    add: (rows: readonly SentRow[]): void => {
      for (const row of rows) {
        const origin = originOf({ ...row.origin, campaign: '' });
        const before = sums.get(origin);
        const count = row.count + (before?.count ?? 0);
        const failed = sumFailed(before?.failed, row.failed);
        sums.set(origin, failed ? { origin, count, failed } : { origin, count });
      }
    },
    all: (): readonly SentRow[] => [...sums.values()],
  };
}

type Failed = Readonly<Partial<Record<Signal, number>>>;

function sumFailed(one: Failed | undefined, other: Failed | undefined): Failed | undefined {
  if (!one || !other) return one ?? other;
  const names = signals.filter((signal) => signal in one || signal in other);
  return Object.fromEntries(
    names.map((signal) => [signal, (one[signal] ?? 0) + (other[signal] ?? 0)]),
  );
}

function floor(at: number, periodMs: number): EpochMs {
  return epochMs(Math.floor(at / periodMs) * periodMs);
}
