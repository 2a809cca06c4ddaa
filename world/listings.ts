import { blocklistOf } from './blocklists.ts';

/** What stands on lists. */
export type Listings = {
  /** Enters a name from an instant on; a name that stands already stays longer. */
  readonly enter: (name: string, list: string, from: number, forMs?: number) => void;
  /** Lists that name it at an instant. */
  readonly of: (name: string, at: number) => readonly string[];
  /** Takes a name off all lists. */
  readonly remove: (name: string) => void;
};

type Entry = { readonly list: string; readonly from: number; readonly until: number };

const none: readonly string[] = [];

/** Returns empty lists. */
export function createListings(): Listings {
  const entries = new Map<string, readonly Entry[]>();
  return {
    enter: (name, list, from, forMs = blocklistOf(list).staysMs) => {
      const standing = entries.get(name) ?? [];
      const same = standing.find((one) => one.list === list && one.until >= from);
      const entry = {
        list,
        from: Math.min(from, same?.from ?? from),
        until: Math.max(from + forMs, same?.until ?? 0),
      };
      entries.set(name, [...standing.filter((one) => one !== same), entry]);
    },
    of: (name, at) => {
      const known = entries.get(name);
      if (known === undefined) return none;
      return known.filter(({ from, until }) => from <= at && at < until).map(({ list }) => list);
    },
    remove: (name) => {
      entries.delete(name);
    },
  };
}
