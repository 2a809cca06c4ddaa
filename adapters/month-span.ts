import { dayMs, type EpochMs, epochMs } from '../domain/time.ts';

/** Returns every month (YYYY-MM) that has a part of the time between, as the evidence table's partitions are named. */
export function monthsBetween(since: EpochMs, until: EpochMs): readonly string[] {
  const months = new Set<string>();
  for (let at = since; at < until; at = epochMs(at + dayMs)) months.add(monthOf(at));
  months.add(monthOf(until));
  return [...months];
}

function monthOf(at: EpochMs): string {
  return new Date(at).toISOString().slice(0, 7);
}
