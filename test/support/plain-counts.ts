import { bringsSignal } from '../../domain/evidence/maturity.ts';
import type { Counts, Failure, Region } from '../../domain/evidence/model.ts';
import {
  bucketStart,
  finestMs,
  isKeptSingly,
  keptSince,
  rolledStart,
} from '../../domain/evidence/roll-up.ts';
import type { SeriesQuery } from '../../domain/evidence/series.ts';
import { countForAll, groupOf, joinGroups, noGroups } from '../../domain/evidence/shared-count.ts';
import { isShared, isWithin } from '../../domain/evidence/within.ts';
import type { Step } from './book-steps.ts';

/** Returns what a book must answer after these steps, counted anew from each of them. */
export function plainCounts(steps: readonly Step[], query: Omit<SeriesQuery, 'rolledTo'>): Counts {
  const rolledTo = Math.max(0, ...steps.flatMap((step) => (step.do === 'roll' ? step.now : [])));
  const from = Math.max(bucketStart(query.since, finestMs), keptSince(rolledTo));
  const bucketOf = (at: number) => {
    const start = rolledStart(at, rolledTo);
    const isIn = start >= from && start < query.until;
    return isIn ? bucketStart(start, query.bucketMs) : undefined;
  };
  const sums = new Map<number, number>();
  const failures = new Map<number, Failure[]>();
  for (const step of steps) {
    if (step.do === 'roll') continue;
    const { origin } = step.do === 'fail' ? step.failure : step.sent;
    if (!isWithin({ origin }, query.region) || !bringsSignal(origin.provider, query.signal))
      continue;
    if (step.do === 'fail') {
      const bucket = isAsked(step.failure, query, rolledTo)
        ? query.region.ip === undefined
          ? bucketOf(step.failure.sentAt)
          : bucketStart(step.failure.sentAt, query.bucketMs)
        : undefined;
      if (bucket !== undefined)
        failures.set(bucket, [...(failures.get(bucket) ?? []), step.failure]);
    } else {
      const bucket = bucketOf(step.sent.at);
      const count = step.do === 'send' ? step.sent.count : -step.sent.count;
      if (bucket !== undefined) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
    }
  }
  const starts = [...new Set([...sums.keys(), ...failures.keys()])].sort((a, b) => a - b);
  const buckets = starts
    .map((start) => ({
      start,
      sent: Math.max(0, sums.get(start) ?? 0),
      failed: countOf(failures.get(start) ?? [], query),
    }))
    .filter(({ sent, failed }) => sent > 0 || failed > 0);
  return {
    starts: buckets.map(({ start }) => start),
    sent: buckets.map(({ sent }) => sent),
    failed: buckets.map(({ failed }) => failed),
  };
}

type Query = Omit<SeriesQuery, 'rolledTo'>;

/** Of an address, failures count while they are kept one by one, because only these say through which it was. */
function isAsked(failure: Failure, { region, signal, since, until }: Query, rolledTo: number) {
  if (failure.signal !== signal) return false;
  if (region.ip === undefined) return true;
  const isIn = failure.sentAt >= since && failure.sentAt < until;
  return isIn && failure.ip === region.ip && isKeptSingly(failure, rolledTo);
}

function countOf(failures: readonly Failure[], { region, signal }: Query): number {
  const isCapped = isShared(region) || region.ip !== undefined;
  return isCapped
    ? countForAll(signal, failures.map(groupOf).reduce(joinGroups, noGroups()))
    : failures.reduce((sum, { weight }) => sum + weight, 0);
}

/** Regions of every kind, some that share mail with others and one that has none. */
export const manyRegions: readonly Region[] = [
  {},
  { pool: 'a' },
  { provider: 'gmail' },
  { provider: 'yahoo' },
  { pool: 'a', provider: 'gmail' },
  { tenant: 'shop' },
  { tenant: 'shop', provider: 'yahoo' },
  { tenant: 'bank', pool: 'b', campaign: 'news' },
  { identity: 'shop.example', pool: 'b' },
  { campaign: 'news' },
  { tenant: 'nobody' },
  { ip: '192.0.2.1', pool: 'a' },
  { ip: '192.0.2.1', tenant: 'shop' },
];
