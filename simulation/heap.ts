/** A priority queue: what comes first by `before` leaves first. */
export type Heap<T> = {
  readonly push: (one: T) => void;
  readonly pop: () => T | undefined;
  readonly peek: () => T | undefined;
  readonly size: () => number;
};

/** Returns an empty binary heap; `before` must order any two elements the same way every time. */
export function createHeap<T>(before: (one: T, other: T) => boolean): Heap<T> {
  const tree: T[] = [];
  const isBefore = (one: number, other: number): boolean => {
    const [left, right] = [tree[one], tree[other]];
    return left !== undefined && right !== undefined && before(left, right);
  };
  const swap = (one: number, other: number): void => {
    const [left, right] = [tree[one], tree[other]];
    if (left === undefined || right === undefined) return;
    tree[one] = right;
    tree[other] = left;
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const first = isBefore(right, left) ? right : left;
      if (!isBefore(first, at)) return;
      swap(first, at);
      at = first;
    }
  };
  return {
    push: (one) => rise(tree.push(one) - 1),
    pop: () => {
      const first = tree[0];
      const last = tree.pop();
      if (last === undefined || tree.length === 0) return first;
      tree[0] = last;
      sink();
      return first;
    },
    peek: () => tree[0],
    size: () => tree.length,
  };
}
