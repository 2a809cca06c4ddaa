/** A fixed number of tasks at once. */
export type Lanes = {
  /** Waits for a free lane, then starts the task and returns; the task must not throw. */
  readonly start: (task: () => Promise<void>) => Promise<void>;
  /** Waits until no task is under way. */
  readonly idle: () => Promise<void>;
};

/** Returns `count` lanes. */
export function createLanes(count: number): Lanes {
  const underWay = new Set<Promise<void>>();
  return {
    start: async (task) => {
      while (underWay.size >= count) await Promise.race(underWay);
      const running = task().finally(() => underWay.delete(running));
      underWay.add(running);
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
