/** What was sent, kept for long: minutes become ten minutes, and those after three days six hours. */
import type { SentPeriod } from '../../adapters/evidence-store.ts';
import type { SentRow } from '../../adapters/sent-rows.ts';
import { type Signal, signals } from '../../domain/classification/reasons.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { JournalView } from './journal-view.ts';
import type { EvidencePorts, Rolled, Window } from './ports.ts';

const tenMinutesMs = 10 * minuteMs;
const sixHoursMs = 6 * hourMs;

/** Age up to which minutes are read by themselves. */
const minutesKeptMs = 3 * hourMs;

/** Age at which six hours are closed: nearly all complaints have come. */
const closedMs = 72 * hourMs;

/** How long the past is kept. */
const keptMs = 30 * dayMs;

/** A first run looks back this far. */
const firstLookMs = 30 * minuteMs;

/** Failures of six hours that are counted at most. */
const closedFailuresMax = 200_000;

/** Returns how far a new deployment has rolled up: it knows nothing of the time before. */
export function firstRolled(now: EpochMs): Rolled {
  return {
    until: floor(now - firstLookMs, minuteMs),
    sixHoursUntil: floor(now - closedMs, sixHoursMs),
  };
}

/** Tells an empty book what was sent until now, each time once: six hours, then ten minutes, then minutes. */
export async function fillFromPeriods(
  book: EvidenceBook,
  ports: Pick<EvidencePorts, 'readSentPeriods'>,
  { until, sixHoursUntil }: Rolled,
  now: EpochMs,
): Promise<void> {
  const minutesSince = floor(Math.min(now - minutesKeptMs, until), tenMinutesMs);
  const windows = [
    ['6h', { since: floor(now - keptMs, sixHoursMs), until: sixHoursUntil }],
    ['10m', { since: sixHoursUntil, until: minutesSince }],
    ['1m', { since: minutesSince, until }],
  ] as const;
  for (const [level, window] of windows)
    for (const period of await ports.readSentPeriods(level, window)) addPeriod(book, period);
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
  }
  if (sixHoursUntil + sixHoursMs <= now - closedMs) {
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
  const minutes = await ports.readSentPeriods('1m', {
    since: start,
    until: epochMs(start + tenMinutesMs),
  });
  const rows = sumRows(minutes.flatMap((period) => period.rows));
  await ports.putSentPeriod('10m', { start, rows });
}

async function closeSixHours(ports: EvidencePorts, start: EpochMs): Promise<void> {
  const window: Window = { since: start, until: epochMs(start + sixHoursMs) };
  const parts = await ports.readSentPeriods('10m', window);
  const { failures } = await ports.readNews(window, closedFailuresMax);
  const failed = failures
    .filter(({ sentAt }) => sentAt >= window.since && sentAt < window.until)
    .map(
      ({ origin, signal, weight }): SentRow => ({ origin, count: 0, failed: { [signal]: weight } }),
    );
  const rows = sumRows([...parts.flatMap((period) => period.rows), ...failed]);
  await ports.putSentPeriod('6h', { start, rows });
}

function addPeriod(book: EvidenceBook, { start: at, rows }: SentPeriod): void {
  for (const { origin, count, failed = {} } of rows) {
    if (count > 0) book.addSent({ origin, at, count });
    for (const signal of signals) {
      const weight = failed[signal];
      if (weight === undefined) continue;
      // What is so old counts for the normal rate alone: it is one lump, vouched for by nobody.
      book.addFailure({
        key: JSON.stringify(['sum', at, origin, signal]),
        ...{ origin, signal, weight, sentAt: at, heardAt: at },
        reason: 'undetermined',
        recipientDomain: '',
        vouched: false,
      });
    }
  }
}

/** Adds up what agrees in everything but the campaign. */
function sumRows(rows: readonly SentRow[]): readonly SentRow[] {
  const sums = new Map<string, SentRow>();
  for (const { origin, count, failed = {} } of rows) {
    const whole = { ...origin, campaign: '' };
    const { tenant, identity, stream, pool, provider } = whole;
    const key = JSON.stringify([tenant, identity, stream, pool, provider]);
    const before = sums.get(key);
    const sum = sumFailed(before?.failed ?? {}, failed);
    sums.set(key, {
      origin: whole,
      count: count + (before?.count ?? 0),
      ...(Object.keys(sum).length > 0 ? { failed: sum } : {}),
    });
  }
  return [...sums.values()];
}

type Failed = Readonly<Partial<Record<Signal, number>>>;

function sumFailed(one: Failed, other: Failed): Failed {
  const names = signals.filter((signal) => signal in one || signal in other);
  return Object.fromEntries(
    names.map((signal) => [signal, (one[signal] ?? 0) + (other[signal] ?? 0)]),
  );
}

function floor(at: number, periodMs: number): EpochMs {
  return epochMs(Math.floor(at / periodMs) * periodMs);
}
