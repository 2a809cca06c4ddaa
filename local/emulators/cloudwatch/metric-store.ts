import { type Aggregate, addAggregate, addValue, emptyAggregate } from './aggregate.ts';
import { type Measurement, type Metric, metricKey } from './metric.ts';

type Bucket = Aggregate & { startMs: number };

type Series = {
  readonly metric: Metric;
  /** Oldest first; recent ones are short, older ones a minute long. */
  readonly buckets: Bucket[];
};

const longMs = 60_000;
/** Age from which only whole minutes are kept. */
const shortKeptMs = 15 * 60_000;
/** Age from which nothing is kept; AWS keeps 15 months. */
const keptMs = 24 * 3_600_000;
const seriesMax = 5_000;

/**
 * Metrics in memory: in short steps for a quarter of an hour, then in whole minutes for a day. Beyond
 * 5,000 metrics a new one is not kept.
 */
export class MetricStore {
  readonly #series = new Map<string, Series>();
  readonly #shortMs: () => number;

  /** `shortMs` is the length of the short steps from now on. */
  constructor(shortMs: () => number) {
    this.#shortMs = shortMs;
  }

  /** Adds a measurement; one of more than a day ago is not kept. */
  add(measurement: Measurement, nowMs: number): void {
    const { metric, atMs = nowMs, values, counts } = measurement;
    if (atMs < nowMs - keptMs || !Number.isFinite(atMs)) return;
    const series = this.#seriesOf(metric);
    if (series === undefined) return;
    const stepMs = atMs < nowMs - shortKeptMs ? longMs : this.#shortMs();
    const bucket = bucketAt(series.buckets, Math.floor(atMs / stepMs) * stepMs);
    values.forEach((value, index) => {
      const times = counts?.[index] ?? 1;
      if (Number.isFinite(value) && times > 0) addValue(bucket, value, times);
    });
  }

  /** Returns all values of a metric from one instant until before another; none when there are none. */
  read(metric: Metric, fromMs: number, untilMs: number): Aggregate | undefined {
    const buckets = this.#series.get(metricKey(metric))?.buckets ?? [];
    let whole: Aggregate | undefined;
    for (let index = firstFrom(buckets, fromMs); index < buckets.length; index += 1) {
      const bucket = buckets[index];
      if (bucket === undefined || bucket.startMs >= untilMs) break;
      if (bucket.count === 0) continue;
      whole ??= emptyAggregate();
      addAggregate(whole, bucket);
    }
    return whole;
  }

  /** Returns every metric that has a value. */
  list(): readonly Metric[] {
    return [...this.#series.values()].map(({ metric }) => metric);
  }

  /** Folds what is no longer recent into whole minutes and forgets what is more than a day old. */
  compact(nowMs: number): void {
    for (const [key, { buckets }] of this.#series) {
      const kept: Bucket[] = [];
      for (const bucket of buckets) {
        if (bucket.startMs < nowMs - keptMs) continue;
        if (bucket.startMs >= nowMs - shortKeptMs) kept.push(bucket);
        else addAggregate(bucketAt(kept, Math.floor(bucket.startMs / longMs) * longMs), bucket);
      }
      if (kept.length === 0) this.#series.delete(key);
      else buckets.splice(0, buckets.length, ...kept);
    }
  }

  #seriesOf(metric: Metric): Series | undefined {
    const key = metricKey(metric);
    const known = this.#series.get(key);
    if (known !== undefined || this.#series.size >= seriesMax) return known;
    const series = { metric, buckets: [] };
    this.#series.set(key, series);
    return series;
  }
}

/** Nearly every measurement belongs to the last bucket, or to a new one behind it. */
function bucketAt(buckets: Bucket[], startMs: number): Bucket {
  let index = buckets.length;
  while (index > 0 && (buckets[index - 1]?.startMs ?? 0) > startMs) index -= 1;
  const before = buckets[index - 1];
  if (before?.startMs === startMs) return before;
  const bucket = { ...emptyAggregate(), startMs };
  buckets.splice(index, 0, bucket);
  return bucket;
}

function firstFrom(buckets: readonly Bucket[], fromMs: number): number {
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.startMs ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
