/** What is normal for a tenant follows from the past of all, and is not worked out at every run. */
import { expect, test } from 'vitest';
import { createBook } from '../../domain/evidence/book.ts';
import { dayMs, epochMs, hourMs } from '../../domain/time.ts';
import { createBaselines } from '../../lambdas/rotation/baselines.ts';

const now = epochMs(Date.parse('2026-03-30T12:00:00Z'));

/** Ten days of a thousand mails a day of each tenant; so many of a hundred bounce. */
function bookOf(rates: Readonly<Record<string, number>>) {
  const book = createBook();
  book.rollUp(now);
  for (const [tenant, percent] of Object.entries(rates)) {
    const origin = {
      tenant,
      identity: '',
      stream: 's',
      pool: 'a',
      provider: 'gmail',
      campaign: '',
    };
    for (let day = 2; day < 12; day += 1) {
      const at = epochMs(now - day * dayMs);
      book.addSent({ origin, at, count: 1000 });
      book.addFailure({
        ...{ key: `${tenant}${day}`, origin, sentAt: at, heardAt: at, weight: 10 * percent },
        ...{
          signal: 'hard-bounce',
          reason: 'invalid-recipient',
          recipientDomain: '',
          vouched: true,
        },
      });
    }
  }
  return book;
}

test('who always bounces more may bounce more than who never does, and a newcomer what most do', () => {
  const book = bookOf({ clean: 0.1, usual: 0.5, other: 0.6, old: 2 });
  const normal = createBaselines()(book, now);
  const rate = (tenant: string) => normal({ tenant }, 'hard-bounce') ?? Number.NaN;
  expect(rate('old')).toBeGreaterThan(rate('usual'));
  expect(rate('usual')).toBeGreaterThan(rate('clean'));
  expect(rate('newcomer')).toBeGreaterThan(rate('usual'));
});

test('pools have no past of their own, and where nobody has one nothing is normal', () => {
  expect(
    createBaselines()(bookOf({ usual: 1 }), now)({ pool: 'a' }, 'hard-bounce'),
  ).toBeUndefined();
  expect(createBaselines()(createBook(), now)({ tenant: 'usual' }, 'hard-bounce')).toBeUndefined();
});

test('what was found holds for six hours', () => {
  const baselines = createBaselines();
  const region = { tenant: 'usual' };
  const before = baselines(bookOf({ usual: 0.5 }), now)(region, 'hard-bounce');
  const book = bookOf({ usual: 2 });
  expect(baselines(book, epochMs(now + hourMs))(region, 'hard-bounce')).toBe(before);
  expect(baselines(book, epochMs(now + 6 * hourMs))(region, 'hard-bounce')).toBeGreaterThan(
    before ?? Number.NaN,
  );
});
