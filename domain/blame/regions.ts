import { type Dimension, dimensions, type Origin, type Region } from '../evidence/model.ts';
import { holdsOrigin } from '../evidence/within.ts';

/** Returns a text that is the same for the same region and for no other. */
export function regionKey(region: Region): string {
  let key = '';
  for (const dimension of dimensions) key += keyed(region[dimension]);
  return key;
}

/** Returns a text that is the same for the same origin and for no other. */
export function originKey(origin: Origin): string {
  const { tenant, identity, stream, pool, provider, campaign } = origin;
  return [tenant, identity, stream, pool, provider, campaign].map(keyed).join('');
}

/** Returns whether mail of an origin lies in a region, its address left aside: no mail is known by it. */
export function covers(region: Region, origin: Origin): boolean {
  return holdsOrigin(region, origin);
}

/** Returns whether everything of a region lies within another. */
export function isPartOf(region: Region, whole: Region): boolean {
  return dimensions.every(
    (dimension) => whole[dimension] === undefined || whole[dimension] === region[dimension],
  );
}

/** Returns what two regions share; undefined where they contradict each other. */
export function intersect(one: Region, other: Region): Region | undefined {
  const shared: { -readonly [key in Dimension]?: string } = { ...one };
  for (const dimension of dimensions) {
    const value = other[dimension];
    if (value === undefined) continue;
    if (shared[dimension] !== undefined && shared[dimension] !== value) return undefined;
    shared[dimension] = value;
  }
  return shared;
}

/** The length before each text keeps two names apart from one that looks like both. */
function keyed(value: string | undefined): string {
  return value === undefined ? '-' : `${value.length}:${value}`;
}
