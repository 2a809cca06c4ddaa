import { expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import { suspectsOf } from '../../../domain/evidence/suspects.ts';
import { atSecond, failure } from '../../support/evidence-book.ts';

test('the first failure is a matter of its pool at its provider', () => {
  const book = createBook();
  const first = failure('one', atSecond(0));
  book.addFailure(first);
  expect(suspectsOf([first], book, atSecond(3))).toEqual([
    { signal: 'block', region: { pool: 'a', provider: 'gmail' } },
  ]);
});

test('from the second on its tenant and identity are looked at too', () => {
  const book = createBook();
  const [first, second] = [failure('one', atSecond(0)), failure('two', atSecond(100))];
  book.addFailure(first);
  book.addFailure(second);
  expect(suspectsOf([second], book, atSecond(103)).map(({ region }) => region)).toEqual([
    { pool: 'a', provider: 'gmail' },
    { tenant: 'shop' },
    { tenant: 'shop', provider: 'gmail' },
    { identity: 'shop.example' },
    { identity: 'shop.example', provider: 'gmail' },
  ]);
});

test('a provider is looked at where several pools fail', () => {
  const two = [
    failure('one', atSecond(0)),
    failure('two', atSecond(0), {
      origin: { pool: 'b', tenant: 'bank', identity: 'bank.example' },
    }),
  ];
  expect(suspectsOf(two, createBook(), atSecond(3)).map(({ region }) => region)).toEqual([
    { pool: 'a', provider: 'gmail' },
    { provider: 'gmail' },
    { pool: 'b', provider: 'gmail' },
  ]);
});

test('failures for what a sender does count together, whichever they are', () => {
  const book = createBook();
  const first = failure('one', atSecond(0), { signal: 'content', reason: 'spam-content' });
  const second = failure('two', atSecond(100), {
    signal: 'hard-bounce',
    reason: 'invalid-recipient',
  });
  book.addFailure(first);
  book.addFailure(second);
  expect(suspectsOf([second], book, atSecond(103)).map(({ region }) => region)).toContainEqual({
    tenant: 'shop',
  });
});
