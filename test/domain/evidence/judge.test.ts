import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signals } from '../../../domain/classification/reasons.ts';
import { createBook } from '../../../domain/evidence/book.ts';
import { judge, lnAlarmLevel } from '../../../domain/evidence/judge.ts';
import type { EvidenceBook, Region } from '../../../domain/evidence/model.ts';
import { keptMs, widthsMs } from '../../../domain/evidence/roll-up.ts';
import { signalTraits, surgeShare, toleratedRate } from '../../../domain/evidence/signals.ts';
import { epochMs, minuteMs } from '../../../domain/time.ts';
import { countFalseAlarms, findBreak } from '../../../operator/prove/evidence-runs.ts';
import { atSecond, failure, midnight, sent } from '../../support/evidence-book.ts';

const region = { pool: 'a', provider: 'gmail' };
const judgeAt = (book: EvidenceBook, seconds: number, about: Region = region) =>
  judge(book, { region: about, signal: 'block', now: atSecond(seconds), watched: 160 });

/** A minute of healthy mail, then failures, a second apart. */
function bookWith(failures: number, mailsEach = 1): EvidenceBook {
  const book = createBook();
  for (let second = 0; second < 60; second += 1) book.addSent(sent(1, atSecond(second)));
  for (let index = 0; index < failures; index += 1) {
    book.addSent(sent(mailsEach, atSecond(60 + index)));
    book.addFailure(failure(`${index}`, atSecond(60 + index)));
  }
  return book;
}

describe('a verdict', () => {
  test('is quiet, degrades, and acts as failures come', () => {
    const levels = [0, 1, 2, 3, 4, 5, 6].map((count) => judgeAt(bookWith(count), 66).level);
    expect(levels).toEqual(['quiet', 'quiet', 'quiet', 'degrade', 'act', 'act', 'act']);
  });

  test('says since when, of how many, and what was tolerated', () => {
    expect(judgeAt(bookWith(6), 66)).toMatchObject({
      region,
      signal: 'block',
      level: 'act',
      onset: atSecond(60),
      sent: 6,
      failed: 6,
      tolerated: 0.002,
    });
  });

  test('without mail is quiet, at odds of one to one', () => {
    expect(judgeAt(createBook(), 0)).toMatchObject({ level: 'quiet', lnEvidence: 0, sent: 0 });
  });

  test('looks no further back than it is asked to', () => {
    const book = bookWith(6);
    const asked = { region, signal: 'block', now: atSecond(66), watched: 160 } as const;
    expect(judge(book, { ...asked, since: atSecond(70) }).level).toBe('quiet');
  });

  test('needs more where more is watched', () => {
    const of = (watched: number) => lnAlarmLevel({ signal: 'block', watched });
    expect(of(1600) - of(160)).toBeCloseTo(Math.log(10), 10);
  });

  test('of a tenant counts what strangers say, of a pool it does not', () => {
    const book = createBook();
    for (let index = 0; index < 8; index += 1) {
      book.addSent(sent(1, atSecond(index)));
      book.addFailure(
        failure(`${index}`, atSecond(index), { vouched: false, recipientDomain: 'x.example' }),
      );
    }
    expect(judgeAt(book, 8, { tenant: 'shop' }).level).toBe('act');
    expect(judgeAt(book, 8).level).toBe('quiet');
    expect(judgeAt(book, 8, {}).level).toBe('quiet');
  });
});

test('one budget of false alarms is shared out in full, and every resolution fits what is kept', () => {
  const shares = signals.map((signal) => signalTraits[signal].budgetShare);
  expect(shares.reduce((a, b) => a + b, surgeShare)).toBeCloseTo(1, 10);
  const windows = signals.flatMap((signal) => signalTraits[signal].resolutions);
  for (const { bucketMs, count } of windows) {
    expect(bucketMs * count).toBeLessThanOrEqual(keptMs);
    expect(widthsMs).toContain(bucketMs);
  }
});

test('twice the own baseline is tolerated, within floor and ceiling', () => {
  expect(toleratedRate('hard-bounce')).toBe(0.02);
  expect(toleratedRate('hard-bounce', 0.012)).toBe(0.024);
  expect(toleratedRate('hard-bounce', 0.0001)).toBe(0.01);
  expect(toleratedRate('hard-bounce', 0.5)).toBe(0.04);
});

test('another failure never lowers a verdict, another clean mail in its bucket never raises it', () => {
  const counts = fc.record({
    failures: fc.integer({ min: 0, max: 12 }),
    mailsEach: fc.integer({ min: 2, max: 200 }),
  });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 500 }), ({ failures, mailsEach }, clean) => {
      const book = bookWith(failures, mailsEach);
      const before = judgeAt(book, 75).lnEvidence;
      book.addSent(sent(clean, atSecond(61)));
      const diluted = judgeAt(book, 75).lnEvidence;
      if (failures > 1) expect(diluted).toBeLessThanOrEqual(before + 1e-9);
      book.addFailure(failure('more', atSecond(60)));
      if (failures > 0) expect(judgeAt(book, 75).lnEvidence).toBeGreaterThanOrEqual(diluted - 1e-9);
    }),
    { numRuns: 40 },
  );
});

test('rolling up does not hide what was to be acted on', () => {
  const book = bookWith(12, 3);
  const now = epochMs(midnight + 90 * minuteMs);
  book.addSent(sent(1, epochMs(now - 1000)));
  const asked = { region, signal: 'block', now, watched: 160 } as const;
  const fresh = judge(book, asked);
  book.rollUp(now);
  const rolled = judge(book, asked);
  expect(fresh.level).toBe('act');
  expect(rolled.level).toBe('act');
  expect(Math.abs(rolled.onset - fresh.onset)).toBeLessThanOrEqual(minuteMs);
});

const stream = {
  signal: 'block',
  tenants: 12,
  watched: 160,
  healthyRate: 0.0005,
  feedbackMs: 3000,
  countsMs: 0,
} as const;

test.each([
  [1, 8],
  [10, 12],
])('at %s mails a second a block is found after at most %s failures', (mailsPerSecond, most) => {
  const found = [1, 2, 3].map((seed) =>
    findBreak({ ...stream, seed, mailsPerSecond }, { badRate: 1, withinMs: 10 * minuteMs }),
  );
  for (const one of found)
    expect(one?.failures ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(most);
});

test('counts that are seen a minute late raise no alarm', () => {
  const late = { ...stream, signal: 'deferral', healthyRate: 0.01, countsMs: minuteMs } as const;
  expect(countFalseAlarms({ ...late, seed: 1, mailsPerSecond: 50 }, { days: 0.003 })).toBe(0);
});
