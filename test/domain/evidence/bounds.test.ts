/** What the quick look keeps of a region must never hide what the verdict says, wherever that cuts its buckets. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Signal } from '../../../domain/classification/reasons.ts';
import { createBook } from '../../../domain/evidence/book.ts';
import { judge } from '../../../domain/evidence/judge.ts';
import { mayReach } from '../../../domain/evidence/screen.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { failure, midnight, sent } from '../../support/evidence-book.ts';
import { expectQuickLookRight } from '../../support/quick-look.ts';

const regions = [{ tenant: 'shop' }, { pool: 'a', provider: 'yahoo' }];
const origin = { provider: 'yahoo' };
const noon = epochMs(midnight + 12 * hourMs);

test('a verdict is not hidden by later mail of the same minute that does not count yet', () => {
  const book = createBook();
  for (let age = 60; age > 0; age -= 1)
    book.addSent(sent(1, epochMs(noon - age * minuteMs), origin));
  for (let each = 0; each < 6; each += 1) {
    book.addSent(sent(1, noon, origin));
    book.addFailure(failure(`${each}`, noon, { origin, signal: 'hard-bounce' }));
  }
  book.addSent(sent(200, epochMs(noon + 12 * secondMs), origin));
  const now = epochMs(noon + 21 * secondMs);
  for (const region of regions) {
    const question = { region, signal: 'hard-bounce', now, watched: 20 } as const;
    expect(judge(book, question).level).toBe('act');
    expect(mayReach(book, question, 'act')).toBe(true);
  }
});

test('a verdict is not hidden by clean mail of the same minute from before what was answered', () => {
  const book = createBook();
  book.addSent(sent(1000, noon, origin));
  const answered = epochMs(noon + 20 * secondMs);
  for (let each = 0; each < 6; each += 1) {
    book.addSent(sent(1, answered, origin));
    book.addFailure(failure(`${each}`, answered, { origin, signal: 'hard-bounce' }));
  }
  const now = epochMs(answered + 2 * minuteMs);
  for (const region of regions) {
    const question = { region, signal: 'hard-bounce', now, watched: 20 } as const;
    mayReach(book, question, 'act');
    expect(judge(book, { ...question, since: answered }).level).toBe('act');
    expect(mayReach(book, { ...question, since: answered }, 'act')).toBe(true);
  }
});

const signals: readonly Signal[] = ['block', 'hard-bounce', 'deferral', 'complaint'];

/** Seconds: mostly within a minute, so that several moments share a bucket. */
const anyLapse = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 10_800 }) },
);

/** News of a moment: some mail, what failed of it, what was taken back, and what of the past is answered. */
const anyMoment = fc.record({
  pauseSeconds: anyLapse,
  lateSeconds: anyLapse,
  mails: fc.constantFrom(0, 1, 6, 12, 200),
  failures: fc.constantFrom(0, 0, 0, 2, 6, 12),
  signal: fc.constantFrom(...signals),
  isVouched: fc.boolean(),
  takenBack: fc.constantFrom(0, 0, 0, 0.5, 2),
  answeredSeconds: fc.constantFrom(undefined, undefined, undefined, 0, 7, 400, 9000),
  isRolledUp: fc.boolean(),
});

test('whatever comes when, no verdict is hidden, looked at every time and cut anywhere', () => {
  const looks = { alarms: 0, dismissed: 0 };
  fc.assert(
    fc.property(fc.array(anyMoment, { minLength: 5, maxLength: 40 }), (moments) => {
      const book = createBook();
      let now = noon;
      let since = epochMs(0);
      for (const [moment, one] of moments.entries()) {
        const { signal, mails, isVouched: vouched } = one;
        now = epochMs(now + one.pauseSeconds * secondMs);
        const at = epochMs(now - one.lateSeconds * secondMs);
        if (mails > 0) book.addSent(sent(mails, at, origin));
        for (let each = 0; each < one.failures; each += 1)
          book.addFailure(failure(`${moment} ${each}`, at, { origin, signal, vouched }));
        if (one.takenBack > 0)
          book.void(sent(mails * one.takenBack, epochMs(at - 7 * secondMs), origin));
        if (one.isRolledUp) book.rollUp(now);
        if (one.answeredSeconds !== undefined)
          since = epochMs(now - one.answeredSeconds * secondMs);
        for (const region of regions)
          for (const asked of signals) {
            const question = { region, signal: asked, now, since, watched: 20 };
            expectQuickLookRight(book, question, looks);
          }
      }
    }),
    { numRuns: 200 },
  );
  // It says something only if both come up.
  expect(looks.alarms).toBeGreaterThan(100);
  expect(looks.dismissed).toBeGreaterThan(500);
});
