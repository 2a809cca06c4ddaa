/** Failures in the order in which they were heard, so that the newest are found at once. */
import type { EpochMs } from '../time.ts';
import type { Failure } from './model.ts';
import { isKeptSingly } from './roll-up.ts';

export type Heard = {
  readonly add: (failure: Failure) => void;
  /** Puts earlier news of the same failure in its place. */
  readonly replace: (before: Failure, after: Failure) => void;
  /** Returns what was heard after an instant. */
  readonly after: (instant: EpochMs) => Failure[];
  /** Forgets what is not kept by itself any more. */
  readonly forget: (rolledTo: EpochMs) => void;
};

/** Returns an empty list. */
export function createHeard(): Heard {
  let list: Failure[] = [];
  /** News mostly comes in order, so its place is near the end. */
  const placeAfter = (instant: number): number => {
    let place = list.length;
    while (place > 0 && (list[place - 1]?.heardAt ?? 0) > instant) place -= 1;
    return place;
  };
  const add = (failure: Failure) => list.splice(placeAfter(failure.heardAt), 0, failure);
  return {
    add,
    replace: (before, after) => {
      list.splice(list.lastIndexOf(before), 1);
      add(after);
    },
    after: (instant) => list.slice(placeAfter(instant)),
    forget: (rolledTo) => {
      list = list.filter((failure) => isKeptSingly(failure, rolledTo));
    },
  };
}
