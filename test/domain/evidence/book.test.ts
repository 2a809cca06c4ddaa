import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import type { EvidenceBook, Region } from '../../../domain/evidence/model.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { anyFailure, anyStep, playSteps, type Step } from '../../support/book-steps.ts';
import { atSecond, failure, midnight, origin, sent } from '../../support/evidence-book.ts';

const regions: readonly Region[] = [
  {},
  { pool: 'a' },
  { provider: 'gmail' },
  { pool: 'a', provider: 'gmail' },
  { tenant: 'shop' },
  { tenant: 'shop', provider: 'yahoo' },
  { identity: 'shop.example', pool: 'b' },
  { campaign: 'news' },
  { ip: '192.0.2.1', pool: 'a' },
];

/** Everything that a book answers, at every width, about three days. */
function answersOf(book: EvidenceBook) {
  const since = epochMs(midnight - 3 * dayMs);
  const until = epochMs(midnight + dayMs);
  return {
    series: regions.flatMap((region) =>
      [10_000, minuteMs, 10 * minuteMs, 6 * hourMs].map((bucketMs) =>
        book.series(region, 'block', { since, until, bucketMs }),
      ),
    ),
    cells: [...book.cells(['block', 'content'], { since, until })].sort((a, b) =>
      JSON.stringify(a.origin) < JSON.stringify(b.origin) ? -1 : 1,
    ),
    failures: book.failures(['block', 'content'], { since, until }),
  };
}

const anySteps = fc.array(anyStep, { minLength: 1, maxLength: 60 });
const end: Step = { do: 'roll', now: midnight };

