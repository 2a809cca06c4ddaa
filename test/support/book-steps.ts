import fc from 'fast-check';
import { createBook } from '../../domain/evidence/book.ts';
import type { EvidenceBook, Failure, Sent } from '../../domain/evidence/model.ts';
import { atSecond, failure, sent } from './evidence-book.ts';

/** What may happen to a book. */
export type Step =
  | { readonly do: 'send'; readonly sent: Sent }
  | { readonly do: 'void'; readonly sent: Sent }
  | { readonly do: 'fail'; readonly failure: Failure }
  | { readonly do: 'roll'; readonly now: ReturnType<typeof atSecond> };

/** Returns the book to which these steps happened in turn. */
export function playSteps(steps: readonly Step[]): EvidenceBook {
  const book = createBook();
  for (const step of steps) takeStep(book, step);
  return book;
}

/** Does one step. */
export function takeStep(book: EvidenceBook, step: Step): void {
  if (step.do === 'send') book.addSent(step.sent);
  else if (step.do === 'void') book.void(step.sent);
  else if (step.do === 'fail') book.addFailure(step.failure);
  else book.rollUp(step.now);
}

const anyOrigin = fc.record({
  tenant: fc.constantFrom('shop', 'bank', 'club'),
  identity: fc.constantFrom('shop.example', 'bank.example'),
  pool: fc.constantFrom('a', 'b'),
  provider: fc.constantFrom('gmail', 'yahoo'),
  campaign: fc.constantFrom('', 'news'),
});
/** Spread over days, or close together, so that buckets hold several. */
const anyInstant = fc
  .oneof(
    fc.integer({ min: -2.9 * 86_400, max: 0 }),
    fc.integer({ min: -9000, max: -8000 }),
    fc.integer({ min: -180, max: -100 }),
  )
  .map(atSecond);
const anySent = fc
  .tuple(fc.integer({ min: 1, max: 50 }), anyInstant, anyOrigin)
  .map(([count, at, from]) => sent(count, at, from));
/** Any failure of the three days before midnight. */
export const anyFailure = fc
  .record({
    at: anyInstant,
    from: anyOrigin,
    signal: fc.constantFrom('block' as const, 'content' as const, 'complaint' as const),
    vouched: fc.boolean(),
    recipientDomain: fc.constantFrom('gmail.com', 'one.example', 'two.example'),
    ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
    key: fc.uuid(),
  })
  .map(({ at, from, key, ...rest }) => failure(key, at, { origin: from, ...rest }));
/** Any step; books are rolled up to midnight at the latest. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: anySent.map((mails) => ({ do: 'send' as const, sent: mails })) },
  { weight: 1, arbitrary: anySent.map((mails) => ({ do: 'void' as const, sent: mails })) },
  { weight: 4, arbitrary: anyFailure.map((one) => ({ do: 'fail' as const, failure: one })) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: -86_400, max: 0 }).map((at) => ({
      do: 'roll' as const,
      now: atSecond(at),
    })),
  },
);
