/** Things that hold until an instant, by name. */
export type Spans<T> = {
  /** Holds from now on, in place of what held under this name. */
  readonly set: (name: string, until: number, value: T) => void;
  readonly at: (name: string, at: number) => T | undefined;
  readonly remove: (name: string) => void;
};

/** Returns an empty set of spans. */
export function createSpans<T>(): Spans<T> {
  const spans = new Map<string, { readonly until: number; readonly value: T }>();
  return {
    set: (name, until, value) => {
      spans.set(name, { until, value });
    },
    at: (name, at) => {
      if (spans.size === 0) return undefined;
      const span = spans.get(name);
      return span !== undefined && at < span.until ? span.value : undefined;
    },
    remove: (name) => {
      spans.delete(name);
    },
  };
}