describe('the laws of the book', () => {
  test('the order of news, and when it is rolled up in between, change nothing', () => {
    fc.assert(
      fc.property(anySteps, fc.infiniteStream(fc.nat()), (steps, order) => {
        const places = steps.map((step) => ({ step, place: order.next().value ?? 0 }));
        const shuffled = places.sort((a, b) => a.place - b.place).map(({ step }) => step);
        expect(answersOf(playSteps([...shuffled, end]))).toEqual(
          answersOf(playSteps([...steps, end])),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('repeated failures change nothing, whichever copy is heard first', () => {
    fc.assert(
      fc.property(fc.array(anyFailure, { minLength: 1, maxLength: 20 }), (failures) => {
        const late = failures.map((one) => ({ ...one, heardAt: epochMs(one.heardAt + hourMs) }));
        const once = playSteps(failures.map((one) => ({ do: 'fail', failure: one })));
        const twice = playSteps(
          [...late, ...failures].map((one) => ({ do: 'fail', failure: one })),
        );
        expect(answersOf(twice)).toEqual(answersOf(once));
      }),
      { numRuns: 50 },
    );
  });

  test('two books together say the sum of what each says of a tenant', () => {
    fc.assert(
      fc.property(anySteps, anySteps, (some, others) => {
        const voids = (step: Step) => step.do !== 'void';
        const parts = [some.filter(voids), others.filter(voids)] as const;
        const window = {
          since: epochMs(midnight - 3 * dayMs),
          until: epochMs(midnight + 1),
          bucketMs: 10 * minuteMs,
        };
        const countsOf = (steps: readonly Step[]) => {
          const series = playSteps([...steps, end]).series({ tenant: 'shop' }, 'block', window);
          return new Map(series.map((bucket) => [bucket.start, bucket]));
        };
        const [first, second] = [countsOf(parts[0]), countsOf(parts[1])];
        const both = countsOf([...parts[0], ...parts[1]]);
        for (const [start, { sent: mails, failed }] of both) {
          expect(mails).toBe((first.get(start)?.sent ?? 0) + (second.get(start)?.sent ?? 0));
          expect(failed).toBe((first.get(start)?.failed ?? 0) + (second.get(start)?.failed ?? 0));
        }
        expect(both.size).toBe(new Set([...first.keys(), ...second.keys()]).size);
      }),
    );
  });

  test('rolling up loses neither mail nor failure within thirty days', () => {
    fc.assert(
      fc.property(anySteps, fc.integer({ min: 0, max: 26 * 86_400 }), (steps, later) => {
        const totalOf = (now: ReturnType<typeof atSecond>) => {
          const book = playSteps(steps.filter((step) => step.do === 'send' || step.do === 'fail'));
          book.rollUp(now);
          const since = epochMs(midnight - 4 * dayMs);
          return book
            .cells(['block'], { since, until: epochMs(midnight + 1) })
            .map((cell) => cell.sent + cell.failed)
            .reduce((a, b) => a + b, 0);
        };
        expect(totalOf(atSecond(later))).toBe(totalOf(midnight));
      }),
      { numRuns: 50 },
    );
  });
});

test('mail that nobody saw is taken back, before or after it was counted', () => {
  const book = createBook();
  book.void(sent(2));
  book.addSent(sent(5));
  const window = { since: midnight, until: atSecond(10), bucketMs: 10_000 };
  expect(book.series({ tenant: 'shop' }, 'block', window)).toEqual([
    { start: midnight, sent: 3, failed: 0, mature: 1 },
  ]);
});

test('buckets grow with age: ten seconds, a minute, ten minutes, six hours, then nothing', () => {
  const startAfter = (age: number) => {
    const book = createBook();
    book.addSent(sent(1, atSecond(6 * 3600 + 754)));
    book.rollUp(epochMs(atSecond(6 * 3600 + 754) + age));
    const window = { since: midnight, until: atSecond(86_400), bucketMs: 10_000 };
    return book
      .series({ pool: 'a' }, 'block', window)
      .map(({ start }) => (start - midnight) / 1000);
  };
  expect(startAfter(19 * minuteMs)).toEqual([6 * 3600 + 750]);
  expect(startAfter(22 * minuteMs)).toEqual([6 * 3600 + 720]);
  expect(startAfter(4 * hourMs)).toEqual([6 * 3600 + 600]);
  expect(startAfter(3 * dayMs)).toEqual([6 * 3600]);
  expect(startAfter(31 * dayMs)).toEqual([]);
});

test('a failure is known by itself for three days, and counted for thirty', () => {
  const book = createBook();
  book.addSent(sent(10));
  book.addFailure(failure('one'));
  book.rollUp(epochMs(midnight + 4 * dayMs));
  const window = { since: midnight, until: atSecond(86_400) };
  expect(book.failures(['block'], window)).toEqual([]);
  expect(book.cells(['block'], window)).toMatchObject([{ sent: 10, failed: 1, vouched: 1 }]);
});

test('a cell has the mail and failures of one origin, with addresses and domains', () => {
  const book = createBook();
  book.addSent(sent(10));
  book.addSent(sent(7, midnight, { tenant: 'bank' }));
  book.addFailure(failure('one', midnight, { ip: '192.0.2.1' }));
  book.addFailure(failure('two', midnight, { vouched: false, recipientDomain: 'x.example' }));
  book.addFailure(failure('three', midnight, { signal: 'content', reason: 'spam-content' }));
  expect(
    book.cells(['block'], { since: midnight, until: atSecond(10), within: { tenant: 'shop' } }),
  ).toEqual([
    {
      origin,
      sent: 10,
      failed: 2,
      vouched: 1,
      ips: new Map([['192.0.2.1', 1]]),
      recipientDomains: new Set(['gmail.com', 'x.example']),
    },
  ]);
});

test('complaints are set against mail to providers with a feedback loop only', () => {
  const book = createBook();
  book.addSent(sent(100, midnight, { provider: 'gmail' }));
  book.addSent(sent(40, midnight, { provider: 'yahoo' }));
  const window = { since: midnight, until: atSecond(6 * 3600), bucketMs: 6 * hourMs };
  const sentOf = (region: Region, signal: 'complaint' | 'block') =>
    book.series(region, signal, window).map((bucket) => bucket.sent);
  expect(sentOf({ tenant: 'shop' }, 'complaint')).toEqual([40]);
  expect(sentOf({ pool: 'a' }, 'complaint')).toEqual([40]);
  expect(sentOf({ pool: 'a' }, 'block')).toEqual([140]);
});

test('an address stands against all mail of its pool, because nobody knows its own', () => {
  const book = createBook();
  book.addSent(sent(100));
  book.addFailure(failure('one', midnight, { ip: '192.0.2.1' }));
  book.addFailure(failure('two', midnight, { ip: '192.0.2.2' }));
  const window = { since: midnight, until: atSecond(10), bucketMs: 10_000 };
  expect(book.series({ pool: 'a', ip: '192.0.2.1' }, 'block', window)).toMatchObject([
    { sent: 100, failed: 1 },
  ]);
});
