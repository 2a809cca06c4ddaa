import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import type { EvidenceBook } from '../../../domain/evidence/model.ts';
import { createOriginIndex } from '../../../domain/evidence/origin-index.ts';
import { dayMs, epochMs, minuteMs } from '../../../domain/time.ts';
import { anyStep, type Step, takeStep } from '../../support/book-steps.ts';
import { failure, midnight, origin, sent } from '../../support/evidence-book.ts';
import { manyRegions, plainCounts } from '../../support/plain-counts.ts';

const signals = ['block', 'content', 'complaint'] as const;
const everything = { since: epochMs(midnight - 4 * dayMs), until: epochMs(midnight + 1) };

/** A window that may cut buckets at both ends. */
const anyQuery = fc
  .record({
    region: fc.constantFrom(...manyRegions),
    signal: fc.constantFrom(...signals),
    ageMs: fc.oneof(
      fc.constantFrom(dayMs, 3 * dayMs),
      fc.integer({ min: 0, max: 3 * dayMs }),
      fc.integer({ min: 100_000, max: 9_000_000 }),
    ),
    untilMs: fc.oneof(
      fc.constant(-1),
      fc.integer({ min: 0, max: dayMs }),
      fc.integer({ min: 100_000, max: 9_000_000 }),
    ),
    bucketMs: fc.constantFrom(10_000, minuteMs, 10 * minuteMs, 360 * minuteMs),
  })
  .map(({ ageMs, untilMs, ...rest }) => ({
    ...rest,
    since: epochMs(midnight - ageMs),
    until: epochMs(midnight - untilMs),
  }));
type Query = typeof anyQuery extends fc.Arbitrary<infer Q> ? Q : never;

const ask = (book: EvidenceBook, { region, signal, ...window }: Query) =>
  book.counts(region, signal, window);

/** Questions between the steps open ledgers, close others, and let the rest grow with the news. */
const anyTale = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: anyStep.map((step) => ({ step })) },
    { weight: 1, arbitrary: anyQuery.map((query) => ({ query })) },
  ),
  { minLength: 20, maxLength: 80 },
);

describe('a book answers what a count of everything that it was told says', () => {
  test.each([1, 3, 100])('while it keeps %s regions at hand', (ledgersMax) => {
    fc.assert(
      fc.property(
        anyTale,
        fc.array(anyQuery, { minLength: 20, maxLength: 20 }),
        (tale, queries) => {
          const book = createBook({ ledgersMax });
          const steps: Step[] = [];
          for (const part of tale) {
            if ('query' in part)
              expect(ask(book, part.query)).toEqual(plainCounts(steps, part.query));
            else {
              takeStep(book, part.step);
              steps.push(part.step);
            }
          }
          for (const query of queries) {
            const { region, signal, ...window } = query;
            const counts = plainCounts(steps, query);
            expect(ask(book, query)).toEqual(counts);
            expect(book.series(region, signal, window).map(({ start }) => start)).toEqual(
              counts.starts,
            );
            const mails = book.sent(region, signal, window);
            for (const [at, start] of counts.starts.entries()) {
              const place = mails.starts.indexOf(start);
              expect(Math.max(0, mails.values[place] ?? 0)).toBeCloseTo(counts.sent[at] ?? 0, 9);
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('and names the signals that failed, and what was heard lately', () => {
    fc.assert(
      fc.property(anyTale, fc.constantFrom(...manyRegions), anyQuery, (tale, within, query) => {
        const book = createBook();
        for (const part of tale) if ('step' in part) takeStep(book, part.step);
        const window = { since: query.since, until: query.until, within };
        const failures = book.failures(signals, window);
        const names = new Set(failures.map(({ signal }) => signal));
        expect(new Set(book.failing(window))).toEqual(names);
        const heardAfter = epochMs(query.since + 40 * minuteMs);
        expect(book.failures(signals, { ...window, heardAfter })).toEqual(
          failures.filter(({ heardAt }) => heardAt > heardAfter),
        );
      }),
      { numRuns: 50 },
    );
  });
});

test('earlier news of a failure takes the place of later news', () => {
  const book = createBook();
  book.addSent(sent(1));
  const late = failure('one', midnight, { heardAt: epochMs(midnight + dayMs) });
  book.addFailure(late);
  book.addFailure({ ...late, heardAt: epochMs(midnight + 3000) });
  const heardAfter = epochMs(midnight + minuteMs);
  expect(book.failures(['block'], { ...everything, heardAfter })).toEqual([]);
});

test('an origin stands in no more ledgers than are kept', () => {
  const index = createOriginIndex(2);
  const record = index.recordOf(origin);
  for (const region of manyRegions) {
    const { ip: _, ...asked } = region;
    index.ledgerOf(asked);
    // That of its pair is kept beside the two.
    expect(record.ledgers.length).toBeLessThanOrEqual(3);
    expect([...index.ledgers()].length).toBeLessThanOrEqual(3);
  }
});
