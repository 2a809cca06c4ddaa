import { lnAlarmLevel } from '../../domain/evidence/judge.ts';
import { hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { countFalseAlarms, type Found, findBreak, type Stream } from './evidence-runs.ts';
import { number, type Section, table } from './section.ts';

/** Forty pools at four providers. */
const watched = 160;

const stream: Omit<Stream, 'seed' | 'mailsPerSecond'> = {
  signal: 'block',
  tenants: 12,
  watched,
  healthyRate: 0.0005,
  feedbackMs: 3 * secondMs,
  countsMs: 0,
};

const runs = 200;

/** Breaks to find: how bad, at what pace, and after how many failures at most. */
const breaks = [
  { name: 'all fail', badRate: 1, mailsPerSecond: 0.3, share: 0.95, most: 8 },
  { name: 'all fail', badRate: 1, mailsPerSecond: 1, share: 0.95, most: 8 },
  { name: 'all fail', badRate: 1, mailsPerSecond: 3, share: 0.95, most: 8 },
  { name: 'all fail', badRate: 1, mailsPerSecond: 10, share: 0.95, most: 10 },
  { name: 'all fail', badRate: 1, mailsPerSecond: 50, share: 0.95, most: 16 },
  { name: '5 × tolerated', badRate: 0.01, mailsPerSecond: 0.3, share: 0.5, most: 40 },
  { name: '5 × tolerated', badRate: 0.01, mailsPerSecond: 3, share: 0.5, most: 40 },
  { name: '5 × tolerated', badRate: 0.01, mailsPerSecond: 10, share: 0.5, most: 40 },
  { name: '5 × tolerated', badRate: 0.01, mailsPerSecond: 50, share: 0.5, most: 40 },
] as const;

/** Streams that are well: none may raise an alarm. */
const healthy = [
  { name: 'counts 60 s late', countsMs: minuteMs, signal: 'block', healthyRate: 0.0005, days: 1 },
  {
    name: 'counts 60 s late',
    countsMs: minuteMs,
    signal: 'deferral',
    healthyRate: 0.01,
    days: 0.25,
  },
  {
    name: 'counts 60 s late, campaigns of 5 min',
    countsMs: minuteMs,
    signal: 'deferral',
    healthyRate: 0.01,
    days: 0.25,
    burstMs: 5 * minuteMs,
  },
  {
    name: 'counts 10 s late',
    countsMs: 10 * secondMs,
    signal: 'deferral',
    healthyRate: 0.01,
    days: 0.25,
  },
  { name: 'at the tolerated rate', countsMs: 0, signal: 'block', healthyRate: 0.002, days: 1 },
] as const;
const healthySeeds = 4;

/** Measures how soon the evidence acts, and how often it is wrong. */
export function measureEvidence(onProgress: (text: string) => void): Section {
  const found = breaks.map((one) => {
    onProgress(`evidence: ${one.name} at ${one.mailsPerSecond} a second`);
    return { ...one, ...find(one) };
  });
  const alarms = healthy.map(({ name, days, ...change }) => {
    onProgress(`evidence: ${name}, ${change.signal}`);
    return { name, days, ...change, alarms: falseAlarms({ ...stream, ...change }, days) };
  });
  return {
    title: 'Evidence',
    method: `One pool at one provider, mail by mail with random gaps, after a healthy day (0.05 % blocks, tolerated 0.2 %); news of a failure comes after 3 s, the break begins anywhere in a minute. The alarm level is that of production: ${watched} regions watched, two false alarms a month over all signals (ln A = ${number(lnAlarmLevel({ signal: 'block', watched }), 1)}). Counted are failures that were heard, ${runs} runs a row. Healthy streams send 50 mails a second; a run ends with its first alarm.`,
    promises: [
      ...found.map(({ name, mailsPerSecond, share, most, quantile, missed }) => ({
        promise: `${name} at ${mailsPerSecond}/s: ${share === 0.5 ? 'median' : 'p95'} ≤ ${most} failures`,
        measured: missed === 0 ? `${quantile}` : `${quantile}, ${missed} not found`,
        kept: missed === 0 && quantile <= most,
      })),
      ...alarms.map((one) => ({
        promise: `${one.name} (${one.signal} at ${number(one.healthyRate * 100, 2)} %): no alarm in ${healthySeeds * one.days * 24} h`,
        measured: `${one.alarms}`,
        kept: one.alarms === 0,
      })),
    ],
    body: table(
      ['break', 'mails/s', 'median failures', 'p95', 'most', 'median seconds'],
      found.map(({ name, mailsPerSecond, median, p95, max, medianSeconds }) => [
        name,
        mailsPerSecond,
        median,
        p95,
        max,
        number(medianSeconds, 1),
      ]),
    ),
    data: { found, alarms },
  };
}

function find({ badRate, mailsPerSecond, share }: (typeof breaks)[number]) {
  const all = Array.from({ length: runs }, (_, seed) =>
    findBreak({ ...stream, seed, mailsPerSecond }, { badRate, withinMs: 12 * hourMs }),
  );
  const found = all.filter((one) => one !== undefined);
  const failures = (at: number) => quantileOf(found, at, (one) => one.failures);
  return {
    quantile: failures(share),
    median: failures(0.5),
    p95: failures(0.95),
    max: failures(1),
    medianSeconds: quantileOf(found, 0.5, ({ seconds }) => seconds),
    missed: runs - found.length,
  };
}

function falseAlarms(about: Omit<Stream, 'seed' | 'mailsPerSecond'>, days: number): number {
  const alarms = Array.from({ length: healthySeeds }, (_, seed) =>
    countFalseAlarms({ ...about, seed, mailsPerSecond: 50 }, { days }),
  );
  return alarms.reduce((sum, count) => sum + count, 0);
}

function quantileOf(found: readonly Found[], share: number, of: (one: Found) => number): number {
  const sorted = found.map(of).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
