/** All values of a metric in one stretch of time, folded together. */
export type Aggregate = {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Value → how often it was seen, for percentiles. */
  readonly seen: Map<number, number>;
};

/** Distinct values that are kept as they are; more of them are kept with three significant digits. */
const exactValuesMax = 100;
const significantDigits = 3;

/** Returns an aggregate of nothing. */
export function emptyAggregate(): Aggregate {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    seen: new Map(),
  };
}

/** Adds a value that was seen so many times. */
export function addValue(into: Aggregate, value: number, times: number): void {
  into.count += times;
  into.sum += value * times;
  into.min = Math.min(into.min, value);
  into.max = Math.max(into.max, value);
  see(into, value, times);
}

/** Adds what was folded together already: a later or an earlier stretch of the same metric. */
export function addAggregate(into: Aggregate, other: Aggregate): void {
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
  for (const [value, times] of other.seen) see(into, value, times);
}

function see({ seen }: Aggregate, value: number, times: number): void {
  const isRoom = seen.has(value) || seen.size < exactValuesMax;
  const kept = isRoom ? value : Number(value.toPrecision(significantDigits));
  seen.set(kept, (seen.get(kept) ?? 0) + times);
}

const simple: Readonly<Record<string, (of: Aggregate) => number>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

const percentilePattern = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;

/** Returns whether this is a statistic the box computes: the five simple ones and percentiles (p99.9). */
export function isStatistic(text: string): boolean {
  return simple[text] !== undefined || percentilePattern.test(text);
}

/** Returns one statistic of an aggregate that has at least one value. */
export function statisticOf(of: Aggregate, statistic: string): number {
  const compute = simple[statistic];
  if (compute !== undefined) return compute(of);
  const [, percent] = percentilePattern.exec(statistic) ?? [];
  if (percent === undefined) {
    throw new Error(
      `statistic got ${statistic}, allowed are ${Object.keys(simple).join(', ')} and p0 to p100`,
    );
  }
  return percentile(of, Number(percent) / 100);
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
function percentile({ seen, count, max }: Aggregate, share: number): number {
  let passed = 0;
  for (const [value, times] of [...seen].sort(([one], [other]) => one - other)) {
    passed += times;
    if (passed >= share * count) return value;
  }
  return max;
}
