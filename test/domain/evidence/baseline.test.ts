import { expect, test } from 'vitest';
import { baselineOf, pastOf, populationOf } from '../../../domain/evidence/baseline.ts';
import { createBook } from '../../../domain/evidence/book.ts';
import { dayMs, epochMs, hourMs } from '../../../domain/time.ts';
import { failure, midnight, sent } from '../../support/evidence-book.ts';

const about = { region: { tenant: 'shop' }, signal: 'hard-bounce' } as const;

/** Ten days of a hundred mails with one bounce each quarter of a day, and one bad quarter. */
function bookOfDays() {
  const book = createBook();
  const bounce = (key: string, at: typeof midnight) =>
    book.addFailure(failure(key, at, { signal: 'hard-bounce', reason: 'invalid-recipient' }));
  for (let quarter = 0; quarter < 40; quarter += 1) {
    const at = epochMs(midnight - 11 * dayMs + quarter * 6 * hourMs);
    book.addSent(sent(100, at));
    for (let index = 0; index < (quarter === 20 ? 60 : 1); index += 1)
      bounce(`${quarter} ${index}`, at);
  }
  return book;
}

test('the past leaves out what was alarming, and what is known to have been wrong', () => {
  expect(pastOf(bookOfDays(), about, { now: midnight })).toEqual({ sent: 3900, failed: 39 });
  const since = epochMs(midnight - 11 * dayMs);
  const except = [{ since, until: epochMs(since + dayMs) }];
  expect(pastOf(bookOfDays(), about, { now: midnight, except })).toEqual({
    sent: 3500,
    failed: 35,
  });
});

test('the past ends a day ago', () => {
  const book = createBook();
  book.addSent(sent(100, epochMs(midnight - 6 * hourMs)));
  expect(pastOf(book, about, { now: midnight })).toEqual({ sent: 0, failed: 0 });
});

test('the more a population differs, the more an own past weighs', () => {
  const alike = [100, 101, 99, 100].map((failed) => ({ sent: 10_000, failed }));
  const unlike = [10, 300, 50, 100].map((failed) => ({ sent: 10_000, failed }));
  const [calm, wild] = [populationOf(alike), populationOf(unlike)];
  expect(calm?.strength).toBeGreaterThan(10 * (wild?.strength ?? Number.POSITIVE_INFINITY));
  expect(calm?.rate).toBeCloseTo(0.01, 5);
  expect(wild?.rateP95).toBe(0.03);
});

test('nobody has a past at first', () => {
  expect(populationOf([{ sent: 10, failed: 0 }])).toBeUndefined();
});

test('a long past speaks for itself, a short one for everybody, and a newcomer may have what most have', () => {
  const population = { rate: 0.01, strength: 500, rateP95: 0.05 };
  expect(baselineOf({ sent: 1_000_000, failed: 2000 }, population)).toBeCloseTo(0.002, 4);
  expect(baselineOf({ sent: 2000, failed: 0 }, population)).toBeCloseTo(0.002, 4);
  expect(baselineOf({ sent: 0, failed: 0 }, population)).toBe(0.025);
});
