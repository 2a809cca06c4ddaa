/** One pool at one provider, mail by mail: how many failures are heard until the evidence acts. */
import type { Signal } from '../../domain/classification/reasons.ts';
import { createBook } from '../../domain/evidence/book.ts';
import { judge } from '../../domain/evidence/judge.ts';
import type { EvidenceBook, Failure, Origin, Sent } from '../../domain/evidence/model.ts';
import { bucketStart, finestMs } from '../../domain/evidence/roll-up.ts';
import { dayMs, type EpochMs, epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { Draw } from '../../local/emulators/ses/dice.ts';
import { diceFor } from '../../simulation/dice.ts';

/** What one run is about. */
export type Stream = {
  readonly seed: number;
  readonly signal: Signal;
  readonly mailsPerSecond: number;
  readonly tenants: number;
  /** Regions that are watched, this one among them. */
  readonly watched: number;
  /** Rate of failures while nothing is wrong, 0..1. */
  readonly healthyRate: number;
  /** How long after a failing mail we hear of it. */
  readonly feedbackMs: number;
  /** How long after a mail it is seen in the counts. */
  readonly countsMs: number;
  /** Mail leaves in every second of these periods only, as campaigns do; absent: all the time. */
  readonly burstMs?: number;
};

/** How a break was found. */
export type Found = {
  /** Failures heard, of mail sent since the break, until it acted. */
  readonly failures: number;
  readonly seconds: number;
};

const region = { pool: 'a', provider: 'gmail' };
const startMs = Date.UTC(2026, 10, 21);

/** Returns when a break is found that begins anywhere in a minute after a healthy day; undefined where it is not. */
export function findBreak(
  stream: Stream,
  { badRate, withinMs }: { readonly badRate: number; readonly withinMs: number },
): Found | undefined {
  const draw = diceFor(stream.seed, 'evidence');
  const book = createBook();
  addPast(book, stream, draw);
  const breakAt = startMs + minuteMs * (1 + draw());
  const rateAt = (at: number) => (at >= breakAt ? badRate : stream.healthyRate);
  let failures = 0;
  for (const { at, failure, sent } of newsOf(stream, {
    untilMs: breakAt + withinMs,
    rateAt,
    draw,
  })) {
    if (sent !== undefined) book.addSent(sent);
    if (failure === undefined) continue;
    book.addFailure(failure);
    if (failure.sentAt < breakAt) continue;
    failures += 1;
    if (acts(book, stream, at)) return { failures, seconds: (at - breakAt) / secondMs };
  }
  return undefined;
}

/** Returns how often a stream that is never worse than its healthy rate raises an alarm; each ends its run. */
export function countFalseAlarms(stream: Stream, { days }: { readonly days: number }): number {
  const book = createBook();
  const draw = diceFor(stream.seed, 'evidence');
  addPast(book, stream, draw);
  const rateAt = () => stream.healthyRate;
  for (const { at, failure, sent } of newsOf(stream, {
    untilMs: startMs + days * dayMs,
    rateAt,
    draw,
  })) {
    if (sent !== undefined) book.addSent(sent);
    if (failure === undefined) continue;
    book.addFailure(failure);
    book.rollUp(at);
    if (acts(book, stream, at)) return 1;
  }
  return 0;
}

function acts(book: EvidenceBook, { signal, watched }: Stream, now: EpochMs): boolean {
  return judge(book, { region, signal, now, watched }).level === 'act';
}

type News = { readonly at: EpochMs; readonly sent?: Sent; readonly failure?: Failure };

type Course = {
  readonly untilMs: number;
  readonly rateAt: (at: number) => number;
  readonly draw: Draw;
};

/** Mails at random distances, as news in the order in which we learn of them. */
function* newsOf(stream: Stream, { untilMs, rateAt, draw }: Course): Iterable<News> {
  const origins = originsOf(stream);
  const counts: News[] = [];
  const failures: News[] = [];
  for (let at = startMs, mail = 0; at < untilMs; mail += 1) {
    at += (-Math.log(1 - draw()) * secondMs) / stream.mailsPerSecond;
    yield* due(counts, failures, at);
    const origin = origins[Math.floor(draw() * origins.length)];
    if (origin === undefined || isIdle(stream, at)) continue;
    const sentAt = epochMs(at);
    counts.push({ at: epochMs(at + stream.countsMs), sent: { origin, at: sentAt, count: 1 } });
    if (draw() >= rateAt(at)) continue;
    const heardAt = epochMs(at + stream.feedbackMs);
    failures.push({ at: heardAt, failure: failureOf(stream, { origin, sentAt, heardAt, mail }) });
  }
}

function isIdle({ burstMs }: Stream, at: number): boolean {
  return burstMs !== undefined && Math.floor(at / burstMs) % 2 === 1;
}

/** Takes out what is known by now; what came at the same time is counted before it fails. */
function* due(counts: News[], failures: News[], now: number): Iterable<News> {
  for (;;) {
    const count = counts[0];
    const failure = failures[0];
    const isCountFirst = (count?.at ?? now) <= (failure?.at ?? now);
    const next = isCountFirst ? count : failure;
    if (next === undefined || next.at > now) return;
    (isCountFirst ? counts : failures).shift();
    yield next;
  }
}

/** A healthy day, in buckets. */
function addPast(book: EvidenceBook, stream: Stream, draw: Draw): void {
  const origins = originsOf(stream);
  const mails = (stream.mailsPerSecond * finestMs) / secondMs;
  for (let at = bucketStart(startMs - dayMs, finestMs), index = 0; at < startMs; index += 1) {
    const origin = origins[index % origins.length];
    if (origin === undefined) return;
    const count = Math.floor(mails + draw());
    if (count > 0) book.addSent({ origin, at, count });
    for (let mail = 0; mail < count; mail += 1)
      if (draw() < stream.healthyRate)
        book.addFailure(failureOf(stream, { origin, sentAt: at, heardAt: at, mail: -mail }));
    at = epochMs(at + finestMs);
  }
}

function originsOf({ tenants }: Stream): readonly Origin[] {
  return Array.from({ length: tenants }, (_, index) => ({
    tenant: `t${index}`,
    identity: `t${index}.example`,
    stream: 'transactional',
    campaign: '',
    ...region,
  }));
}

function failureOf(
  { signal }: Stream,
  { mail, ...rest }: Pick<Failure, 'origin' | 'sentAt' | 'heardAt'> & { readonly mail: number },
): Failure {
  return {
    ...rest,
    key: `${rest.sentAt} ${mail}`,
    signal,
    reason: 'block-ip-reputation',
    weight: 1,
    recipientDomain: 'gmail.com',
    vouched: true,
  };
}
