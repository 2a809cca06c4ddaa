import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import { judge } from '../../../domain/evidence/judge.ts';
import { chancesOf } from '../../../domain/evidence/largest-sum.ts';
import { scoreOf } from '../../../domain/evidence/score.ts';
import { lnMostOfCounts, mayReach } from '../../../domain/evidence/screen.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { diceFor } from '../../../simulation/dice.ts';
import { atSecond, failure, midnight, sent } from '../../support/evidence-book.ts';
import { expectQuickLookRight } from '../../support/quick-look.ts';

const signals = ['block', 'hard-bounce', 'deferral', 'outage', 'complaint'] as const;

/** Two hours of mail to Yahoo, which fails more often from some minute on. */
const anyStory = fc.record({
  signal: fc.constantFrom(...signals),
  mailsPerMinute: fc.constantFrom(1, 5, 40),
  before: fc.constantFrom(0, 0.002, 0.02),
  after: fc.constantFrom(0.002, 0.02, 0.1, 0.3, 1),
  breaksAt: fc.integer({ min: 0, max: 119 }),
  watched: fc.constantFrom(1, 160, 10_000),
  tenants: fc.constantFrom(1, 4),
  seed: fc.nat(),
});
type Story = typeof anyStory extends fc.Arbitrary<infer S> ? S : never;

function tell({ signal, mailsPerMinute, before, after, breaksAt, tenants, seed }: Story) {
  const book = createBook();
  const draw = diceFor(seed, 'screen');
  for (let minute = 0; minute < 120; minute += 1) {
    const at = atSecond(minute * 60 + Math.floor(draw() * 60));
    const from = { tenant: `t${minute % tenants}`, provider: 'yahoo' };
    book.addSent(sent(mailsPerMinute, at, from));
    const rate = minute < breaksAt ? before : after;
    for (let mail = 0; mail < mailsPerMinute; mail += 1)
      if (draw() < rate)
        book.addFailure(failure(`${minute} ${mail}`, at, { origin: from, signal }));
  }
  return book;
}

test('a region that the quick look lets pass is below the level', () => {
  const looks = { alarms: 0, dismissed: 0 };
  fc.assert(
    fc.property(anyStory, fc.integer({ min: 0, max: 6 }), (story, hoursLater) => {
      const book = tell(story);
      const now = epochMs(midnight + (2 + hoursLater) * hourMs);
      if (hoursLater > 3) book.rollUp(now);
      for (const region of [{ pool: 'a', provider: 'yahoo' }, { tenant: 't0' }]) {
        const question = { region, signal: story.signal, now, watched: story.watched };
        expectQuickLookRight(book, question, looks);
      }
    }),
    { numRuns: 150 },
  );
  // It says something only if both come up.
  expect(looks.alarms).toBeGreaterThan(20);
  expect(looks.dismissed).toBeGreaterThan(50);
});

test('also where it looked before, whatever came since', () => {
  const looks = { alarms: 0, dismissed: 0 };
  const signal = 'block' as const;
  const question = { signal, watched: 10 } as const;
  const regions = [{ pool: 'a', provider: 'yahoo' }, { tenant: 't0' }];
  const anyMinute = fc.record({
    mails: fc.constantFrom(0, 1, 20, 200),
    failures: fc.constantFrom(0, 0, 0, 1, 2, 5),
    tenant: fc.constantFrom('t0', 't1'),
    vouched: fc.boolean(),
    /** The mail of some minutes ago is seen only now, or is taken back. */
    late: fc.constantFrom(0, 0, 3, 30),
    void: fc.constantFrom(0, 0, 0, 15),
    answered: fc.constantFrom(0, 0, 0, 0, 1),
  });
  fc.assert(
    fc.property(fc.array(anyMinute, { minLength: 20, maxLength: 90 }), (minutes) => {
      const book = createBook();
      let since = epochMs(0);
      for (const [minute, one] of minutes.entries()) {
        const now = atSecond(minute * 60);
        const origin = { tenant: one.tenant, provider: 'yahoo' };
        if (one.mails > 0)
          book.addSent(sent(one.mails, epochMs(now - one.late * minuteMs), origin));
        if (one.void > 0) book.void(sent(one.void, epochMs(now - 5 * minuteMs), origin));
        for (let each = 0; each < one.failures; each += 1) {
          const { vouched } = one;
          const at = epochMs(now - each * minuteMs);
          book.addFailure(failure(`${minute} ${each}`, at, { origin, signal, vouched }));
        }
        if (minute % 10 === 9) book.rollUp(now);
        if (one.answered > 0) since = epochMs(now - minuteMs);
        for (const region of regions) {
          const asked = { ...question, region, now, since };
          expectQuickLookRight(book, asked, looks);
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(looks.alarms).toBeGreaterThan(100);
  expect(looks.dismissed).toBeGreaterThan(500);
});

test('mail that is taken back is looked at anew, and so is what was answered once that is forgotten', () => {
  const book = createBook();
  const origin = { tenant: 't0', provider: 'yahoo' };
  const at = atSecond(60);
  const many = sent(100_000, at, origin);
  book.addSent(sent(40, at, origin));
  book.addSent(many);
  for (let each = 0; each < 20; each += 1)
    book.addFailure(failure(`${each}`, at, { origin, signal: 'block', vouched: true }));
  const now = atSecond(180);
  const asked = { region: { tenant: 't0' }, signal: 'block', watched: 10, now } as const;
  expect(mayReach(book, asked, 'act')).toBe(false);
  book.void(many);
  expect(mayReach(book, { ...asked, since: atSecond(120) }, 'act')).toBe(false);
  expect(mayReach(book, asked, 'act')).toBe(true);
  expect(judge(book, asked).level).toBe('act');
});

test('the bound is not below the score', () => {
  const anyBucket = fc.tuple(
    fc.constantFrom(0.001, 1, 20, 300),
    fc.constantFrom(0, 0, 0, 0.01, 0.1, 1, 2),
    fc.constantFrom(0.1, 1),
  );
  fc.assert(
    fc.property(
      fc.array(anyBucket, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(0.0005, 0.002, 0.05, 0.3),
      (rows, tolerated) => {
        const buckets = rows.map(([mails, share, mature], at) => ({
          start: atSecond(at * 10),
          sent: mails,
          failed: mails * share,
          mature,
        }));
        const { lnMixture } = scoreOf(buckets, tolerated);
        const counts = {
          starts: buckets.map(({ start }) => start),
          sent: buckets.map(({ sent: mails }) => mails),
          failed: buckets.map(({ failed }) => failed),
        };
        const matureAt = (start: number) =>
          buckets.find((bucket) => bucket.start === start)?.mature ?? 1;
        const chances = chancesOf(tolerated);
        const most = lnMostOfCounts(counts, chances, matureAt);
        expect(most).toBeGreaterThanOrEqual(lnMixture - 1e-9);
      },
    ),
  );
});

test('the bound is reached where all beginnings are alike', () => {
  const buckets = Array.from({ length: 100 }, (_, at) => ({
    start: atSecond(at * 10),
    sent: at === 99 ? 4 : 1e-9,
    failed: at === 99 ? 4 : 0,
    mature: 1,
  }));
  const counts = {
    starts: buckets.map(({ start }) => start),
    sent: buckets.map(({ sent: mails }) => mails),
    failed: buckets.map(({ failed }) => failed),
  };
  const chances = chancesOf(0.002);
  const gap = lnMostOfCounts(counts, chances) - scoreOf(buckets, 0.002).lnMixture;
  expect(gap).toBeLessThan(Math.log(chances.length));
});
