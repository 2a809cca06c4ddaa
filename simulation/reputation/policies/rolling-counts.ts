/** Counts over a window that rolls by minutes; the newest minutes count, whenever mail was sent. */
export type RollingCounts = {
  readonly add: (key: string, count: number, now: number) => void;
  /** Sum of the last `windowMs`. */
  readonly sum: (key: string, windowMs: number, now: number) => number;
  readonly keys: () => Iterable<string>;
};

const minuteMs = 60_000;

/** Creates empty counts that forget what is older than `keptMs`; bins of `binMs`. */
export function createRollingCounts(keptMs: number, binMs = minuteMs): RollingCounts {
  const bins = new Map<string, { readonly at: number; count: number }[]>();
  return {
    add: (key, count, now) => {
      const at = Math.floor(now / binMs);
      const mine = bins.get(key);
      if (mine === undefined) {
        bins.set(key, [{ at, count }]);
        return;
      }
      const last = mine.at(-1);
      if (last && last.at === at) last.count += count;
      else mine.push({ at, count });
      while ((mine[0]?.at ?? at) < at - keptMs / binMs) mine.shift();
    },
    sum: (key, windowMs, now) => {
      const first = Math.floor((now - windowMs) / binMs);
      let total = 0;
      const mine = bins.get(key) ?? [];
      for (let index = mine.length - 1; index >= 0; index -= 1) {
        const bin = mine[index];
        if (bin === undefined || bin.at <= first) break;
        total += bin.count;
      }
      return total;
    },
    keys: () => bins.keys(),
  };
}
