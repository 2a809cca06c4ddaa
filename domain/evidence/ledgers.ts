/** The ledgers of regions that were asked for lately. */

import { createLedger, type Ledger } from './ledger.ts';
import type { Dimension, Origin, Region } from './model.ts';
import { dimensions } from './model.ts';

export type Ledgers = {
  /** Returns the ledger of a region where it is kept, and notes that it was asked for. */
  readonly find: (region: Region) => Ledger | undefined;
  /** Keeps a new ledger for a region; returns it, and the one that had to go for it. */
  readonly open: (region: Region) => { readonly opened: Ledger; readonly closed?: Ledger };
  /** Every kept ledger that the mail of an origin belongs to. */
  readonly holding: (origin: Origin) => readonly Ledger[];
  readonly all: () => Iterable<Ledger>;
};

/** Returns no ledgers yet, and never more than `most`: the one that was not asked for longest goes first. */
export function createLedgers(most: number): Ledgers {
  const byKey = new Map<string, Ledger>();
  /** Which dimensions the regions have: only so many names must be looked up for a new origin. */
  const kinds = new Map<string, readonly Dimension[]>();
  let last: Ledger | undefined;
  return {
    find: (region) => {
      if (last?.region === region) return last;
      const key = keyOf(region, dimensions);
      const known = byKey.get(key);
      if (known === undefined) return undefined;
      byKey.delete(key);
      byKey.set(key, known);
      last = known;
      return known;
    },
    open: (region) => {
      const opened = createLedger(region);
      byKey.set(keyOf(region, dimensions), opened);
      const kind = dimensions.filter((name) => region[name] !== undefined);
      kinds.set(kind.join(' '), kind);
      const [oldest] = byKey;
      if (byKey.size <= most || oldest === undefined) return { opened };
      byKey.delete(oldest[0]);
      if (last === oldest[1]) last = undefined;
      return { opened, closed: oldest[1] };
    },
    holding: (origin) =>
      [...kinds.values()].flatMap((kind) => byKey.get(keyOf(origin, kind)) ?? []),
    all: () => byKey.values(),
  };
}

function keyOf(names: Region, kind: readonly Dimension[]): string {
  let key = '';
  for (const name of kind) {
    const value = names[name];
    if (value !== undefined) key += `${name} ${value}\n`;
  }
  return key;
}
