import { expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import { settledUntil } from '../../../domain/evidence/settled.ts';
import { atSecond, sent } from '../../support/evidence-book.ts';

const about = { region: { pool: 'a', provider: 'gmail' }, signal: 'block' } as const;

/** Mail of ten a second, as far as it is seen. */
function seenUntil(seconds: number) {
  const book = createBook();
  for (let second = -300; second < seconds; second += 1) book.addSent(sent(10, atSecond(second)));
  return book;
}

test('counts that are on time are settled to the present', () => {
  expect(settledUntil(seenUntil(5), about, atSecond(5))).toBe(atSecond(10));
});

test('the last bucket with mail waits once it is over', () => {
  expect(settledUntil(seenUntil(5), about, atSecond(10))).toBe(atSecond(0));
  expect(settledUntil(seenUntil(5), about, atSecond(60))).toBe(atSecond(0));
});

test('a bucket that is half empty by the usual pace waits', () => {
  expect(settledUntil(seenUntil(2), about, atSecond(8))).toBe(atSecond(0));
});

test('after ninety seconds nothing waits', () => {
  expect(settledUntil(seenUntil(5), about, atSecond(110))).toBe(atSecond(20));
});

test('a stream of few mails waits for its next one', () => {
  const book = createBook();
  book.addSent(sent(1, atSecond(0)));
  expect(settledUntil(book, about, atSecond(3))).toBe(atSecond(10));
  expect(settledUntil(book, about, atSecond(30))).toBe(atSecond(0));
  book.addSent(sent(1, atSecond(31)));
  expect(settledUntil(book, about, atSecond(34))).toBe(atSecond(40));
});
