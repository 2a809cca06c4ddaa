import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import { clean, judgeTrial } from '../../../domain/evidence/release.ts';
import { atSecond, failure, midnight, sent } from '../../support/evidence-book.ts';

const region = { pool: 'a', provider: 'gmail' };
const recovery = { region, signal: 'block', since: midnight, now: atSecond(600) } as const;

/** Mail of the first minute after midnight. */
function bookOf(mails: number, failures: number) {
  const book = createBook();
  book.addSent(sent(mails, atSecond(30)));
  for (let index = 0; index < failures; index += 1)
    book.addFailure(failure(`${index}`, atSecond(30), { origin: { tenant: `t${index}` } }));
  return book;
}

describe('a region is clean again', () => {
  test.each([
    [767, 0, false],
    [768, 0, true],
    [900, 1, false],
    [999, 1, true],
  ])('with %s mails and %s failures: %s', (mails, failures, isClean) => {
    expect(clean(bookOf(mails, failures), recovery)).toBe(isClean);
  });

  test('never by mail from before, or that has no answer yet', () => {
    const book = bookOf(5000, 0);
    expect(clean(book, { ...recovery, since: atSecond(60) })).toBe(false);
    expect(clean(book, { ...recovery, now: atSecond(60) })).toBe(false);
  });
});

describe('probes', () => {
  test.each([
    [6, 0, 'open'],
    [7, 0, 'passed'],
    [1, 1, 'failed'],
    [4, 2, 'failed'],
    [12, 1, 'open'],
  ])('%s with %s failures: %s', (mails, failures, trial) => {
    expect(judgeTrial(bookOf(mails, failures), recovery)).toBe(trial);
  });
});
