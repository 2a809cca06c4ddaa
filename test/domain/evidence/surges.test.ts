import { describe, expect, test } from 'vitest';
import { createBook } from '../../../domain/evidence/book.ts';
import type { EvidenceBook } from '../../../domain/evidence/model.ts';
import { judgeSurge, surgeSince, toleratedOfDoing } from '../../../domain/evidence/surges.ts';
import { type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { diceFor } from '../../../simulation/dice.ts';
import { binomial } from '../../../world/dice.ts';
import { atSecond, failure, midnight, origin, sent } from '../../support/evidence-book.ts';

const tickMs = 10 * secondMs;
const begins = epochMs(midnight + 12 * hourMs);
const at = (ms: number) => epochMs(begins + ms);

/** Half a day of six mails a minute. */
function bookOf({ since = midnight }: { readonly since?: EpochMs } = {}): EvidenceBook {
  const book = createBook();
  for (let time: number = since; time < begins; time += minuteMs)
    book.addSent(sent(6, epochMs(time)));
  return book;
}

/** Sends so many mails each ten seconds until an instant, not included. */
function send(book: EvidenceBook, count: number, untilMs: number): void {
  for (let time = 0; time < untilMs; time += tickMs) book.addSent(sent(count, at(time)));
}

let keys = 0;
function fail(book: EvidenceBook, count: number, over: Parameters<typeof failure>[2] = {}): void {
  for (let index = 0; index < count; index += 1) {
    keys += 1;
    book.addFailure(failure(`surge ${keys}`, at(0), { signal: 'content', ...over }));
  }
}

const judged = (book: EvidenceBook, now: EpochMs, watched = 500) =>
  judgeSurge(book, {
    tenant: 'shop',
    since: begins,
    now,
    watched,
    normalOf: () => 0.002,
  });

describe('a surge', () => {
  test('begins with the first mails that are far more than ever', () => {
    const book = bookOf();
    send(book, 20, 30 * secondMs);
    expect(surgeSince(book, 'shop', at(25 * secondMs))).toBe(begins);
  });

  test('is none at twice the usual pace, nor for the mail of others', () => {
    const book = bookOf();
    send(book, 2, 5 * minuteMs);
    book.addSent(sent(500, begins, { tenant: 'bank' }));
    expect(surgeSince(book, 'shop', at(5 * minuteMs))).toBeUndefined();
  });

  test('is none where the account has as busy an hour behind it', () => {
    const book = bookOf();
    for (let time = 0; time < hourMs; time += tickMs)
      book.addSent(sent(10, epochMs(midnight + time)));
    send(book, 20, minuteMs);
    expect(surgeSince(book, 'shop', at(minuteMs))).toBeUndefined();
  });

  test('is none of an account that has no usual pace yet', () => {
    const book = bookOf({ since: epochMs(begins - 10 * minuteMs) });
    send(book, 20, minuteMs);
    expect(surgeSince(book, 'shop', at(minuteMs))).toBeUndefined();
  });

  test('is over when the pace is usual again, and new for ten minutes only', () => {
    const short = bookOf();
    send(short, 8, 20 * secondMs);
    expect(surgeSince(short, 'shop', at(15 * secondMs))).toBe(begins);
    expect(surgeSince(short, 'shop', at(3 * minuteMs))).toBeUndefined();
    const long = bookOf();
    send(long, 20, 12 * minuteMs);
    expect(surgeSince(long, 'shop', at(9 * minuteMs))).toBe(begins);
    expect(surgeSince(long, 'shop', at(12 * minuteMs))).toBeUndefined();
  });
});

describe('the mail of a surge', () => {
  test('is weighed by all that a sender does, together', () => {
    const book = bookOf();
    send(book, 9, tickMs);
    fail(book, 1);
    expect(judged(book, at(tickMs)).level).toBe('quiet');
    fail(book, 2, { signal: 'hard-bounce', reason: 'invalid-recipient' });
    expect(judged(book, at(tickMs))).toMatchObject({
      level: 'degrade',
      signal: 'hard-bounce',
      signals: ['hard-bounce', 'content', 'domain'],
      onset: begins,
      sent: 9,
      failed: 3,
    });
    fail(book, 4);
    expect(judged(book, at(tickMs)).level).toBe('act');
  });

  test('says nothing of the sender where a pool is blocked or a provider in trouble', () => {
    const book = bookOf();
    send(book, 9, tickMs);
    fail(book, 9, { signal: 'block', reason: 'block-ip-reputation' });
    fail(book, 9, { signal: 'outage', reason: 'server-error' });
    expect(judged(book, at(tickMs)).level).toBe('quiet');
  });

  test('needs more to act where more senders are watched, and never less than to wait', () => {
    const book = bookOf();
    const threshold = (watched: number) => judged(book, at(tickMs), watched).lnThreshold;
    expect(threshold(50_000)).toBeCloseTo(threshold(500) + Math.log(100), 10);
    expect(threshold(1)).toBeCloseTo(Math.log(50), 10);
  });

  test('is found in nearly all surges that fail as a stolen account does', () => {
    const runs = Array.from({ length: 100 }, (_, seed) => seed);
    const found = runs.filter((seed) => levelsOf({ seed, rate: 0.25, countsMs: 0 }).has('act'));
    expect(found.length).toBeGreaterThanOrEqual(99);
  });

  test.each([
    { share: 1, slow: 0, most: 8 },
    { share: 0.5, slow: 0, most: 2 },
    { share: 0.5, slow: minuteMs, most: 2 },
  ])(
    'waits in at most $most of 400 surges at $share of the tolerated rate, counts $slow ms late',
    ({ share, slow, most }) => {
      const rate = share * toleratedOfDoing(() => undefined);
      let waits = 0;
      let acts = 0;
      for (let seed = 0; seed < 400; seed += 1) {
        const levels = levelsOf({ seed, rate, countsMs: slow });
        if (levels.has('degrade') || levels.has('act')) waits += 1;
        if (levels.has('act')) acts += 1;
      }
      expect(waits).toBeLessThanOrEqual(most);
      expect(acts).toBe(0);
    },
  );
});

/** Levels in ten minutes of eight mails each ten seconds, looked at whenever something failed, answers at once. */
function levelsOf(run: {
  readonly seed: number;
  readonly rate: number;
  readonly countsMs: number;
}): ReadonlySet<string> {
  const draw = diceFor(run.seed, 'surge');
  const book = bookOf({ since: epochMs(begins - 90 * minuteMs) });
  const levels = new Set<string>();
  for (let time = 0; time < 10 * minuteMs; time += tickMs) {
    if (time >= run.countsMs) book.addSent(sent(8, at(time - run.countsMs)));
    const failed = binomial(draw, 8, run.rate);
    for (let index = 0; index < failed; index += 1)
      book.addFailure(failure(`${run.seed} ${time} ${index}`, at(time), { signal: 'content' }));
    const now = at(time + secondMs);
    const since = failed > 0 ? surgeSince(book, 'shop', now) : undefined;
    if (since === undefined) continue;
    const question = { tenant: 'shop', since, now, watched: 500, normalOf: () => undefined };
    levels.add(judgeSurge(book, question).level);
  }
  return levels;
}

test('an account at its busiest pace is hardly ever taken for a surge', () => {
  const draw = diceFor(7, 'pace');
  const book = createBook();
  let surges = 0;
  let looks = 0;
  for (let time = 0; time < 20 * hourMs; time += tickMs) {
    const now = atSecond(time / secondMs);
    // Half a mail each ten seconds, at random.
    const count = binomial(draw, 50, 0.01);
    if (count > 0) book.addSent({ origin, at: now, count });
    if (time % minuteMs === 0) book.rollUp(now);
    if (time < 4 * hourMs) continue;
    looks += 1;
    if (surgeSince(book, 'shop', now) !== undefined) surges += 1;
  }
  expect(surges / looks).toBeLessThan(0.001);
});
