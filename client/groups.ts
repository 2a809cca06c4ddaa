import { batchLimits } from './queue-batch.ts';

/** Requests that wait for company, one group a stream. */
export type Groups<T> = {
  /** Adds one and returns the group that is thereby full, if any. */
  readonly add: (item: T) => readonly T[] | undefined;
  /** Returns every group that is not empty and forgets it. */
  readonly flush: () => readonly (readonly T[])[];
};

/** Returns groups that never exceed what SQS takes in one call: ten messages and 1 MiB together. */
export function createGroups<
  T extends { readonly stream: string; readonly bytes: number },
>(): Groups<T> {
  const groups = new Map<string, T[]>();
  return {
    add: (item) => {
      const group = groups.get(item.stream) ?? [];
      const bytes = group.reduce((sum, each) => sum + each.bytes, 0);
      if (group.length > 0 && bytes + item.bytes > batchLimits.bytes) {
        groups.set(item.stream, [item]);
        return group;
      }
      group.push(item);
      if (group.length < batchLimits.messages) {
        groups.set(item.stream, group);
        return undefined;
      }
      groups.delete(item.stream);
      return group;
    },
    flush: () => {
      const all = [...groups.values()];
      groups.clear();
      return all;
    },
  };
}
