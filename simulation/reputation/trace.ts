/** Sums by ten minutes for a page: what was handed over and what failed, by pool and provider. */
export type Trace = {
  readonly handed: (pool: string, provider: string, count: number, now: number) => void;
  readonly failed: (pool: string, provider: string, count: number, now: number) => void;
  readonly waiting: (mails: number, now: number) => void;
  readonly series: () => TraceSeries;
};

export type TraceSeries = {
  readonly binMs: number;
  readonly startsAt: number;
  /** By `pool provider`: mails handed over in each bin, and those of them that failed. */
  readonly cells: readonly {
    readonly pool: string;
    readonly provider: string;
    readonly handed: readonly number[];
    readonly failed: readonly number[];
  }[];
  /** Mails kept back at the end of each bin. */
  readonly waiting: readonly number[];
};

const binMs = 600_000;

/** Creates an empty trace. */
export function createTrace(startsAt: number): Trace {
  const cells = new Map<
    string,
    { pool: string; provider: string; handed: number[]; failed: number[] }
  >();
  const waiting: number[] = [];
  const binOf = (now: number) => Math.floor((now - startsAt) / binMs);
  const cellOf = (pool: string, provider: string) => {
    const key = `${pool} ${provider}`;
    const cell = cells.get(key) ?? { pool, provider, handed: [], failed: [] };
    cells.set(key, cell);
    return cell;
  };
  const add = (to: number[], count: number, now: number) => {
    const bin = binOf(now);
    while (to.length <= bin) to.push(0);
    to[bin] = (to[bin] ?? 0) + count;
  };
  return {
    handed: (pool, provider, count, now) => add(cellOf(pool, provider).handed, count, now),
    failed: (pool, provider, count, now) => add(cellOf(pool, provider).failed, count, now),
    waiting: (mails, now) => {
      const bin = binOf(now);
      while (waiting.length <= bin) waiting.push(0);
      waiting[bin] = mails;
    },
    series: () => ({ binMs, startsAt, cells: [...cells.values()], waiting }),
  };
}
