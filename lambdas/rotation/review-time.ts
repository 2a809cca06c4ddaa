import type { Signal } from '../../domain/classification/reasons.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { hoursToLine, reviewLines, type Span, volumeMailsMin } from '../../domain/review-line.ts';
import { dayMs, type EpochMs, epochMs, hourMs } from '../../domain/time.ts';

/** Hours until SES's review line, by what is counted; absent where it is not in sight. */
export type HoursLeft = { readonly [Kind in keyof typeof reviewLines]?: number };

type Watched = {
  readonly kind: keyof typeof reviewLines;
  /** What SES counts as this; it does not say how it counts refusals for a reputation, so they count. */
  readonly signals: readonly Signal[];
  /** Spans that may show the current rate, hours; complaints come hours after the mail. */
  readonly recentHours: readonly number[];
};

const watched: readonly Watched[] = [
  {
    kind: 'bounce',
    signals: ['hard-bounce', 'block', 'domain', 'content'],
    recentHours: [1, 6],
  },
  { kind: 'complaint', signals: ['complaint'], recentHours: [6, 24] },
];

/** What may be the representative volume: a day's mail, or a week's where a day has too little. */
const volumesMs = [dayMs, 7 * dayMs];

/** Returns the time left at the current rate, by our own counts; the soonest of what the spans say. */
export function hoursToReview(book: EvidenceBook, now: EpochMs): HoursLeft {
  const left: { -readonly [Kind in keyof HoursLeft]: HoursLeft[Kind] } = {};
  for (const { kind, signals, recentHours } of watched) {
    const spanOf = (ms: number) => countSpan(book, signals, { since: epochMs(now - ms), now });
    const spans = volumesMs.map(spanOf);
    const volume = spans.find(({ sent }) => sent >= volumeMailsMin);
    if (!volume) continue;
    const hours = recentHours.flatMap(
      (span) =>
        hoursToLine(reviewLines[kind], volume, { ...spanOf(span * hourMs), hours: span }) ?? [],
    );
    if (hours.length > 0) left[kind] = Math.min(...hours);
  }
  return left;
}

function countSpan(
  book: EvidenceBook,
  signals: readonly Signal[],
  { since, now }: { readonly since: EpochMs; readonly now: EpochMs },
): Span {
  let sent = 0;
  let failed = 0;
  for (const cell of book.cells(signals, { since, until: epochMs(now + 1) })) {
    sent += cell.sent;
    failed += cell.failed;
  }
  return { sent, failed };
}
