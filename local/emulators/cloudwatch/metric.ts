/** What a metric is told apart by; dimensions by name, in no order. */
export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
};

/** Values of one metric at one instant, as they are handed in. */
export type Measurement = {
  readonly metric: Metric;
  /** @default now */
  readonly atMs?: number;
  readonly values: readonly number[];
  /** How often each value was seen, in the order of `values`. @default once each */
  readonly counts?: readonly number[];
};

/** Takes measurements from whoever measures. */
export type Measure = (measurement: Measurement) => void;

/** Whoever measures often does so with one object, whose text need not be made each time. */
const keys = new WeakMap<Metric, string>();

/** Returns a text that is the same for the same metric, whatever the order of its dimensions. */
export function metricKey(metric: Metric): string {
  const known = keys.get(metric);
  if (known !== undefined) return known;
  const { namespace, name, dimensions } = metric;
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  const key = JSON.stringify([namespace, name, sorted]);
  keys.set(metric, key);
  return key;
}
